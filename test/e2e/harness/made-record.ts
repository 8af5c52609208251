/**
 * A record with something of everything, written straight into the store: runs in every state, curves, texts that get better from epoch
 * to epoch, real (untrained) weights. Nothing is trained, and it is the same each time but for the moments.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { initialWeights } from '../../../src/main/model/initializers.ts';
import { Random } from '../../../src/main/model/random.ts';
import { encodeSafetensors } from '../../../src/main/model/safetensors.ts';
import { formatPosition } from '../../../src/main/services/training-position.ts';
import { openStore } from '../../../src/main/store/open.ts';
import type { MetricPoint, NewSample, Store } from '../../../src/main/store/types.ts';
import { weightsMetadata } from '../../../src/main/trainer/checkpointing.ts';
import type { RunConfig } from '../../../src/shared/config.ts';
import type { RunStatus } from '../../../src/shared/domain.ts';
import { networkShapeOf } from '../../../src/shared/network-shape.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const SHAKESPEARE = resolve(import.meta.dirname, '../../../resources/corpora/shakespeare.txt');
const SMALL: RunConfig = { ...PRESETS.quick.config, units: 16, embeddingSize: 8, sampleLength: 300 };
const STEPS_AN_EPOCH = 40;
const APP_VERSION = '0.0.0';

export interface MadeRun {
  readonly name: string;
  readonly status?: RunStatus;
  readonly reason?: string;
  readonly epochs?: number;
  readonly tags?: readonly string[];
  readonly notes?: string;
  readonly change?: Partial<RunConfig>;
  /** Texts that a person had written. */
  readonly generated?: number;
  readonly stepsAnEpoch?: number;
  /** What it wrote after each epoch, the same at every temperature; made up where that is not said. */
  readonly texts?: readonly string[];
}

export interface MadeCorpus {
  readonly id: number;
  readonly text: string;
  readonly vocabulary: readonly string[];
}

/** A text as the record stores it. */
export function addText(store: Store, name: string, text: string): MadeCorpus {
  const bytes = new TextEncoder().encode(text);
  const vocabulary = [...new Set(text)].toSorted();
  const { id } = store.addCorpus({
    name,
    encoding: 'UTF-8',
    vocabulary,
    characters: Array.from(text).length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    chunks: [bytes],
  });
  return { id, text, vocabulary };
}

/** The text that ships with the program, under its own name. */
export function addShakespeare(store: Store): MadeCorpus {
  return addText(store, 'Shakespeare', readFileSync(SHAKESPEARE, 'utf8'));
}

/** A run with its epochs, curve, texts and weights. Returns its id. */
export function addRun(store: Store, corpus: MadeCorpus, made: MadeRun): number {
  const { epochs = 4, stepsAnEpoch = STEPS_AN_EPOCH, change = {} } = made;
  const config: RunConfig = { ...SMALL, epochs: Math.max(1, epochs), ...change };
  const id = store.createRun({
    name: made.name,
    preset: 'quick',
    corpusId: corpus.id,
    config,
    vocabulary: corpus.vocabulary,
    status: 'running',
  });
  store.setRunEngine(id, 'wasm', 'CPU, 1 thread, WebAssembly SIMD');
  for (let epoch = 1; epoch <= epochs; epoch++)
    addEpoch(store, id, corpus, config, epoch, stepsAnEpoch, made.texts?.[epoch - 1]);
  if (made.generated !== undefined) {
    store.addSamples(
      Array.from({ length: made.generated }, (_, i) => ({
        ...sampleOf(id, corpus, config, epochs, 0, 0.8),
        settings: { ...settingsOf(config, 0.8), seed: 100 + i },
        origin: 'generate' as const,
      })),
    );
  }
  store.editRun(id, { tags: made.tags ?? [], notes: made.notes ?? '' });
  store.setRunStatus(id, made.status ?? 'finished', made.reason ?? '');
  return id;
}

