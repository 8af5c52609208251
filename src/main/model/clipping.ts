import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Gradients } from './pass.ts';

/** The norm of all gradients taken as one vector. */
export async function globalNorm(ops: TensorOps, gradients: Iterable<Tensor>): Promise<number> {
  const total = ops.arena(() => ops.keep(ops.addN(Array.from(gradients, (gradient) => ops.sumOfSquares(gradient)))));
  const [sum = NaN] = await ops.read(total);
  ops.release(total);
  return Math.sqrt(sum);
}

/**
 * Clips by global norm (Pascanu et al. 2013; tf.clip_by_global_norm): where the norm is over the limit every gradient is scaled
 * by limit / norm, and squares by its square. Scaled tensors are new; those they replace are freed.
 */
export function clipByGlobalNorm(
  ops: TensorOps,
  { gradients, squares }: Gradients,
  norm: number,
  limit: number,
): Gradients {
  if (!(norm > limit)) return { gradients, squares };
  const factor = limit / norm;
  return { gradients: scaleAll(ops, gradients, factor), squares: scaleAll(ops, squares, factor ** 2) };
}

function scaleAll(ops: TensorOps, tensors: ReadonlyMap<string, Tensor>, factor: number): Map<string, Tensor> {
  const scaled = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    scaled.set(name, ops.scale(tensor, factor));
    ops.release(tensor);
  }
  return scaled;
}
