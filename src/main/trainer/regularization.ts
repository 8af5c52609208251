/** What keeps a network from learning its text by heart, by how often it reads it. */
import type { RunConfig } from '../../shared/config.ts';

export type Regularization = Pick<RunConfig, 'dropout' | 'weightDrop' | 'weightDecay'>;

/**
 * What suited Shakespeare (a million characters) at so many readings, few first. A text that is read once or twice is not learnt by heart,
 * and there all of it would only slow the learning; too much of it at 14 readings cost more than none (ARCHITECTURE, "What best chooses").
 */
const FOUND: readonly [Found, ...Found[]] = [
  { epochs: 2, dropout: 0, weightDrop: 0, weightDecay: 0.01 },
  { epochs: 6, dropout: 0.25, weightDrop: 0.05, weightDecay: 0.1 },
  { epochs: 14, dropout: 0.3, weightDrop: 0.1, weightDecay: 0.1 },
  { epochs: 60, dropout: 0.4, weightDrop: 0.2, weightDecay: 0.1 },
];
type Found = Regularization & { readonly epochs: number };

/**
 * What suits a training that reads its text so many times (fractions count): between the values that were found in a straight line over
 * the logarithm, in whole hundredths, and the outermost beyond them.
 */
export function regularizationFor(epochs: number): Regularization {
  const above = FOUND.findIndex((found) => found.epochs > epochs);
  const upper = FOUND[above === -1 ? FOUND.length - 1 : above] ?? FOUND[0];
  const lower = FOUND[above === -1 ? FOUND.length - 1 : above - 1] ?? FOUND[0];
  const share = upper === lower ? 0 : Math.log(epochs / lower.epochs) / Math.log(upper.epochs / lower.epochs);
  const between = (key: keyof Regularization) =>
    Math.round(100 * (lower[key] + share * (upper[key] - lower[key]))) / 100;
  return {
    dropout: between('dropout'),
    weightDrop: between('weightDrop'),
    weightDecay: between('weightDecay'),
  };
}

/** The strongest, with which a step takes longest. */
export const STRONGEST: Regularization = regularizationFor(Infinity);
