/** How much a training step has to compute, and whether its cost grows faster than that. */
import { GATES } from '../src/shared/network-shape.ts';

/** What decides about the work of a step. */
export interface Sizes {
  /** A GRU when left out. */
  readonly cell?: keyof typeof GATES;
  readonly units: number;
  readonly layers: number;
  readonly embeddingSize: number;
  readonly vocabulary: number;
  readonly batchSize: number;
  readonly sequenceLength: number;
}

/**
 * Floating-point operations of a step's matrix products, forward and backward (twice the forward's), a multiplication and an addition being
 * two: the recurrent products of each layer, the input products of all but the first, the output layer; the first layer's input through a
 * table of the vocabulary where that is the smaller, else character by character.
 */
export function workOf(sizes: Sizes): number {
  const { cell = 'gru', units, layers, embeddingSize, vocabulary, batchSize, sequenceLength } = sizes;
  const characters = batchSize * sequenceLength;
  const width = GATES[cell] * units;
  const projected = Math.min(vocabulary, characters) * embeddingSize * width;
  const recurrent = layers * characters * units * width;
  const between = (layers - 1) * characters * units * width;
  return 6 * (projected + recurrent + between + characters * units * vocabulary);
}

export interface Cost {
  /** In any unit, above 0. */
  readonly work: number;
  /** In any unit, above 0. */
  readonly cost: number;
}

/** Of how many of the largest values the slope is taken: at small ones what a step costs anyhow hides it. */
const LARGEST = 3;

/**
 * The exponent by which cost grows with work at the largest values: the slope of log cost over log work, by least squares. 1 is
 * proportional, 0 is constant.
 *
 * @throws RangeError for fewer than two different works
 */
export function growth(costs: readonly Cost[]): number {
  const largest = costs.toSorted((a, b) => a.work - b.work).slice(-LARGEST);
  const points = largest.map(({ work, cost }) => ({ x: Math.log(work), y: Math.log(cost) }));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  if (!(spread > 0)) throw new RangeError('growth needs costs of at least two different works');
  return points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}

/**
 * Above this exponent the cost counts as growing faster than the work. A term of a higher power shows as 1.5 or 2 where it matters; caches
 * that become too small raise the exponent by less.
 */
export const SUPER_LINEAR_FROM = 1.15;

/** The exponent in words. */
export function growthInWords(costs: readonly Cost[]): string {
  const exponent = growth(costs);
  const words = exponent > SUPER_LINEAR_FROM ? 'FASTER than the work' : 'no super-linear term';
  return `work^${exponent.toFixed(2)}, ${words}`;
}
