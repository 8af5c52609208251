/** Which matrix products native/products.cc computes, and which TensorFlow does: packing both factors has to pay. */
import type { Tensor } from '../tensor-ops.ts';
import { BFLOAT16_LEVEL, TILE_LEVEL } from './levels.ts';

/** Multiplications from which on it does in tiles: of three parts of each number, or one. In vectors from as many as the latter. */
const LEAST = { float32: 2 ** 30, low: 2 ** 26 } as const;
/** In vectors a side shorter than this is padded too much, or each number that is packed is used too seldom. */
const SHORTEST_SIDE = 128;
/** What a team of threads has at most (native/team.h). With more, TensorFlow's bfloat16 products in vectors have all of them. */
const MOST_THREADS = 16;

/** What the choice depends on besides the product. */
export interface Processor {
  readonly level: number;
  readonly threads: number;
}

/**
 * Whether the native code should compute a product of two float32 matrices.
 * @param turned bit 1: a is transposed; bit 2: b is
 * @param low whether the factors are rounded to bfloat16
 */
export function isLarge({ level, threads }: Processor, a: Tensor, b: Tensor, turned: number, low: boolean): boolean {
  const [first = 0, second = 0] = a.shape;
  const other = ((turned & 2) !== 0 ? b.shape[0] : b.shape[1]) ?? 0;
  if (first * second * other < LEAST[low ? 'low' : 'float32']) return false;
  if (level >= TILE_LEVEL) return true;
  return low && level >= BFLOAT16_LEVEL && threads <= MOST_THREADS && Math.min(first, second, other) >= SHORTEST_SIDE;
}
