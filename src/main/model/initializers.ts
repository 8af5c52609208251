/**
 * The weights that a network starts from: Keras's defaults, except that LSTM layers also take `glorot_uniform` for the
 * recurrent kernel, as the tutorial asks for both cells (Keras's own default for it is `orthogonal`).
 *
 * - embeddings: uniform in [-0.05, 0.05)
 * - kernels, recurrent kernels: Glorot uniform (Glorot & Bengio 2010), with the fans of the whole matrix: a recurrent kernel
 *   [H, 3H] has fan-in H and fan-out 3H, not three squares of H
 * - biases: 0, but 1 for an LSTM's forget gate (`unit_forget_bias`)
 */
import { Random, PURPOSE } from './random.ts';
import { elementCount, weightShapes } from './weights.ts';
import type { NetworkShape, WeightArray } from './weights.ts';

/** Keras's `RandomUniform()` for embeddings. */
const EMBEDDING_LIMIT = 0.05;

/** Half the width of the Glorot uniform distribution of a matrix [fanIn, fanOut]: sqrt(6 / (fanIn + fanOut)). */
export function glorotLimit(fanIn: number, fanOut: number): number {
  return Math.sqrt(6 / (fanIn + fanOut));
}

function uniform(length: number, limit: number, random: Random): Float32Array {
  const data = new Float32Array(length);
  const scale = (2 * limit) / 0x1_0000_0000; // 32 random bits are more than a float32 can tell apart
  for (let i = 0; i < length; i++) data[i] = random.uint32() * scale - limit;
  return data;
}

/**
 * New weights for a network of this shape. The same seed gives the same numbers on every machine and engine; each weight
 * draws from a stream of its own, so adding a layer leaves the weights before it as they were.
 */
export function initialWeights(shape: NetworkShape, seed: number): Map<string, WeightArray> {
  const weights = new Map<string, WeightArray>();
  for (const [name, size] of weightShapes(shape)) {
    const length = elementCount(size);
    const random = new Random(seed, PURPOSE.weights, weights.size);
    let data: Float32Array;
    if (name.endsWith('/bias')) {
      data = new Float32Array(length);
      if (shape.cell === 'lstm' && name.startsWith('lstm')) data.fill(1, shape.units, 2 * shape.units); // gates i, f, c, o
    } else {
      const [fanIn = 0, fanOut = 0] = size;
      data = uniform(length, name === 'embedding/embeddings' ? EMBEDDING_LIMIT : glorotLimit(fanIn, fanOut), random);
    }
    weights.set(name, { shape: size, data });
  }
  return weights;
}
