import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Gradients } from './pass.ts';

/** The square of the norm of all gradients taken as one vector: a scalar on the engine, which the caller owns. */
export function squaredNorm(ops: TensorOps, gradients: Iterable<Tensor>): Tensor {
  return ops.arena(() => ops.keep(ops.addN(Array.from(gradients, (gradient) => ops.sumOfSquares(gradient)))));
}

/**
 * Clips by global norm (Pascanu et al. 2013; tf.clip_by_global_norm): every gradient is multiplied by limit / max(norm, limit), which
 * is min(1, limit / norm) without a division by zero, and squares by its square. The engine computes the factor: nothing is read.
 * What comes out replaces what went in, which is freed.
 * @param normSquared of these gradients, a scalar; it stays the caller's
 */
export function clipByGlobalNorm(
  ops: TensorOps,
  { gradients, squares }: Gradients,
  normSquared: Tensor,
  limit: number,
): Gradients {
  const factor = ops.arena(() => {
    const most = ops.fromFloats(Float32Array.of(limit), []);
    return ops.keep(ops.div(most, ops.atLeast(ops.sqrt(normSquared), limit)));
  });
  const factorSquared = ops.mul(factor, factor);
  const clipped = { gradients: scaleAll(ops, gradients, factor), squares: scaleAll(ops, squares, factorSquared) };
  ops.release(factor, factorSquared);
  return clipped;
}

function scaleAll(ops: TensorOps, tensors: ReadonlyMap<string, Tensor>, factor: Tensor): Map<string, Tensor> {
  const scaled = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    scaled.set(name, ops.scaleBy(tensor, factor));
    ops.release(tensor);
  }
  return scaled;
}
