/** What the self-test tries, in order. Each step says what it saw, or throws why it failed. */
import { createHash } from 'node:crypto';
import { ENGINE_NAMES } from '../../../shared/domain.ts';
import type { EngineName, EngineReport } from '../../../shared/domain.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { PRESETS } from '../../../shared/presets.ts';
import { decodeSafetensors } from '../../model/safetensors.ts';
import type { Store } from '../../store/types.ts';
import { resolveCheckpoint } from '../checkpoints.ts';
import type { CorpusService, GenerationService, StartTrainer, TrainingService } from '../types.ts';
import { askProcess } from './ask-process.ts';

/** As far as the self-test uses the app. */
export interface SelfTestApp {
  readonly store: Pick<Store, 'run' | 'checkpointWeights' | 'check'>;
  readonly corpora: Pick<CorpusService, 'builtin'>;
  readonly training: Pick<TrainingService, 'start'>;
  readonly generation: Pick<GenerationService, 'warm' | 'generate'>;
  close(): void;
}

/** What one step leaves for the next. */
export interface Workbench {
  readonly startTrainer: StartTrainer;
  readonly signal: AbortSignal;
  app: SelfTestApp | null;
  tensorflow: string | null;
  reports: readonly EngineReport[];
  runId: number | null;
}

/** It was tried, and this is wrong. */
export class Failed extends Error {}
/** There is nothing to try. */
export class Skipped extends Error {}

interface Step {
  readonly name: string;
  readonly work: (bench: Workbench) => Promise<string> | string;
}

const TRAINED_STEPS = 5;
/** Learns in a second, and has something of every part. */
const TINY = {
  ...PRESETS.quick.config,
  embeddingSize: 8,
  units: 16,
  sequenceLength: 20,
  batchSize: 8,
  epochs: 1,
  maxSteps: TRAINED_STEPS,
  validationFraction: 0,
  patience: 0,
  sampleEvery: 0,
  seed: 1,
};
const PROMPT = 'The ';
const WRITTEN = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 7, length: 10, stop: '' };

export const STEPS: readonly Step[] = [
  { name: 'TensorFlow’s files', work: verifyFiles },
  ...ENGINE_NAMES.map((engine) => ({ name: `engine ${engine}`, work: (bench: Workbench) => probe(engine, bench) })),
  { name: 'an engine to use', work: anyEngine },
  { name: 'training', work: train },
  { name: 'checkpoint', work: readBack },
  { name: 'writing', work: writeTwice },
  { name: 'integrity', work: checkRecord },
];

async function verifyFiles(bench: Workbench): Promise<string> {
  const found = await askProcess(bench, { type: 'verify-engine' }, (message) =>
    message.type === 'engine-verified' ? message : undefined,
  );
  bench.tensorflow = found.version;
  if (found.wrong !== null) throw new Failed(found.wrong);
  if (found.missing !== null) throw new Skipped(found.missing);
  const megabytes = Math.round(found.bytes / 1e6);
  return `${found.build ?? ''}: ${found.files} files, ${megabytes} MB, each with the SHA-256 that it was installed with`;
}

/** An engine that is not there is no failure; one that is there and does not compute what it should is. */
async function probe(engine: EngineName, bench: Workbench): Promise<string> {
  const report = await askProcess(bench, { type: 'probe', engines: [engine] }, (message) =>
    message.type === 'probed' ? message.reports.find((candidate) => candidate.engine === engine) : undefined,
  );
  bench.reports = [...bench.reports, report];
  if (report.available && report.selfTest === 'passed') {
    return `${report.device}, ${report.gflops === null ? 'speed not measured' : `${Math.round(report.gflops)} GFLOP/s`}`;
  }
  const isThere = { tensorflow: bench.tensorflow !== null, webgpu: false, wasm: true }[engine];
  if (isThere || report.selfTest === 'failed' || report.available) throw new Failed(report.reason);
  throw new Skipped(`not available: ${report.reason}`);
}

function usable({ reports }: Workbench): EngineReport | undefined {
  return reports
    .filter(({ available, selfTest }) => available && selfTest === 'passed')
    .toSorted((a, b) => (b.gflops ?? 0) - (a.gflops ?? 0))
    .at(0);
}

