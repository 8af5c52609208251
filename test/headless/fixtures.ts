/** What the tests of the command line show: a text, a run, an engine, the events of a training. */
import type { CorpusInfo, EngineReport, EpochRecord, RunDetail, Sample } from '../../src/shared/domain.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';

export type Finished = Extract<TrainingEvent, { type: 'finished' }>;

export const VOCABULARY = Array.from('\n ,.:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');

export const CORPUS: CorpusInfo = {
  id: 1,
  name: 'Shakespeare',
  sha256: '86c4',
  characters: 1_115_394,
  encoding: 'UTF-8',
  vocabularySize: 65,
  storedBytes: 500_000,
  createdAt: 0,
};

export function engineReport(change: Partial<EngineReport> = {}): EngineReport {
  return {
    engine: 'wasm',
    device: 'CPU, 1 thread',
    available: true,
    reason: 'it is always there',
    selfTest: 'passed',
    gflops: 30,
    mixedPays: false,
    details: { version: '4.22.0' },
    ...change,
  };
}

export function epochRecord(change: Partial<EpochRecord> = {}): EpochRecord {
  return {
    epoch: 1,
    steps: 172,
    complete: true,
    trainLoss: 2.5051,
    validationLoss: null,
    seconds: 150,
    charactersPerSecond: 7339,
    learningRate: 0.001,
    ...change,
  };
}

export function sample(change: Partial<Sample> = {}): Sample {
  return {
    id: 1,
    runId: 1,
    epoch: 1,
    prompt: 'ROMEO: ',
    text: 'What light is this',
    settings: { temperature: 0.5, topK: 0, topP: 1, minP: 0, seed: 7, length: 18, stop: '' },
    stream: 0,
    streams: 1,
    origin: 'training',
    engine: 'wasm',
    appVersion: '0.1.0',
    createdAt: 0,
    ...change,
  };
}

export function run(change: Partial<RunDetail> = {}): RunDetail {
  return {
    id: 1,
    name: 'tutorial on Shakespeare',
    status: 'finished',
    statusReason: '',
    preset: 'tutorial',
    corpus: 'Shakespeare',
    corpusId: 1,
    network: { cell: 'gru', layers: 1, units: 1024 },
    engine: 'wasm',
    device: 'CPU, 1 thread',
    epoch: 1,
    step: 172,
    completeEpochs: 1,
    plannedEpochs: 1,
    trainLoss: 2.5051,
    validationLoss: null,
    bestEpoch: 1,
    createdAt: Date.UTC(2026, 0, 2, 12),
    updatedAt: Date.UTC(2026, 0, 2, 13),
    archivedAt: null,
    activeSeconds: 150,
    storedBytes: 16_086_276,
    notes: '',
    tags: [],
    config: { ...PRESETS.tutorial.config, epochs: 1 },
    keepEvery: null,
    awaitedText: null,
    vocabulary: VOCABULARY,
    epochs: [epochRecord()],
    checkpoints: [
      {
        id: 1,
        kind: 'epoch',
        epoch: 1,
        step: 172,
        trainLoss: 2.5051,
        validationLoss: null,
        bytes: 16_086_276,
        resumable: true,
        createdAt: 0,
      },
    ],
    ...change,
  };
}

/** What a training tells when all is well: two steps, one epoch, one sample. */
export function trainingEvents(runId = 1, config = PRESETS.tutorial.config): TrainingEvent[] {
  const step = {
    run: runId,
    type: 'step',
    gradientNorm: null,
    learningRate: 0.001,
    milliseconds: 870,
    charactersPerSecond: 7356,
  } as const;
  return [
    { run: runId, type: 'created', name: 'tutorial on Shakespeare' },
    {
      run: runId,
      type: 'engine',
      report: engineReport(),
      rejected: [engineReport({ engine: 'webgpu', available: false, reason: 'No adapter.' })],
    },
    {
      run: runId,
      type: 'plan',
      config,
      stepsPerEpoch: 172,
      totalSteps: 172 * config.epochs,
      trainingCharacters: 1_115_394,
      validationCharacters: 0,
      reason: null,
    },
    {
      run: runId,
      type: 'first-look',
      inputShape: [64, 100],
      logitsShape: [64, 100, 65],
      loss: 4.1751,
      uniformLoss: Math.log(65),
      input: 'First Citizen:\nBefore',
      target: 'irst Citizen:\nBefore ',
      prediction: 'xQ;\u001b[2Jz',
    },
    { run: runId, type: 'phase', phase: 'training' },
    { ...step, epoch: 1, step: 1, stepInEpoch: 1, loss: 4.17, secondsLeft: null },
    { ...step, epoch: 1, step: 2, stepInEpoch: 2, loss: 4.01, secondsLeft: 149 },
    { run: runId, type: 'phase', phase: 'sampling' },
    { run: runId, type: 'epoch', step: 172, bytesFreed: 0, ...epochRecord() },
    { run: runId, type: 'sample', ...sample({ runId }) },
    { run: runId, type: 'checkpoint', kind: 'epoch', epoch: 1, step: 172, bytes: 48_000_000, bytesFreed: 0 },
  ];
}

export function finished(change: Partial<Finished> = {}): Finished {
  return {
    run: 1,
    type: 'finished',
    status: 'finished',
    reason: '',
    epochs: 1,
    steps: 172,
    seconds: 150,
    error: null,
    ...change,
  };
}
