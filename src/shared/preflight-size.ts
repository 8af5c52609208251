/** How much room a run takes: in memory, on the disk and in the record; and what is wrong where there is less. */
import type { RunConfig } from './config.ts';
import { MAX_STORED_BYTES } from './limits.ts';
import { GATES, networkShapeOf, parameterCount } from './network-shape.ts';
import { asSettings } from './preflight-problem.ts';
import type { PreflightProblem } from './preflight-problem.ts';

export interface SizeInput {
  /** Code points of the whole text. */
  readonly characters: number;
  readonly vocabularySize: number;
  readonly config: RunConfig;
  /** What this machine has left, in bytes; null or absent where that is not known. */
  readonly freeMemoryBytes?: number | null;
  readonly freeDiskBytes?: number | null;
  /** Of every so many epochs one keeps its weights; 1 by default. */
  readonly keepEvery?: number;
}

export interface Sizes {
  /** Of the weights as float32. */
  readonly weightBytes: number;
  /** A resumable checkpoint: weights, Adam's two moments, the carried state. */
  readonly checkpointBytes: number;
  /** What the run's checkpoints take on the disk at most; for a run that its minutes end, what two epochs take. */
  readonly diskBytes: number;
  /** What training needs over the engine's own memory, roughly: see estimateMemory. */
  readonly estimatedMemoryBytes: number;
}

/** More than the names in a checkpoint's optimizer state take. */
const HEADER_BYTES = 64 * 1024;
/** Epochs that a run is reckoned to have when only its minutes end it. */
const EPOCHS_AT_LEAST = 2;
/** At most so many checkpoints keep the optimizer's state: two inside an epoch, that of the epoch before, and one on its way in. */
const WHOLE_CHECKPOINTS = 4;

export function sizesOf(input: SizeInput, parameters: number, stepsPerEpoch: number): Sizes {
  const weightBytes = 4 * parameters;
  const checkpointBytes = weightBytes + optimizerStateBytes(input.config, input.vocabularySize);
  return {
    weightBytes,
    checkpointBytes,
    diskBytes: keptEpochs(input, stepsPerEpoch) * weightBytes + WHOLE_CHECKPOINTS * checkpointBytes,
    estimatedMemoryBytes: estimateMemory(input, parameters),
  };
}

/** Adam's two moments and the carried hidden state: the largest piece of a checkpoint. */
function optimizerStateBytes(config: RunConfig, vocabularySize: number): number {
  const stateNumbers = config.layers * config.batchSize * config.units * (config.cell === 'lstm' ? 2 : 1);
  return 4 * (2 * parameterCount(networkShapeOf(config, vocabularySize)) + stateNumbers);
}

/** Epochs whose weights stay. */
function keptEpochs({ config, keepEvery = 1 }: SizeInput, stepsPerEpoch: number): number {
  const { epochs, maxSteps, minutes } = config;
  const bySteps = maxSteps > 0 ? Math.ceil(maxSteps / Math.max(1, stepsPerEpoch)) : Infinity;
  return Math.ceil(Math.min(epochs, bySteps, minutes > 0 ? EPOCHS_AT_LEAST : Infinity) / keepEvery);
}

/**
 * Bytes of training over the engine's own: weights, gradients and two moments (16 a parameter), the text as ids, logits
 * with their gradient, and for every character of a batch what a recurrent layer keeps for its backward pass: projected
 * inputs and gate gradients (twice the gates), gates, the state and its gradient.
 */
function estimateMemory({ characters, vocabularySize, config }: SizeInput, parameters: number): number {
  const text = characters * (vocabularySize <= 256 ? 1 : 2);
  const perLayer = config.units * (3 * GATES[config.cell] + 4);
  const perCharacter = 4 * (config.layers * perLayer + 2 * config.embeddingSize + 3 * vocabularySize);
  return 16 * parameters + text + config.batchSize * config.sequenceLength * perCharacter;
}

/** A network that could not be saved, or for which this machine has too little room. */
export function sizeProblems(
  { config, vocabularySize, freeMemoryBytes = null, freeDiskBytes = null }: SizeInput,
  sizes: Sizes,
): PreflightProblem[] {
  const problems: PreflightProblem[] = [];
  if (!canBeStored(config, vocabularySize)) {
    const bytes = optimizerStateBytes(config, vocabularySize);
    const fix = settingsThatCanBeStored(config, vocabularySize);
    problems.push({
      severity: 'error',
      finding: { code: 'too-large-to-save', bytes, most: MAX_STORED_BYTES },
      fix,
      message:
        `this network is too large to be saved: its optimizer state takes ` +
        `${gigabytes(bytes)}, and ${gigabytes(MAX_STORED_BYTES)} is the most`,
      hint: `Use ${asSettings(fix)}.`,
      cause: 'config',
    });
  }
  if (freeMemoryBytes !== null && sizes.estimatedMemoryBytes > freeMemoryBytes) {
    problems.push({
      severity: 'warning',
      finding: { code: 'little-memory', needed: sizes.estimatedMemoryBytes, free: freeMemoryBytes },
      ...(config.batchSize > 1 ? { fix: { batchSize: powerOfTwo(config.batchSize / 2) } } : {}),
      message: `training needs about ${gigabytes(sizes.estimatedMemoryBytes)} of memory beside the engine's own, and ${gigabytes(freeMemoryBytes)} are free`,
      hint: 'Close other programs, or use a smaller batchSize or fewer units.',
      cause: 'config',
    });
  }
  if (freeDiskBytes !== null && sizes.diskBytes > freeDiskBytes) {
    problems.push({
      severity: 'warning',
      finding: { code: 'little-disk', needed: sizes.diskBytes, free: freeDiskBytes },
      message: `the checkpoints of this run need about ${gigabytes(sizes.diskBytes)}, and the disk has ${gigabytes(freeDiskBytes)} left`,
      hint: 'Free some space, name a folder on another disk with --data, or keep fewer checkpoints with --keep-every.',
      cause: 'config',
    });
  }
  return problems;
}

function canBeStored(config: RunConfig, vocabularySize: number): boolean {
  return optimizerStateBytes(config, vocabularySize) + HEADER_BYTES <= MAX_STORED_BYTES;
}

/** The settings that come nearest to the configuration's and can be stored; the embedding gives way only where it must. */
function settingsThatCanBeStored(config: RunConfig, vocabularySize: number): Partial<RunConfig> {
  let { embeddingSize } = config;
  for (; embeddingSize > 1; embeddingSize = powerOfTwo(embeddingSize - 1)) {
    const units = powerOfTwo(Math.min(config.units, 64));
    if (canBeStored({ ...config, embeddingSize, units }, vocabularySize)) break;
  }
  let units = config.units;
  while (units > 1 && !canBeStored({ ...config, embeddingSize, units }, vocabularySize)) {
    units = units > 64 ? 64 * Math.ceil(units / 64 - 1) : units - 1;
  }
  return {
    ...(units === config.units ? {} : { units }),
    ...(embeddingSize === config.embeddingSize ? {} : { embeddingSize }),
  };
}

/** The largest power of two that is not above n. */
export function powerOfTwo(n: number): number {
  return 2 ** Math.floor(Math.log2(n));
}

/** Powers of 1000, as disks are sold. */
function gigabytes(bytes: number): string {
  return bytes < 0.98e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
