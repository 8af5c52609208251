import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';

/** The norm of all gradients taken as one vector. */
export async function globalNorm(ops: TensorOps, gradients: Iterable<Tensor>): Promise<number> {
  const total = ops.arena(() => ops.keep(ops.addN(Array.from(gradients, (gradient) => ops.sumOfSquares(gradient)))));
  const [sum = NaN] = await ops.read(total);
  ops.release(total);
  return Math.sqrt(sum);
}

/**
 * Clips by global norm (Pascanu et al. 2013; tf.clip_by_global_norm): where the norm is over the limit every gradient is scaled
 * by limit / norm. Scaled gradients are new; those they replace are freed.
 */
export function clipByGlobalNorm(
  ops: TensorOps,
  gradients: ReadonlyMap<string, Tensor>,
  norm: number,
  limit: number,
): ReadonlyMap<string, Tensor> {
  if (!(norm > limit)) return gradients;
  const clipped = new Map<string, Tensor>();
  for (const [name, gradient] of gradients) {
    clipped.set(name, ops.scale(gradient, limit / norm));
    ops.release(gradient);
  }
  return clipped;
}
