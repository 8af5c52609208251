/**
 * DropConnect on the recurrent kernels (Wan et al. 2013; the weight-dropped network of Merity, Keskar & Socher 2018): in training each
 * recurrent weight is switched off with a probability, the same ones over all steps of a batch. Dropout cannot reach the recurrent
 * connection without disturbing what the state carries; this can, and is what holds against learning by heart in long trainings.
 */
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Gradients, PassNetwork } from './pass.ts';
import { recurrentLayerName } from './weights.ts';

export interface WeightDrop {
  /** The network with its recurrent kernels [GH, H] masked, the kept weights divided by 1 - rate. */
  readonly network: PassNetwork;
  /** Gradients of the masked network as gradients of the true weights. */
  ofWeights(gradients: Gradients): Gradients;
}

/**
 * Must be called inside the pass's arena, and `ofWeights` in the same one.
 * @param rate share of the weights switched off, above 0 and below 1
 * @param seed names the random numbers; outputs' dropout takes those of as many layers from it
 */
export function weightDrop(
  ops: TensorOps,
  network: PassNetwork,
  rate: number,
  seed: readonly [number, number],
): WeightDrop {
  const masks = new Map<string, Tensor>(); // [GH, H]
  const masked = new Map<string, Tensor>(); // [GH, H]
  for (let layer = 0; layer < network.layers; layer++) {
    const name = `${recurrentLayerName(network.cell, layer)}/recurrent_kernel`;
    const kernel = network.parameter(name);
    const mask = ops.dropoutMask(kernel.shape, rate, [seed[0] + network.layers + layer, seed[1]]);
    masks.set(name, mask);
    masked.set(name, ops.mul(kernel, mask));
  }
  return {
    network: {
      cell: network.cell,
      layers: network.layers,
      units: network.units,
      dropout: network.dropout,
      sparseEmbedding: network.sparseEmbedding,
      parameter: (name) => masked.get(name) ?? network.parameter(name),
    },
    ofWeights({ gradients, squares }) {
      const ofTrue = new Map(gradients);
      for (const [name, mask] of masks) {
        const gradient = gradients.get(name);
        if (gradient === undefined) throw new Error(`no gradient for ${name}`);
        ofTrue.set(name, ops.mul(gradient, mask));
      }
      return { gradients: ofTrue, squares };
    },
  };
}
