/**
 * What Adam's second moment of the embedding grows by in Keras. A character occurs many times in a batch, and on TensorFlow the
 * embedding's gradient is a list of one row an occurrence (IndexedSlices). Keras 3 squares that list before its rows are added up,
 * so its second moment follows the sum of squares where a dense gradient would give the square of the sum. The difference is
 * large (steps of the embedding up to 20 times as long) and part of the tutorial's numbers: the mean loss of its first epoch is
 * 2.5 with it and 2.7 without.
 */
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { PassNetwork } from './pass.ts';
import type { Products } from './precision.ts';
import { type GateGradients, sharedGates } from './recurrent.ts';
import { exactly } from './tuples.ts';

const EMBEDDINGS = 'embedding/embeddings';

/**
 * The squares of the gradients of every occurrence, summed by character: [V, E].
 * @param gates the first layer's gate gradients over all steps
 * @param kernel the first layer's kernel [E, GH]
 * @param ids the characters read, int32 [TB]
 */
export function embeddingSquares(
  ops: TensorOps,
  products: Products,
  gates: GateGradients,
  kernel: Tensor,
  ids: Tensor,
  vocabularySize: number,
): Tensor {
  const squareSums = ops.fused?.sequences?.squareSums ?? null;
  if (squareSums !== null) {
    return squareSums(embeddedParts(ops, products, gates, kernel), ids, ops.zeros([vocabularySize]));
  }
  const occurrences = embeddedGradient(ops, products, gates, kernel); // [TB, E]
  return ops.segmentSum(ops.mul(occurrences, occurrences), ids, vocabularySize);
}

/** The same by parameter, for a pass; empty where it is not wanted. */
export function squaresOf(
  ops: TensorOps,
  products: Products,
  network: PassNetwork,
  gates: GateGradients | null,
  ids: Tensor,
): ReadonlyMap<string, Tensor> {
  if (!network.sparseEmbedding || gates === null) return new Map();
  const kernel = network.parameter(`${network.cell}/kernel`);
  const [vocabularySize = 0] = network.parameter(EMBEDDINGS).shape;
  return new Map([[EMBEDDINGS, embeddingSquares(ops, products, gates, kernel, ids, vocabularySize)]]);
}

/** The gradient with respect to each embedded character, [TB, E]. */
export function embeddedGradient(ops: TensorOps, products: Products, gates: GateGradients, kernel: Tensor): Tensor {
  const [first, second] = embeddedParts(ops, products, gates, kernel);
  return ops.transpose(second === undefined ? first : ops.add(first, second), [1, 0]);
}

/**
 * What it is the sum of, transposed: [E, TB]. It is multiplied this way round, [E, N] x [N, TB], because the wide factor, which is large,
 * then need not be turned.
 */
function embeddedParts(
  ops: TensorOps,
  products: Products,
  gates: GateGradients,
  kernel: Tensor,
): readonly [Tensor, Tensor?] {
  const times = (rows: Tensor, gradient: Tensor) =>
    products.multiply(products.prepare(rows), gradient, { transposeA: true }); // [N, E]^T x [N, TB]
  const kernelT = ops.transpose(kernel, [1, 0]); // [GH, E]
  if (gates.lastGateOfInput === null) return [times(kernelT, gates.recurrent)];
  const [all = 0] = kernelT.shape;
  const [units = 0] = gates.lastGateOfInput.shape;
  const [shared, last] = exactly(ops.split(kernelT, [all - units, units]), 2);
  return [times(shared, sharedGates(ops, gates, gates.lastGateOfInput)), times(last, gates.lastGateOfInput)];
}