function addEpoch(
  store: Store,
  runId: number,
  corpus: MadeCorpus,
  config: RunConfig,
  epoch: number,
  steps: number,
  written?: string,
): void {
  const step = epoch * steps;
  const metrics = Array.from({ length: steps }, (_, i) => metricOf(config, epoch, step - steps + i + 1));
  const shape = networkShapeOf(config, corpus.vocabulary.length);
  const weights = encodeSafetensors(initialWeights(shape, epoch), weightsMetadata(config, corpus.vocabulary));
  const [trainLoss, validationLoss] = [lossAt(step), lossAt(step) + 0.06];
  store.recordCheckpoint(
    {
      runId,
      kind: 'epoch',
      position: formatPosition({
        step,
        epoch: epoch + 1,
        stepInEpoch: 0,
        activeSeconds: step * 0.25,
        lossSum: 0,
        epochSeconds: 0,
        bestValidationLoss: validationLoss,
        bestEpoch: epoch,
        epochsWithoutImprovement: 0,
      }),
      epoch,
      step,
      activeSeconds: step * 0.25,
      weights,
      optimizer: new Uint8Array(0),
      epochRecord: {
        epoch,
        steps,
        complete: true,
        trainLoss,
        validationLoss: config.validationFraction > 0 ? validationLoss : null,
        seconds: steps * 0.25,
        charactersPerSecond: 8192,
        learningRate: config.learningRate,
      },
      samples: config.prompts.flatMap((_, prompt) =>
        config.temperatures.map((temperature) => {
          const sample = sampleOf(runId, corpus, config, epoch, prompt, temperature);
          return written === undefined ? sample : { ...sample, text: written };
        }),
      ),
      metrics,
    },
    { everyNth: 1, optimizerStates: 2 },
  );
}

/** A loss as one sees it: it falls fast, then slowly, and jumps about. */
export function metricOf(config: Pick<RunConfig, 'learningRate' | 'seed'>, epoch: number, step: number): MetricPoint {
  const noise = (new Random(config.seed, step).float() - 0.5) * 0.25;
  return {
    step,
    epoch,
    loss: lossAt(step) + noise,
    gradientNorm: 0.8 + noise,
    learningRate: config.learningRate,
    milliseconds: 250,
    activeSeconds: step * 0.25,
  };
}

const lossAt = (step: number): number => 1.35 + 2.8 * Math.exp(-Math.sqrt(step) / 6);

const settingsOf = (config: RunConfig, temperature: number): NewSample['settings'] => ({
  temperature,
  topK: 0,
  topP: 1,
  minP: 0,
  seed: config.seed,
  length: config.sampleLength,
  stop: '',
});

/** A piece of the text in which fewer characters are wrong the later the epoch. */
function sampleOf(
  runId: number,
  corpus: MadeCorpus,
  config: RunConfig,
  epoch: number,
  prompt: number,
  temperature: number,
): NewSample {
  const random = new Random(config.seed, epoch * 100 + prompt * 10 + Math.round(temperature * 4));
  const characters = Array.from(corpus.text.slice(0, 60_000));
  const from = random.below(Math.max(1, characters.length - config.sampleLength));
  const wrong = 0.9 / (epoch * epoch + 0.2);
  const text = characters
    .slice(from, from + config.sampleLength)
    .map((c) => (random.float() < wrong ? (corpus.vocabulary[random.below(corpus.vocabulary.length)] ?? c) : c))
    .join('');
  return {
    runId,
    epoch,
    prompt: config.prompts[prompt] ?? '',
    text,
    settings: settingsOf(config, temperature),
    stream: 0,
    streams: 1,
    origin: 'training',
    engine: 'wasm',
    appVersion: APP_VERSION,
  };
}

/** The runs of {@link makeFullRecord} that tests name, by their ids. */
export const FULL = { first: 1, second: 2, failed: 3, chinese: 6 } as const;

/** Makes a record with a run in every state that can be seen without a training under way, and a long, strange name. */
export function makeFullRecord(dataDir: string): void {
  const store = openStore(dataDir, { mode: 'write' });
  try {
    const shakespeare = addShakespeare(store);
    const sutra = addText(
      store,
      '千字文',
      '天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。寒来暑往，秋收冬藏。\n'.repeat(120),
    );
    const first = addRun(store, shakespeare, { name: 'First try', epochs: 6, tags: ['small'], generated: 3 });
    const second = addRun(store, shakespeare, {
      name: 'A long name that somebody typed on a Sunday afternoon with nothing else to do, “quoted” & <marked>',
      epochs: 3,
      status: 'stopped',
      tags: ['kept', 'more units', 'to be compared with the first one'],
      notes: 'Stopped because dinner was ready.\nWould go on from here.',
      change: { units: 24, learningRate: 1e-3 },
    });
    const failed = addRun(store, shakespeare, {
      name: 'Too fast',
      epochs: 1,
      status: 'failed',
      reason: 'the loss is not a number at step 52',
      change: { learningRate: 1 },
    });
    addRun(store, shakespeare, {
      name: 'Cut off',
      epochs: 2,
      status: 'interrupted',
      reason: 'the training process ended (SIGKILL)',
    });
    addRun(store, shakespeare, { name: 'Nothing yet', epochs: 0, status: 'interrupted' });
    const chinese = addRun(store, sutra, { name: '第一次', epochs: 3, change: { prompts: ['天地', '日月'] } });
    const made = { first, second, failed, chinese };
    if (JSON.stringify(made) !== JSON.stringify(FULL)) throw new Error(`the runs are ${JSON.stringify(made)}`);
  } finally {
    store.close();
  }
}
