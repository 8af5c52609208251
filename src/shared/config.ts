import { z } from 'zod';

/** Largest seed: seeds are unsigned 32-bit integers, so that a person can type one and every engine can use it. */
export const MAX_SEED = 0xffff_ffff;

const int = (min: number, max: number) => z.number().int().min(min).max(max);
const real = (min: number, max: number) => z.number().min(min).max(max);

/**
 * Everything that defines a training run. The names are the ones that `--set`, the form and the database use.
 * Defaults live in presets.ts, not here: a stored configuration is always complete.
 */
export const runConfigSchema = z.strictObject({
  /** Recurrent cell: gated recurrent unit (reset_after, as in Keras) or long short-term memory. */
  cell: z.enum(['gru', 'lstm']),
  /** Recurrent layers stacked on each other. */
  layers: int(1, 4),
  /** Width of the embedding of a character. */
  embeddingSize: int(1, 4096),
  /** Width of the hidden state of each recurrent layer. */
  units: int(1, 8192),
  /** Share of each recurrent layer's output that is zeroed in training (not in the recurrent connection). */
  dropout: real(0, 0.9),
  /** Share of each recurrent layer's recurrent weights that is switched off for a batch in training (DropConnect). */
  weightDrop: real(0, 0.9),
  /** Characters a training sequence covers, T. */
  sequenceLength: int(1, 4096),
  /** Sequences trained on at once, B. */
  batchSize: int(1, 4096),
  /** `shuffled`: consecutive pieces of T + 1 characters in random order. `contiguous`: B parallel streams of the text. */
  batching: z.enum(['shuffled', 'contiguous']),
  /** Whether a batch starts from the last batch's final hidden state (and not from zero). */
  carryState: z.boolean(),
  /** Passes over the training text. */
  epochs: int(1, 100_000),
  /** Stop after so many steps altogether; 0 is no limit. */
  maxSteps: int(0, 1_000_000_000),
  /** Stop after so many minutes of active training, samples and validation included; 0 is no limit. */
  minutes: real(0, 100_000),
  optimizer: z.enum(['adam', 'adamw']),
  /** Decoupled weight decay (adamw only), per step and multiplied by the learning rate. */
  weightDecay: real(0, 1),
  learningRate: real(1e-8, 10),
  /** How the learning rate moves: `cosine` and `linear` fall over the whole run (its minutes, steps or epochs), `exponential` by 3 % an epoch after the tenth (char-rnn's). */
  schedule: z.enum(['constant', 'cosine', 'linear', 'exponential']),
  /** Steps over which the learning rate rises from 0 at the start. */
  warmupSteps: int(0, 1_000_000),
  /** Largest global norm of the gradient; 0 is no clipping. */
  clipNorm: real(0, 1e6),
  /** `mixed`: matrix products in bfloat16, everything else in float32. */
  precision: z.enum(['float32', 'mixed']),
  /** Share of the text, taken from its end, that is never trained on. */
  validationFraction: real(0, 0.5),
  /** Stop when the validation loss has not improved for so many epochs; 0 is never. */
  patience: int(0, 10_000),
  /** Seed of everything random: initial weights, order of the sequences, dropout, samples. */
  seed: int(0, MAX_SEED),
  /** Write samples every so many epochs; 0 is never. */
  sampleEvery: int(0, 100_000),
  /** Characters of each sample. */
  sampleLength: int(1, 100_000),
  /** What each sample starts with. */
  prompts: z.array(z.string().min(1).max(10_000)).max(16),
  /** Temperatures at which each prompt is continued; 0 is greedy. */
  temperatures: z.array(real(0, 10)).min(1).max(8),
  /** Save a resumable state at least every so many minutes inside a long epoch. */
  saveEveryMinutes: real(0.01, 1440),
});

/**
 * A configuration as it is read from a record or an exported run. Settings that came later than the first record have the value there
 * that training had without them.
 */
export const storedConfigSchema = z.preprocess((stored) => {
  const settings = z.record(z.string(), z.unknown()).safeParse(stored);
  return settings.success ? { weightDrop: 0, ...settings.data } : stored;
}, runConfigSchema);

export type RunConfig = z.infer<typeof runConfigSchema>;
export type ConfigKey = keyof RunConfig;

export const CONFIG_KEYS = Object.keys(runConfigSchema.shape) as readonly ConfigKey[];
