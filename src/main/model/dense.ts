import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Products } from './precision.ts';
import { elementAt } from './tuples.ts';

/** The output layer: logits = h D + b for every step at once. Bound to one pass. */
export class DenseLayer {
  readonly #ops: TensorOps;
  readonly #products: Products;
  /** [H, V], prepared */
  readonly #kernel: Tensor;
  /** [V] */
  readonly #bias: Tensor;
  /** Outputs of the layer below, [H, TB], prepared. */
  #outputs: Tensor | null = null;

  constructor(ops: TensorOps, products: Products, kernel: Tensor, bias: Tensor) {
    this.#ops = ops;
    this.#products = products;
    this.#kernel = products.prepare(kernel);
    this.#bias = bias;
  }

  /** @param outputs of the last recurrent layer, [H, TB]; @returns logits [TB, V] */
  forward(outputs: Tensor): Tensor {
    this.#outputs = this.#products.prepare(outputs);
    const products = this.#products.multiply(this.#outputs, this.#kernel, { transposeA: true }); // [TB, V]
    return this.#ops.add(products, this.#bias);
  }

  /** Of the layer's own weights. @param dLogits [TB, V] */
  gradients(dLogits: Tensor): ReadonlyMap<string, Tensor> {
    if (this.#outputs === null) throw new Error('backward before forward');
    return new Map([
      ['dense/kernel', this.#products.multiply(this.#outputs, this.#products.prepare(dLogits))], // [H, V]
      ['dense/bias', this.#ops.sum(dLogits, 0)], // [V]
    ]);
  }

  /** The gradient with respect to all outputs, [H, TB]. */
  allOutputGradients(dLogits: Tensor): Tensor {
    return this.#products.multiply(this.#kernel, this.#products.prepare(dLogits), { transposeB: true });
  }

  /** The same a step at a time, [H, B]: cutting columns out of a matrix would cost more. */
  outputGradients(dLogits: Tensor, steps: number): (step: number) => Tensor {
    const [count = 0, vocabularySize = 0] = dLogits.shape;
    const shape = [steps, count / steps, vocabularySize];
    const perStep = this.#ops.unstack(this.#ops.reshape(this.#products.prepare(dLogits), shape)); // T of [B, V]
    return (step) => this.#products.multiply(this.#kernel, elementAt(perStep, step), { transposeB: true });
  }
}
