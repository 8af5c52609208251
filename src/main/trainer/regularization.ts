/** What keeps a network from learning its text by heart, by how often it reads it. */
import type { RunConfig } from '../../shared/config.ts';

export type Regularization = Pick<RunConfig, 'dropout' | 'weightDrop' | 'weightDecay'>;

/**
 * Found on Shakespeare (a million characters) with networks of one and two layers. A text that is read once or twice is not learnt by
 * heart, and there all of it would only slow the learning.
 */
const BY_EPOCHS: readonly (Regularization & { readonly from: number })[] = [
  { from: 16, dropout: 0.4, weightDrop: 0.25, weightDecay: 0.1 },
  { from: 6, dropout: 0.3, weightDrop: 0.1, weightDecay: 0.1 },
  { from: 3, dropout: 0.2, weightDrop: 0, weightDecay: 0.1 },
];
const NONE: Regularization = { dropout: 0, weightDrop: 0, weightDecay: 0.01 };

/** What suits a training that reads its text so many times; fractions of an epoch count. */
export function regularizationFor(epochs: number): Regularization {
  const { dropout, weightDrop, weightDecay } = BY_EPOCHS.find(({ from }) => epochs >= from) ?? NONE;
  return { dropout, weightDrop, weightDecay };
}

/** The strongest, with which a step takes longest. */
export const STRONGEST: Regularization = regularizationFor(Infinity);
