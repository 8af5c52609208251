/**
 * The preset `best`: the size of network that makes the most of a time budget, from this machine's measured speed.
 */
import { splitForValidation } from '../../shared/batch-plan.ts';
import type { RunConfig } from '../../shared/config.ts';
import { parameterCount } from '../../shared/network-shape.ts';
import { PLANNED_BY_BEST, type PlannedKey, PRESETS } from '../../shared/presets.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createBatcher } from '../model/batches.ts';
import { initialWeights } from '../model/initializers.ts';
import type { CharacterIds } from '../model/vocabulary.ts';
import { networkShapeOf } from '../model/weights.ts';
import { TrainingStepper } from './stepper.ts';
import { regularizationFor, STRONGEST, type Regularization } from './regularization.ts';
import { storedEpochsNote } from './stored-epochs.ts';

type Size = Pick<RunConfig, 'layers' | 'units' | 'batchSize' | 'learningRate'>;

/** Sizes with the learning rates that suited them on Shakespeare, largest first. */
const SIZES: readonly [Size, ...Size[]] = [
  { layers: 2, units: 768, batchSize: 32, learningRate: 2e-3 },
  { layers: 2, units: 512, batchSize: 32, learningRate: 3e-3 },
  { layers: 1, units: 768, batchSize: 32, learningRate: 3e-3 },
  { layers: 1, units: 512, batchSize: 32, learningRate: 4e-3 },
  { layers: 1, units: 256, batchSize: 32, learningRate: 5e-3 },
  { layers: 1, units: 128, batchSize: 32, learningRate: 5e-3 },
];

/** A network should read at least so many characters for each of its parameters, or a smaller one gets further. */
const CHARACTERS_PER_PARAMETER = 7;

/** Timed steps of a size after the first. */
const TRIAL_STEPS = 3;

export interface BestPlan {
  readonly config: RunConfig;
  /** In words: what was measured and chosen. */
  readonly reason: string;
}

/**
 * Finds the faster precision, tries the sizes from the largest down, a few real steps of each, and takes the first that can read enough
 * in the time; how often it reads the text decides what keeps it from learning it by heart. What the person has set otherwise than
 * the preset does stays as it is.
 *
 * @param named settings that stay as they are even where they are the preset's
 */
export async function planBest(
  ops: TensorOps,
  config: RunConfig,
  ids: CharacterIds,
  vocabularySize: number,
  named: readonly PlannedKey[] = [],
): Promise<BestPlan> {
  let plan: BestPlan | null = null;
  const own = ownSettings(config, named);
  const regularized = (wanted: Regularization) => regularization(config, own, wanted);
  const sizes = sizesFor(config, own).map((size): RunConfig => ({ ...config, ...size, ...regularized(STRONGEST) }));
  const precision = own.has('precision') ? config.precision : await fasterPrecision(ops, sizes, ids, vocabularySize);
  for (const size of sizes) {
    const tried: RunConfig = { ...size, precision };
    const enough = CHARACTERS_PER_PARAMETER * parameterCount(networkShapeOf(tried, vocabularySize));
    const steps = enough / (tried.batchSize * tried.sequenceLength);
    const stepSeconds = await timeStep(ops, tried, ids, vocabularySize, (config.minutes * 60) / steps);
    const characters = ((config.minutes * 60) / stepSeconds) * tried.batchSize * tried.sequenceLength;
    const pace = `${(stepSeconds * 1000).toFixed(0)} ms a step in ${tried.precision}`;
    const reading = `${(characters / 1e6).toFixed(1)} million characters in ${config.minutes} min`;
    const { training } = splitForValidation(ids.length, config.validationFraction);
    const epochs = characters / (training.end - training.start);
    const note = storedEpochsNote(tried, ids.length, stepSeconds);
    plan = {
      config: { ...tried, ...regularized(regularizationFor(epochs)) },
      reason: `${sizeInWords(tried)} take ${pace}: ${reading}${note === null ? '' : `; ${note}`}`,
    };
    if (characters >= enough) break;
  }
  if (plan === null) throw new Error('no sizes to choose from');
  return plan;
}

/** What the planner leaves alone. */
export function ownSettings(config: RunConfig, named: readonly PlannedKey[]): ReadonlySet<PlannedKey> {
  const preset = PRESETS.best.config;
  return new Set(PLANNED_BY_BEST.filter((key) => named.includes(key) || config[key] !== preset[key]));
}

/** The sizes to try, largest first, with the person's own settings in place of the table's. */
export function sizesFor(config: RunConfig, own: ReadonlySet<PlannedKey>): readonly Size[] {
  const fixed = {
    ...(own.has('layers') ? { layers: config.layers } : {}),
    ...(own.has('batchSize') ? { batchSize: config.batchSize } : {}),
    ...(own.has('learningRate') ? { learningRate: config.learningRate } : {}),
  };
  // What was found for two layers is the nearest to what more of them would want.
  const alike = SIZES.filter(({ layers }) => layers === Math.min(config.layers, 2));
  if (!own.has('units')) {
    const least = Math.min(...alike.map(({ units }) => units));
    const tried = SIZES.filter((size) => !own.has('layers') || alike.includes(size) || size.units < least);
    return tried.map((size) => ({ ...size, ...fixed }));
  }
  // The rate that suited the nearest size of as many layers.
  const distance = ({ units }: Size) => Math.abs(units - config.units);
  const nearest = alike.reduce((best, size) => (distance(size) < distance(best) ? size : best));
  return [{ ...nearest, layers: config.layers, units: config.units, ...fixed }];
}

/** Of what is wanted against learning by heart, what the person has not set. */
function regularization(
  { optimizer }: RunConfig,
  own: ReadonlySet<PlannedKey>,
  { dropout, weightDrop, weightDecay }: Regularization,
): Partial<Regularization> {
  return {
    ...(own.has('dropout') ? {} : { dropout }),
    ...(own.has('weightDrop') ? {} : { weightDrop }),
    // There is none without AdamW.
    ...(own.has('weightDecay') || optimizer !== 'adamw' ? {} : { weightDecay }),
  };
}

function sizeInWords({ layers, units }: RunConfig): string {
  return layers === 1 ? `${units} units` : `${units} units in ${layers} layers`;
}

/** The precision that is faster here for the size in the middle. */
async function fasterPrecision(
  ops: TensorOps,
  sizes: readonly RunConfig[],
  ids: CharacterIds,
  vocabularySize: number,
): Promise<RunConfig['precision']> {
  const middle = sizes[sizes.length >> 1];
  if (middle === undefined) throw new Error('no sizes to choose from');
  if (!ops.hasLowPrecision) return middle.precision;
  const float32 = await timeStep(ops, middle, ids, vocabularySize);
  const mixed = await timeStep(ops, { ...middle, precision: 'mixed' }, ids, vocabularySize);
  return mixed < float32 ? 'mixed' : 'float32';
}

/**
 * Seconds of one training step, the best of a few after a warm-up.
 * @param enough where a step takes more than twice as many seconds, the first one decides
 */
async function timeStep(
  ops: TensorOps,
  config: RunConfig,
  ids: CharacterIds,
  vocabularySize: number,
  enough = Infinity,
): Promise<number> {
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
      if (trial > 0 && best > 2 * enough) break;
    }
  } finally {
    stepper.close();
  }
  return best;
}
