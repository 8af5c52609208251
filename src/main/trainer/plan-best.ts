/**
 * The preset `best`: the size of network that makes the most of a time budget, from this machine's measured speed.
 */
import type { RunConfig } from '../../shared/config.ts';
import { parameterCount } from '../../shared/network-shape.ts';
import { PRESETS } from '../../shared/presets.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createBatcher } from '../model/batches.ts';
import { initialWeights } from '../model/initializers.ts';
import type { CharacterIds } from '../model/vocabulary.ts';
import { networkShapeOf } from '../model/weights.ts';
import { TrainingStepper } from './stepper.ts';
import { storedEpochsNote } from './stored-epochs.ts';

type Size = Pick<RunConfig, 'units' | 'batchSize' | 'learningRate'>;

/** Sizes with the learning rates that suited them on Shakespeare, largest first. */
const SIZES: readonly [Size, ...Size[]] = [
  { units: 1024, batchSize: 64, learningRate: 1.5e-3 },
  { units: 768, batchSize: 64, learningRate: 2e-3 },
  { units: 512, batchSize: 32, learningRate: 3e-3 },
  { units: 256, batchSize: 32, learningRate: 4e-3 },
  { units: 128, batchSize: 32, learningRate: 4e-3 },
];

/** A network should read at least so many characters for each of its parameters, or a smaller one gets further. */
const CHARACTERS_PER_PARAMETER = 4;

const TRIAL_STEPS = 3;

export interface BestPlan {
  readonly config: RunConfig;
  /** In words: what was measured and chosen. */
  readonly reason: string;
}

/**
 * Tries the sizes from the largest down, a few real steps of each in either precision, and takes the first that can read enough
 * in the time. What the person has set otherwise than the preset does stays as it is.
 */
export async function planBest(
  ops: TensorOps,
  config: RunConfig,
  ids: CharacterIds,
  vocabularySize: number,
): Promise<BestPlan> {
  let plan: BestPlan | null = null;
  for (const size of sizesFor(config)) {
    const { tried, stepSeconds } = await fasterPrecision(ops, { ...config, ...size }, ids, vocabularySize);
    const characters = ((config.minutes * 60) / stepSeconds) * tried.batchSize * tried.sequenceLength;
    const pace = `${(stepSeconds * 1000).toFixed(0)} ms a step in ${tried.precision}`;
    const reading = `${(characters / 1e6).toFixed(1)} million characters in ${config.minutes} min`;
    const note = storedEpochsNote(tried, ids.length, stepSeconds);
    plan = {
      config: tried,
      reason: `${tried.units} units take ${pace}: ${reading}${note === null ? '' : `; ${note}`}`,
    };
    if (characters / parameterCount(networkShapeOf(tried, vocabularySize)) >= CHARACTERS_PER_PARAMETER) break;
  }
  if (plan === null) throw new Error('no sizes to choose from');
  return plan;
}

/** The sizes to try, largest first, with what the person has set otherwise than the preset in place of the table's. */
export function sizesFor(config: RunConfig): readonly Size[] {
  const preset = PRESETS.best.config;
  const fixed = {
    ...(config.batchSize === preset.batchSize ? {} : { batchSize: config.batchSize }),
    ...(config.learningRate === preset.learningRate ? {} : { learningRate: config.learningRate }),
  };
  if (config.units === preset.units) return SIZES.map((size) => ({ ...size, ...fixed }));
  // The rate that suited the nearest size.
  const distance = ({ units }: Size) => Math.abs(units - config.units);
  const nearest = SIZES.reduce((best, size) => (distance(size) < distance(best) ? size : best));
  return [{ ...nearest, units: config.units, ...fixed }];
}

/** The configuration in the precision that is faster here; `mixed` that the person chose is kept. */
async function fasterPrecision(
  ops: TensorOps,
  config: RunConfig,
  ids: CharacterIds,
  vocabularySize: number,
): Promise<{ readonly tried: RunConfig; readonly stepSeconds: number }> {
  const plain = { tried: config, stepSeconds: await timeStep(ops, config, ids, vocabularySize) };
  if (!ops.hasLowPrecision || config.precision === 'mixed') return plain;
  const tried: RunConfig = { ...config, precision: 'mixed' };
  const mixed = { tried, stepSeconds: await timeStep(ops, tried, ids, vocabularySize) };
  return mixed.stepSeconds < plain.stepSeconds ? mixed : plain;
}

/** Seconds of one training step, the best of a few after a warm-up. */
async function timeStep(ops: TensorOps, config: RunConfig, ids: CharacterIds, vocabularySize: number): Promise<number> {
  const weights = initialWeights(networkShapeOf(config, vocabularySize), config.seed);
  const stepper = new TrainingStepper(ops, config, vocabularySize, weights);
  const batcher = createBatcher(ids, config);
  let best = Infinity;
  try {
    for (let trial = 0; trial <= TRIAL_STEPS; trial++) {
      const batch = batcher.batch(1, Math.min(trial, batcher.stepsPerEpoch - 1));
      const figures = stepper.step(batch, { step: trial + 1, learningRate: 1e-4 });
      const { knownAt } = await figures.read();
      if (trial > 0) best = Math.min(best, (knownAt - figures.begunAt) / 1000);
    }
  } finally {
    stepper.close();
  }
  return best;
}
