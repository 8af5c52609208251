/**
 * The preset `best`: the size of network that makes the most of a time budget, from this machine's measured speed.
 */
import type { RunConfig } from '../../shared/config.ts';
import { parameterCount } from '../../shared/network-shape.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createBatcher } from '../model/batches.ts';
import { initialWeights } from '../model/initializers.ts';
import type { CharacterIds } from '../model/vocabulary.ts';
import { networkShapeOf } from '../model/weights.ts';
import { TrainingStepper } from './stepper.ts';

/** Sizes with the learning rates that suited them on Shakespeare, largest first. */
const CANDIDATES = [
  { units: 1024, learningRate: 1.5e-3 },
  { units: 768, learningRate: 2e-3 },
  { units: 512, learningRate: 3e-3 },
  { units: 256, learningRate: 4e-3 },
  { units: 128, learningRate: 4e-3 },
] as const satisfies readonly Pick<RunConfig, 'units' | 'learningRate'>[];

/** A network should read at least so many characters for each of its parameters, or a smaller one gets further. */
const CHARACTERS_PER_PARAMETER = 4;

const TRIAL_STEPS = 3;

export interface BestPlan {
  readonly config: RunConfig;
  /** In words: what was measured and chosen. */
  readonly reason: string;
}

/**
 * Tries the candidates from the largest down, a few real steps each, and takes the first that can read enough in the time.
 * @param mixedPays whether low-precision products were measured to be faster on this engine
 */
export async function planBest(
  ops: TensorOps,
  config: RunConfig,
  ids: CharacterIds,
  vocabularySize: number,
  mixedPays: boolean,
): Promise<BestPlan> {
  const precision = mixedPays && ops.hasLowPrecision ? 'mixed' : config.precision;
  const seconds = config.minutes * 60;
  let plan: BestPlan | null = null;
  for (const candidate of CANDIDATES) {
    const tried: RunConfig = { ...config, ...candidate, precision };
    const stepSeconds = await timeStep(ops, tried, ids, vocabularySize);
    const characters = (seconds / stepSeconds) * config.batchSize * config.sequenceLength;
    const perParameter = characters / parameterCount(networkShapeOf(tried, vocabularySize));
    plan = {
      config: tried,
      reason: `${candidate.units} units: ${(stepSeconds * 1000).toFixed(0)} ms a step, ${(characters / 1e6).toFixed(1)} million characters in ${config.minutes} minutes`,
    };
    if (perParameter >= CHARACTERS_PER_PARAMETER) break;
  }
  if (plan === null) throw new Error('no candidates');
  return plan;
}

/** Seconds of one training step, the best of a few after a warm-up. */
async function timeStep(ops: TensorOps, config: RunConfig, ids: CharacterIds, vocabularySize: number): Promise<number> {
  const weights = initialWeights(networkShapeOf(config, vocabularySize), config.seed);
  const stepper = new TrainingStepper(ops, config, vocabularySize, weights);
  const batcher = createBatcher(ids, config);
  let best = Infinity;
  try {
    for (let trial = 0; trial <= TRIAL_STEPS; trial++) {
      const start = performance.now();
      await stepper.step(batcher.batch(1, Math.min(trial, batcher.stepsPerEpoch - 1)), {
        step: trial + 1,
        learningRate: 1e-4,
      });
      if (trial > 0) best = Math.min(best, (performance.now() - start) / 1000);
    }
  } finally {
    stepper.close();
  }
  return best;
}
