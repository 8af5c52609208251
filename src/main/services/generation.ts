/** Text from a checkpoint, and the loss of a checkpoint on a text: in one process, started on demand and used again. */
import { Vocabulary } from '../model/vocabulary.ts';
import type { EngineChoice, EngineReport, RunDetail, Sample } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import type { NewSample, Store } from '../store/types.ts';
import type { FromTrainer } from '../trainer/messages.ts';
import { resolveCheckpoint } from './checkpoints.ts';
import { openKnownText } from './known-text.ts';
import { TrainerConnection } from './trainer-connection.ts';
import type { GenerateOptions, GenerationService, StartTrainer } from './types.ts';

export interface GenerationOptions {
  /** May be read-only. */
  readonly store: Store;
  /** Stores the texts; by default in `store`. What it throws is told with the texts. */
  readonly addSamples?: Store['addSamples'];
  readonly startTrainer: StartTrainer;
  readonly appVersion: string;
  /** How long a cancelled generation may take to say so before its process is ended. */
  readonly cancelMs?: number;
}

interface Loaded {
  /** Names the checkpoint even when a later one gets its id. */
  readonly key: string;
  readonly report: EngineReport;
  readonly rejected: readonly EngineReport[];
}

/** The living process and what it holds. */
interface Current {
  readonly connection: TrainerConnection;
  readonly engine: EngineChoice;
  loaded: Loaded | null;
}

type Generated = Extract<FromTrainer, { type: 'generated' }>;

export function createGenerationService(options: GenerationOptions): GenerationService {
  const { store, startTrainer, appVersion, cancelMs = 10_000 } = options;
  const addSamples = options.addSamples ?? ((samples: readonly NewSample[]) => store.addSamples(samples));
  let current: Current | null = null;
  let lastId = 0;
  /** Settles when the last request has: the process does one thing at a time. */
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  const processFor = async (engine: EngineChoice): Promise<Current> => {
    if (current !== null && (!current.connection.alive || current.engine !== engine)) {
      await current.connection.end(new FolioError('cancelled', 'another engine was chosen'));
      current = null;
    }
    current ??= {
      connection: new TrainerConnection(startTrainer('generation'), 'the generation process'),
      engine,
      loaded: null,
    };
    return current;
  };

  /** The process with these weights in it; they are sent only when it holds others. */
  const load = async (
    run: RunDetail,
    epoch: GenerateOptions['epoch'],
    engine: EngineChoice,
  ): Promise<{ connection: TrainerConnection; loaded: Loaded; epoch: number }> => {
    const checkpoint = resolveCheckpoint(run, epoch);
    const key = `${checkpoint.id}:${checkpoint.createdAt}`;
    const held = await processFor(engine);
    if (held.loaded?.key !== key) {
      held.loaded = null;
      const weights = store.checkpointWeights(checkpoint.id);
      held.loaded = await held.connection.ask(
        (send) => send({ type: 'load', weights, vocabulary: run.vocabulary, engine }),
        (message) =>
          message.type === 'loaded' ? { key, report: message.report, rejected: message.rejected } : undefined,
      );
    }
    return { connection: held.connection, loaded: held.loaded, epoch: checkpoint.epoch };
  };

  return {
    async generate(request, grown, signal) {
      const run = store.run(request.runId);
      const { prompt, dropped } = knownPrompt(new Vocabulary(run.vocabulary), request);
      return inTurn(async () => {
        refuseAborted(signal);
        const { connection, loaded, epoch } = await load(run, request.epoch, request.engine);
        refuseAborted(signal);
        const id = ++lastId;
        const { settings, count } = request;
        const done = await withCancel(connection, signal, { id, patienceMs: cancelMs }, () =>
          connection.ask<Generated>(
            (send) => send({ type: 'generate', id, prompt, settings, count }),
            (message) => {
              if (message.type === 'text-grown' && message.id === id) grown(message.stream, message.text);
              return message.type === 'generated' && message.id === id ? message : undefined;
            },
          ),
        );
        const { report, rejected } = loaded;
        const samples = samplesOf({ ...request, prompt }, done, { epoch, engine: report.engine, appVersion });
        const { charactersPerSecond, cancelled } = done;
        return { ...stored(samples, addSamples), charactersPerSecond, report, rejected, dropped, cancelled };
      });
    },

    async evaluate(request, progress, signal) {
      const run = store.run(request.runId);
      const text = await openKnownText(request.file, new Vocabulary(run.vocabulary), request.unknown, signal);
      try {
        return await inTurn(async () => {
          refuseAborted(signal);
          const { connection } = await load(run, request.epoch, request.engine);
          refuseAborted(signal);
          const { nats, characters } = await withCancel(connection, signal, null, () =>
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
          );
          return { nats, bits: nats / Math.LN2, perplexity: Math.exp(nats), characters, dropped: text.dropped };
        });
      } finally {
        text.close();
      }
    },

    close() {
      void current?.connection.end(new FolioError('cancelled', 'Folio was closed'));
      current = null;
    },
  };
}

/** The prompt as the network can read it. Throws FolioError 'prompt'. */
function knownPrompt(vocabulary: Vocabulary, request: GenerateOptions): { prompt: string; dropped: readonly string[] } {
  const { ids, dropped } = vocabulary.encode(request.prompt, { unknown: request.unknown });
  if (ids.length > 0) return { prompt: vocabulary.decode(ids), dropped };
  throw new FolioError(
    'prompt',
    dropped.length === 0 ? 'the prompt is empty' : 'nothing is left of the prompt without its unknown characters',
    'A text starts from at least one character that the network knows, for example --prompt "The ".',
  );
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new FolioError('cancelled', 'cancelled before it began');
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

/** What a cancelled generation had written is kept under the length that it reached, so that it too can be reproduced. */
function samplesOf(
  { runId, prompt, settings, count }: GenerateOptions,
  { texts, cancelled }: Generated,
  provenance: Pick<NewSample, 'epoch' | 'engine' | 'appVersion'>,
): NewSample[] {
  return texts.flatMap((text, stream) => {
    const length = cancelled ? Array.from(text).length : settings.length;
    if (length === 0) return [];
    const written = { runId, prompt, text, settings: { ...settings, length }, stream, streams: count };
    return { ...provenance, ...written, origin: 'generate' };
  });
}

/** What was written is there, whether or not it can be stored. */
function stored(
  samples: readonly NewSample[],
  add: Store['addSamples'],
): { readonly samples: readonly Sample[]; readonly notStored: string | null } {
  if (samples.length === 0) return { samples: [], notStored: null };
  try {
    return { samples: add(samples), notStored: null };
  } catch (error) {
    if (!(error instanceof FolioError)) throw error;
    const createdAt = Date.now();
    return {
      samples: samples.map((sample) => ({ ...sample, streams: sample.streams ?? null, id: 0, createdAt })),
      notStored: error.message,
    };
  }
}
