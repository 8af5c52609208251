/**
 * What a recurrent layer reads: the projection of its input by `kernel`, a step at a time, and the way back.
 *
 * The first layer reads characters. Embedding and kernel together map a character to one column of a table [GH, V], so with
 * a small vocabulary a step's input is that table times a one-hot matrix [V, B]: V multiplications a number instead of E, and no
 * gather that would have to be transposed. With a larger one the embeddings are gathered and multiplied by the kernel.
 */
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Products } from './precision.ts';
import { type GateGradients, multiplyInputGradient, projectedInputGradient } from './recurrent.ts';
import { elementAt } from './tuples.ts';

/** The input of a recurrent layer over one batch. */
export interface ProjectedInput {
  /** Projected input of step t, bias included: [GH, B]. */
  at(step: number): Tensor;
  /** Gradients of the weights that projected it, from the gate gradients of all steps. */
  gradients(gates: GateGradients): { readonly kernel: Tensor; readonly embeddings: Tensor | null };
}

/** What turns a character into the first layer's input. */
export interface CharacterWeights {
  /** [V, E] */
  readonly embeddings: Tensor;
  /** Keras's layout, [E, GH]. */
  readonly kernel: Tensor;
}

/** What the first layer reads of a batch. */
interface Characters extends CharacterWeights {
  /** [GH, 1] */
  readonly bias: Tensor;
  /** Time-major, int32 [TB]. */
  readonly ids: Tensor;
  readonly batchSize: number;
}

/**
 * The input of the first layer, by the cheaper of the two ways.
 * @param bias [GH, 1]; @param ids characters, time-major, int32 [TB]
 */
export function characterInput(
  ops: TensorOps,
  products: Products,
  weights: CharacterWeights,
  bias: Tensor,
  ids: Tensor,
  batchSize: number,
): ProjectedInput {
  const [vocabularySize = 0, embeddingSize = 0] = weights.embeddings.shape;
  const read = vocabularySize <= embeddingSize ? fromTable : fromEmbeddings;
  return read(ops, products, { ...weights, bias, ids, batchSize });
}

function fromTable(ops: TensorOps, products: Products, characters: Characters): ProjectedInput {
  const { embeddings, kernel, bias, ids, batchSize } = characters;
  const [vocabularySize = 0] = embeddings.shape;
  const projected = ops.matmul(kernel, embeddings, { transposeA: true, transposeB: true }); // [GH, V]
  const table = products.prepare(ops.add(projected, bias)); // [GH, V]
  const oneHot = products.prepare(ops.oneHot(ids, vocabularySize)); // [TB, V]
  const oneHots = stepsOf(ops, oneHot, batchSize); // T of [B, V]
  return {
    at: (step) => products.multiply(table, elementAt(oneHots, step), { transposeB: true }), // [GH, B]
    gradients(gates) {
      const dTable = multiplyInputGradient(ops, products, gates, oneHot); // [GH, V]
      return {
        kernel: ops.matmul(embeddings, dTable, { transposeA: true, transposeB: true }), // [E, GH]
        embeddings: ops.matmul(dTable, kernel, { transposeA: true, transposeB: true }), // [V, E]
      };
    },
  };
}

function fromEmbeddings(ops: TensorOps, products: Products, characters: Characters): ProjectedInput {
  const { embeddings, kernel, bias, ids, batchSize } = characters;
  const [vocabularySize = 0] = embeddings.shape;
  const embedded = products.prepare(ops.gather(embeddings, ids)); // [TB, E]
  const perStep = stepsOf(ops, embedded, batchSize); // T of [B, E]
  const prepared = products.prepare(kernel); // [E, GH]
  return {
    at(step) {
      const projected = products.multiply(prepared, elementAt(perStep, step), { transposeA: true, transposeB: true });
      return ops.add(projected, bias); // [GH, B]
    },
    gradients(gates) {
      const gradient = projectedInputGradient(ops, gates); // [GH, TB]
      const dEmbedded = products.multiply(gradient, prepared, { transposeA: true, transposeB: true }); // [TB, E]
      return {
        kernel: products.multiply(embedded, gradient, { transposeA: true, transposeB: true }), // [E, GH]
        embeddings: ops.segmentSum(dEmbedded, ids, vocabularySize), // [V, E]
      };
    },
  };
}

/** Cuts rows in time order, [TB, N], into steps: T of [B, N]. */
function stepsOf(ops: TensorOps, rows: Tensor, batchSize: number): Tensor[] {
  const [count = 0, width = 0] = rows.shape;
  return ops.unstack(ops.reshape(rows, [count / batchSize, batchSize, width]));
}

/**
 * The input of a layer above another.
 * @param kernelT this layer's kernel, transposed: [GH, inputs]
 * @param below outputs of the layer below, T of [inputs, B]
 */
export function layerInput(
  ops: TensorOps,
  products: Products,
  kernelT: Tensor,
  bias: Tensor, // [GH, 1]
  below: readonly Tensor[],
  training: boolean,
): ProjectedInput & { readonly toInput: (gates: GateGradients) => Tensor } {
  const prepared = products.prepare(kernelT); // [GH, inputs]
  const kernel = training ? ops.transpose(prepared, [1, 0]) : null; // [inputs, GH]
  const inputs = below.map((output) => products.prepare(output)); // T of [inputs, B]
  return {
    at: (step) => ops.add(products.multiply(prepared, elementAt(inputs, step)), bias), // [GH, B]
    /** The gradient with respect to the layer's input at one step, [inputs, B]. */
    toInput(gates) {
      if (kernel === null) throw new Error('the layer was not prepared for training');
      return products.multiply(kernel, projectedInputGradient(ops, gates));
    },
    gradients(gates) {
      const all = ops.concat(inputs, 1); // [inputs, TB]
      return { kernel: multiplyInputGradient(ops, products, gates, all, { transposeB: true }), embeddings: null };
    },
  };
}
