import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';

/**
 * Dropout on the outputs of a recurrent layer, not on its recurrent connection (Zaremba et al. 2014): a mask [H, B] for each step,
 * drawn anew for every batch.
 */
export function dropoutMasks(
  ops: TensorOps,
  steps: number,
  units: number,
  batchSize: number,
  rate: number,
  seed: readonly [number, number],
): Tensor[] {
  return ops.unstack(ops.dropoutMask([steps, units, batchSize], rate, seed));
}
