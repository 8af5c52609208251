/** Text from a checkpoint, and the loss of a checkpoint on a text: in one process, started on demand and used again. */
import { Vocabulary } from '../model/vocabulary.ts';
import { ENGINE_NAMES } from '../../shared/domain.ts';
import type { EngineName, EngineReport, Sample } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { checkpointsOf } from '../store/checkpoint-reader.ts';
import type { CheckpointSource } from '../store/checkpoint-reader.ts';
import type { NewSample, Store } from '../store/types.ts';
import type { AutoEngines } from './auto-engines.ts';
import { resolveCheckpoint } from './checkpoints.ts';
import { openKnownText } from './known-text.ts';
import { checkpointOf, firstDifference, streamsOf } from './reproduction.ts';
import { GenerationProcess, type Generated } from './generation-process.ts';
import { Stoppable } from './stoppable.ts';
import type { GenerateOptions, GenerationService, StartTrainer } from './types.ts';

export interface GenerationOptions {
  /** May be read-only. */
  readonly store: Store;
  /** Reads weights in a thread of its own; absent reads them in this one. The caller closes it. */
  readonly checkpoints?: Pick<CheckpointSource, 'weights'>;
  /** Stores the texts; by default in `store`. What it throws is told with the texts. */
  readonly addSamples?: Store['addSamples'];
  readonly startTrainer: StartTrainer;
  readonly appVersion: string;
  /** Is told of the engines that were tried when a process loaded weights. */
  readonly enginesFound?: (reports: readonly EngineReport[]) => void;
  /** Which engines `auto` may open; all of them by default. */
  readonly autoEngines?: AutoEngines;
  /** How long a cancelled generation may take to say so before its process is ended. */
  readonly cancelMs?: number;
}

export function createGenerationService(options: GenerationOptions): GenerationService {
  const { store, startTrainer, appVersion, cancelMs = 10_000 } = options;
  const addSamples = options.addSamples ?? ((samples: readonly NewSample[]) => store.addSamples(samples));
  const { checkpoints = checkpointsOf(store) } = options;
  const process = new GenerationProcess(checkpoints, startTrainer, cancelMs, options.enginesFound, options.autoEngines);
  /** Requests so far: what is only warmed up is not, once another came. */
  let asked = 0;
  /** Settles when the last request has: the process does one thing at a time. */
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  const underWay = new Stoppable();

  return {
    async warm({ runId, epoch, engine }) {
      const run = store.run(runId);
      const checkpoint = resolveCheckpoint(run, epoch);
      const turn = ++asked;
      return inTurn(async () => {
        // Only the last that was wanted is worth loading: one who leafs through epochs waits for one of them.
        if (turn !== asked) throw new FolioError('cancelled', 'something else is wanted by now');
        const { report, rejected } = await process.load(run, checkpoint, engine);
        return { report, rejected };
      });
    },

    async reproduce({ sampleId, runId }, grown, signal) {
      const run = store.run(runId);
      const sample = store.sample(runId, sampleId);
      if (sample.damage !== undefined) {
        throw new FolioError(
          'damaged',
          `text ${sampleId} cannot be written again: ${sample.damage}`,
          'The text itself stays.',
        );
      }
      const checkpoint = checkpointOf(run, sample);
      const order = { prompt: sample.prompt, settings: sample.settings, count: streamsOf(sample) };
      const heard = (stream: number, text: string): void => {
        if (stream === sample.stream) grown(stream, text);
      };
      asked++;
      return underWay.during(signal, (signal) =>
        inTurn(async () => {
          refuseAborted(signal);
          const { report } = await process.load(run, checkpoint, engineOf(sample));
          refuseAborted(signal);
          const { texts, cancelled } = await process.write(order, heard, signal);
          if (cancelled) throw new FolioError('cancelled', 'cancelled');
          const text = texts[sample.stream] ?? '';
          const differsAt = firstDifference(sample.text, text);
          return { same: differsAt === null, text, differsAt, report };
        }),
      );
    },

    async generate(request, grown, signal) {
      const run = store.run(request.runId);
      const { prompt, dropped } = knownPrompt(new Vocabulary(run.vocabulary), request);
      asked++;
      return underWay.during(signal, (signal, stopped) =>
        inTurn(async () => {
          refuseAborted(signal);
          const checkpoint = resolveCheckpoint(run, request.epoch);
          const { report, rejected } = await process.load(run, checkpoint, request.engine);
          refuseAborted(signal);
          const done = await process.write({ ...request, prompt }, grown, signal);
          const provenance = { epoch: checkpoint.epoch, engine: report.engine, appVersion };
          const samples = samplesOf({ ...request, prompt }, done, provenance);
          const { charactersPerSecond, cancelled } = done;
          await store.writable();
          const kept = stored(samples, addSamples);
          const stoppedBy = cancelled ? (stopped()?.message ?? null) : null;
          return { ...kept, charactersPerSecond, report, rejected, dropped, cancelled, stopped: stoppedBy };
        }),
      );
    },

    async evaluate(request, progress, signal) {
      const run = store.run(request.runId);
      const text = await openKnownText(request.file, new Vocabulary(run.vocabulary), request.unknown, signal);
      asked++;
      try {
        return await underWay.during(signal, (signal) =>
          inTurn(async () => {
            refuseAborted(signal);
            await process.load(run, resolveCheckpoint(run, request.epoch), request.engine);
            refuseAborted(signal);
            const { nats, characters } = await process.evaluate(text, progress, signal);
            return { nats, bits: nats / Math.LN2, perplexity: Math.exp(nats), characters, dropped: text.dropped };
          }),
        );
      } finally {
        text.close();
      }
    },

    stop: (reason) => underWay.stop(reason),
    close() {
      process.close();
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

/** The engine that a stored text names. Another computes other last digits, which a text follows sooner or later. */
function engineOf({ engine }: Sample): EngineName {
  const name = ENGINE_NAMES.find((candidate) => candidate === engine);
  if (name !== undefined) return name;
  throw new FolioError('engine', `this text was written by the engine "${engine}", which this version does not have`);
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new FolioError('cancelled', 'cancelled before it began');
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
