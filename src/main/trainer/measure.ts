/** How fast an engine computes the product that training consists of. */
import { performance } from 'node:perf_hooks';
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';

export interface EngineSpeed {
  /** 10^9 floating-point operations a second in float32. */
  readonly gflops: number;
  /** The same product in low precision with the casts that a training step needs; null where the engine has none. */
  readonly lowGflops: number | null;
}

/** A recurrent step's product is [3H, H] x [H, B]; the tutorial's has these sizes. */
const SIZES = { units: 1024, batch: 64 };
/** For engines that need more than a tenth of a second for that. */
const SMALL_SIZES = { units: 256, batch: 16 };
const SLOW_GFLOPS = 4;
const BATCHES = 5;

/** Takes about `milliseconds`, twice that where there is a low precision. Best of several batches: other work only slows. */
export async function measureSpeed(ops: TensorOps, milliseconds = 200): Promise<EngineSpeed> {
  const trial = await measureProduct(ops, SMALL_SIZES, false, milliseconds / 10);
  const sizes = trial < SLOW_GFLOPS ? SMALL_SIZES : SIZES;
  const gflops = await measureProduct(ops, sizes, false, milliseconds);
  const lowGflops = ops.hasLowPrecision ? await measureProduct(ops, sizes, true, milliseconds) : null;
  return { gflops, lowGflops };
}

async function measureProduct(
  ops: TensorOps,
  { units, batch }: typeof SIZES,
  low: boolean,
  milliseconds: number,
): Promise<number> {
  const kernel = ops.fromFloats(smallNumbers(3 * units * units), [3 * units, units]);
  const state = ops.fromFloats(smallNumbers(units * batch), [units, batch]);
  // Weights are cast once in many steps, so this cast is not part of what is measured.
  const factor = low ? ops.toLow(kernel) : kernel;
  const product = low ? () => ops.toFloat(ops.matmul(factor, ops.toLow(state))) : () => ops.matmul(factor, state);
  /** Milliseconds of so many products, the last one's arrival included: a GPU answers before it has computed. */
  const time = async (count: number): Promise<number> => {
    const start = performance.now();
    const last = ops.arena(() => {
      let sum: Tensor = ops.zeros([]);
      for (let i = 0; i < count; i++) sum = ops.arena(() => ops.keep(product()));
      return ops.keep(ops.sumOfSquares(sum));
    });
    await ops.read(last);
    const elapsed = performance.now() - start;
    ops.release(last);
    return elapsed;
  };
  try {
    await time(1); // the first product makes what an engine keeps
    let count = 1;
    let best = (await time(count)) / count;
    const deadline = performance.now() + milliseconds;
    count = Math.max(1, Math.min(10_000, Math.floor(milliseconds / BATCHES / best)));
    while (performance.now() < deadline) best = Math.min(best, (await time(count)) / count);
    return (2 * 3 * units * units * batch) / best / 1e6;
  } finally {
    ops.release(kernel, state);
    if (factor !== kernel) ops.release(factor);
  }
}

function smallNumbers(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 37) % 101) / 500 - 0.1);
}
