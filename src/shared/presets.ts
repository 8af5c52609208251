import type { ConfigKey, RunConfig } from './config.ts';

export const PRESET_NAMES = ['tutorial', 'quick', 'char-rnn', 'best'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

export interface Preset {
  readonly name: PresetName;
  /** One sentence for a person who chooses. */
  readonly description: string;
  readonly config: RunConfig;
}

/** The tutorial's own prompt. A corpus that cannot spell it gets its own opening words instead (see defaultPrompts). */
export const TUTORIAL_PROMPT = 'ROMEO: ';

const tutorial: RunConfig = {
  cell: 'gru',
  layers: 1,
  embeddingSize: 256,
  units: 1024,
  dropout: 0,
  weightDrop: 0,
  sequenceLength: 100,
  batchSize: 64,
  batching: 'shuffled',
  // The tutorial's layer is stateful although its sequences are shuffled; the reference numbers come from exactly that.
  carryState: true,
  epochs: 10,
  maxSteps: 0,
  minutes: 0,
  optimizer: 'adam',
  weightDecay: 0,
  learningRate: 1e-3,
  schedule: 'constant',
  warmupSteps: 0,
  clipNorm: 0,
  precision: 'float32',
  validationFraction: 0,
  patience: 0,
  seed: 1,
  sampleEvery: 1,
  sampleLength: 400,
  prompts: [TUTORIAL_PROMPT],
  temperatures: [0.5, 1],
  saveEveryMinutes: 5,
};

/** What is chosen for the preset `best` when a training begins, where the person has neither changed nor named it. */
export const PLANNED_BY_BEST = [
  'layers',
  'units',
  'batchSize',
  'learningRate',
  'dropout',
  'weightDrop',
  'weightDecay',
  'precision',
] as const satisfies readonly ConfigKey[];
export type PlannedKey = (typeof PLANNED_BY_BEST)[number];

/** Those of some settings that `best` would choose. */
export function plannedAmong(settings: readonly string[]): readonly PlannedKey[] {
  return PLANNED_BY_BEST.filter((key) => settings.includes(key));
}

/** The four starting points that a person chooses from. `best` is completed by planBest for a time budget. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  tutorial: {
    name: 'tutorial',
    description: "TensorFlow's tutorial, exactly: Embedding 256, GRU 1024, 10 epochs of shuffled sequences, Adam.",
    config: tutorial,
  },
  quick: {
    name: 'quick',
    description: 'A small network that writes its first words within a minute on a laptop.',
    config: {
      ...tutorial,
      embeddingSize: 64,
      units: 192,
      sequenceLength: 64,
      batchSize: 32,
      batching: 'contiguous',
      carryState: true,
      epochs: 3,
      learningRate: 4e-3,
      schedule: 'cosine',
      clipNorm: 1,
      validationFraction: 0.1,
      sampleLength: 300,
    },
  },
  'char-rnn': {
    name: 'char-rnn',
    description:
      "Karpathy's char-rnn: two layers with dropout, the text read as parallel streams, gradients clipped at 5.",
    config: {
      ...tutorial,
      cell: 'lstm',
      layers: 2,
      embeddingSize: 64,
      units: 256,
      dropout: 0.25,
      sequenceLength: 50,
      batchSize: 50,
      batching: 'contiguous',
      carryState: true,
      epochs: 20,
      learningRate: 2e-3,
      schedule: 'exponential',
      clipNorm: 5,
      validationFraction: 0.05,
    },
  },
  best: {
    name: 'best',
    description:
      'The best text for the minutes you give it: size, pace and dropout are chosen from the measured speed.',
    config: {
      ...tutorial,
      embeddingSize: 128,
      units: 512,
      sequenceLength: 128,
      batchSize: 32,
      batching: 'contiguous',
      carryState: true,
      epochs: 1000,
      minutes: 3,
      optimizer: 'adamw',
      weightDecay: 0.01,
      learningRate: 4e-3,
      schedule: 'cosine',
      warmupSteps: 50,
      clipNorm: 1,
      validationFraction: 0.1,
    },
  },
};
