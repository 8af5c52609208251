/** The process that writes and measures: started on demand, used again, and what it holds. It does one thing at a time. */
import type { CheckpointInfo, EngineChoice, EngineReport, RunDetail } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import type { CheckpointSource } from '../store/checkpoint-reader.ts';
import type { FromTrainer } from '../trainer/messages.ts';
import { refuseWrongLevel } from './asked-level.ts';
import { ALL_ENGINES } from './auto-engines.ts';
import type { AutoEngines } from './auto-engines.ts';
import { EngineWatch } from './engine-watch.ts';
import type { KnownText } from './known-text.ts';
import { sendCheckpoint } from './send-checkpoint.ts';
import { TrainerConnection } from './trainer-connection.ts';
import type { GenerateOptions, StartTrainer } from './types.ts';

export type Generated = Extract<FromTrainer, { type: 'generated' }>;

export interface Loaded {
  /** Names the checkpoint even when a later one gets its id. */
  readonly key: string;
  readonly report: EngineReport;
  readonly rejected: readonly EngineReport[];
}

/** The living process and what it holds. */
interface Current {
  readonly connection: TrainerConnection;
  readonly engine: EngineChoice;
  readonly watch: EngineWatch;
  /** What `auto` came to; an engine stays open until the process ends. */
  chosen: EngineReport['engine'] | null;
  loaded: Loaded | null;
}

/** Writing needs no optimizer's state. */
const NONE = new Uint8Array(0);

export class GenerationProcess {
  readonly #checkpoints: Pick<CheckpointSource, 'weights'>;
  readonly #startTrainer: StartTrainer;
  /** How long a cancelled generation may take to say so before the process is ended. */
  readonly #cancelMs: number;
  readonly #enginesFound: (reports: readonly EngineReport[]) => void;
  readonly #autoEngines: AutoEngines;
  #current: Current | null = null;
  #lastId = 0;

  constructor(
    checkpoints: Pick<CheckpointSource, 'weights'>,
    startTrainer: StartTrainer,
    cancelMs: number,
    enginesFound: (reports: readonly EngineReport[]) => void = () => undefined,
    autoEngines: AutoEngines = ALL_ENGINES,
  ) {
    this.#autoEngines = autoEngines;
    this.#checkpoints = checkpoints;
    this.#startTrainer = startTrainer;
    this.#cancelMs = cancelMs;
    this.#enginesFound = enginesFound;
  }

  /** Has these weights in the process; they are sent only when it holds others. Throws FolioError 'usage' for a wrong FOLIO_NATIVE_LEVEL. */
  async load(
    { vocabulary }: Pick<RunDetail, 'vocabulary'>,
    checkpoint: CheckpointInfo,
    wanted: EngineChoice,
  ): Promise<Loaded> {
    refuseWrongLevel(wanted);
    const key = `${checkpoint.id}:${checkpoint.createdAt}`;
    const held = await this.#processFor(wanted);
    if (held.loaded?.key === key) return held.loaded;
    held.loaded = null;
    const weights = await this.#checkpoints.weights(checkpoint.id);
    const { engine, watch } = held;
    // An engine is tried once in a process.
    const leftOut = held.chosen === null ? await watch.leftOut() : [];
    const loaded = await this.#ask(held, () =>
      held.connection.ask(
        async (send) => {
          const { optimizer: _, ...sent } = await sendCheckpoint(send, { weights, optimizer: NONE });
          await send({ type: 'load', ...sent, vocabulary, engine, leftOut });
        },
        (message) => {
          watch.hear(message);
          return message.type === 'loaded' ? { key, report: message.report, rejected: message.rejected } : undefined;
        },
      ),
    );
    if (held.chosen === null) this.#enginesFound([loaded.report, ...loaded.rejected]);
    held.chosen = loaded.report.engine;
    held.loaded = loaded;
    return loaded;
  }

  /** Writes with the weights that were loaded last. An aborted signal makes it end early. */
  write(
    { prompt, settings, count }: Pick<GenerateOptions, 'prompt' | 'settings' | 'count'>,
    grown: (stream: number, text: string) => void,
    signal: AbortSignal,
  ): Promise<Generated> {
    const held = this.#held();
    const { connection } = held;
    const id = ++this.#lastId;
    return this.#ask(held, () =>
      withCancel(connection, signal, { id, patienceMs: this.#cancelMs }, () =>
        connection.ask<Generated>(
          (send) => send({ type: 'generate', id, prompt, settings, count }),
          (message) => {
            if (message.type === 'text-grown' && message.id === id) grown(message.stream, message.text);
            return message.type === 'generated' && message.id === id ? message : undefined;
          },
        ),
      ),
    );
  }

  /** The loss of the weights that were loaded last. An aborted signal ends the process. */
  evaluate(
    text: KnownText,
    progress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<{ readonly nats: number; readonly characters: number }> {
    const held = this.#held();
    const { connection } = held;
    return this.#ask(held, () =>
      withCancel(connection, signal, null, () =>
        connection.ask(
          async (send) => {
            await send({ type: 'evaluate', characters: text.characters });
            for (const bytes of text.chunks()) await send({ type: 'text', bytes, last: false });
            await send({ type: 'text', bytes: new Uint8Array(0), last: true });
          },
          (message) => {
            if (message.type === 'evaluate-progress') progress(message.done, message.total);
            return message.type === 'evaluated' ? message : undefined;
          },
        ),
      ),
    );
  }

  close(): void {
    this.#current?.watch.stop();
    void this.#current?.connection.end(new FolioError('cancelled', 'Folio was closed'));
    this.#current = null;
  }

  async #processFor(wanted: EngineChoice): Promise<Current> {
    const held = this.#current;
    if (held !== null) {
      // One that took this very engine as the fastest will do.
      if (held.connection.alive && (held.engine === wanted || held.chosen === wanted)) return held;
      await held.connection.end(new FolioError('cancelled', 'another engine was chosen'));
    }
    const connection = new TrainerConnection(this.#startTrainer('generation'), 'the generation process');
    const watch = new EngineWatch(this.#autoEngines, wanted);
    this.#current = { connection, engine: wanted, watch, chosen: null, loaded: null };
    return this.#current;
  }

  /** A process that the graphics card took with it says so. */
  async #ask<T>({ connection, watch }: Current, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw watch.failed(error, connection.exit);
    }
  }

  #held(): Current {
    if (this.#current === null) throw new FolioError('cancelled', 'Folio was closed');
    return this.#current;
  }
}

/**
 * Runs `work`. When the signal is aborted, generation `id` is told to end; without one, or when that takes longer than
 * `patienceMs`, the process is ended.
 */
async function withCancel<T>(
  connection: TrainerConnection,
  signal: AbortSignal,
  generation: { readonly id: number; readonly patienceMs: number } | null,
  work: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    void connection.end(new FolioError('cancelled', 'cancelled'));
  };
  const cancel = (): void => {
    if (generation === null) {
      end();
    } else {
      connection.tell({ type: 'cancel', id: generation.id });
      timer = setTimeout(end, generation.patienceMs);
    }
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    // When this side failed (a listener that threw, say), nobody waits for the rest.
    if (generation !== null && connection.alive) connection.tell({ type: 'cancel', id: generation.id });
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    clearTimeout(timer);
  }
}