function anyEngine(bench: Workbench): string {
  const fastest = usable(bench);
  if (fastest === undefined) throw new Failed('no engine passes its self-test here');
  return `${fastest.engine}, the fastest that passed`;
}

async function train(bench: Workbench): Promise<string> {
  const { app, engine } = needed(bench);
  const corpus = await app.corpora.builtin();
  const losses: number[] = [];
  const handle = await app.training.start(
    { name: 'self-test', preset: 'quick', corpusId: corpus.id, config: TINY, engine },
    (event: TrainingEvent) => {
      if (event.type === 'step') losses.push(event.loss);
    },
  );
  const ended = await handle.done;
  if (ended.status !== 'finished') {
    throw new Failed(`it ended as ${ended.status}: ${ended.error?.message ?? ended.reason}`);
  }
  if (ended.steps !== TRAINED_STEPS || losses.length === 0 || !losses.every(Number.isFinite)) {
    throw new Failed(
      `${ended.steps} steps instead of ${TRAINED_STEPS}, with the losses ${losses.join(', ') || 'none'}`,
    );
  }
  bench.runId = handle.runId;
  const [first, last] = [losses[0] ?? 0, losses.at(-1) ?? 0];
  return `${ended.steps} steps on ${corpus.name} with ${engine}: loss ${first.toFixed(3)} to ${last.toFixed(3)}`;
}

/** The record compares what it reads with the hash that the trainer computed of what it sent; then a process loads it. */
async function readBack(bench: Workbench): Promise<string> {
  const { app, engine, runId } = trained(bench);
  const checkpoint = resolveCheckpoint(app.store.run(runId), 'last');
  const bytes = app.store.checkpointWeights(checkpoint.id);
  const { arrays } = decodeSafetensors(bytes);
  const numbers = [...arrays.values()].reduce((sum, { data }) => sum + data.length, 0);
  if (numbers === 0) throw new Failed('there are no weights in it');
  await app.generation.warm({ runId, epoch: 'last', engine });
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return `${numbers.toLocaleString('en-US')} weights read back, SHA-256 ${hash}… as written; they load`;
}

async function writeTwice(bench: Workbench): Promise<string> {
  const { app, engine, runId } = trained(bench);
  const write = async (): Promise<string> => {
    const order = {
      runId,
      epoch: 'last',
      prompt: PROMPT,
      unknown: 'refuse',
      settings: WRITTEN,
      count: 1,
      engine,
    } as const;
    const { samples, notStored } = await app.generation.generate(order, () => undefined, bench.signal);
    if (notStored !== null) throw new Failed(`the text could not be stored: ${notStored}`);
    return samples[0]?.text ?? '';
  };
  const [first, second] = [await write(), await write()];
  if (Array.from(first).length !== WRITTEN.length) {
    throw new Failed(`${Array.from(first).length} characters instead of ${WRITTEN.length}: ${JSON.stringify(first)}`);
  }
  if (first !== second) {
    throw new Failed(`the same seed wrote ${JSON.stringify(first)}, then ${JSON.stringify(second)}`);
  }
  return `${JSON.stringify(first)}, twice the same from seed ${WRITTEN.seed}`;
}

function checkRecord({ app }: Workbench): string {
  if (app === null) throw new Skipped('there is no record');
  const problems = app.store.check();
  if (problems.length > 0) throw new Failed(problems.join('; '));
  return 'the record is whole, every hash in it is right';
}

function needed(bench: Workbench): { readonly app: SelfTestApp; readonly engine: EngineName } {
  if (bench.app === null) throw new Skipped('there is no record');
  const report = usable(bench);
  if (report === undefined) throw new Skipped('there is no engine');
  return { app: bench.app, engine: report.engine };
}

function trained(bench: Workbench): ReturnType<typeof needed> & { readonly runId: number } {
  const parts = needed(bench);
  if (bench.runId === null) throw new Skipped('nothing was trained');
  return { ...parts, runId: bench.runId };
}
