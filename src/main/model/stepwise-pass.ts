/** A pass step by step, on any engine: every layer is a loop over its cell. */
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import { DenseLayer } from './dense.ts';
import { squaresOf } from './embedding-squares.ts';
import { dropoutMasks } from './dropout.ts';
import { gru } from './gru.ts';
import { characterInput, layerInput, type ProjectedInput } from './input.ts';
import { lstm } from './lstm.ts';
import type { Pass, PassInput, PassNetwork } from './pass.ts';
import type { Products } from './precision.ts';
import {
  backwardSequence,
  type BoundCell,
  forwardSequence,
  type GateGradients,
  type SequenceGradients,
  type SequenceTape,
} from './recurrent.ts';
import { elementAt } from './tuples.ts';
import { recurrentLayerName } from './weights.ts';

interface LayerPass {
  readonly name: string;
  readonly cell: BoundCell;
  readonly input: ProjectedInput;
  /** Maps a step's gate gradients to the gradient of the layer below's output; null in the first layer. */
  readonly toInput: ((gates: GateGradients) => Tensor) | null;
  readonly tape: SequenceTape;
  /** Dropout's factors of the outputs, T of [H, B]; null without dropout. */
  readonly masks: readonly Tensor[] | null;
}

/** The cell of a recurrent layer (0 for the first) bound to its weights. */
export function bindLayer(
  ops: TensorOps,
  products: Products,
  network: PassNetwork,
  layer: number,
  training: boolean,
): BoundCell {
  const name = recurrentLayerName(network.cell, layer);
  const recurrentKernel = network.parameter(`${name}/recurrent_kernel`);
  const cell = network.cell === 'gru' ? gru : lstm;
  return cell.bind(ops, products, { recurrentKernel, bias: network.parameter(`${name}/bias`) }, training);
}

/**
 * The pass of a network over a batch. Must be called inside an arena, and `gradients` of its result in the same one.
 * With a dropoutSeed it is prepared for training, without one only for the logits [TB, V].
 */
export function stepwisePass(ops: TensorOps, products: Products, network: PassNetwork, input: PassInput): Pass {
  const { batchSize, dropoutSeed } = input;
  const training = dropoutSeed !== null;
  const steps = input.inputs.length / batchSize;
  const ids = ops.fromInts(input.inputs, [input.inputs.length]);
  const embeddings = network.parameter('embedding/embeddings');
  const layers: LayerPass[] = [];
  const state: (readonly Tensor[])[] = [];
  let outputs: readonly Tensor[] = []; // T of [H, B]
  for (let layer = 0; layer < network.layers; layer++) {
    const name = recurrentLayerName(network.cell, layer);
    const cell = bindLayer(ops, products, network, layer, training);
    const kernel = network.parameter(`${name}/kernel`);
    const above = layer === 0 ? null : layerInput(ops, products, kernel, cell.inputBias, outputs, training);
    const projected = above ?? characterInput(ops, products, { embeddings, kernel }, cell.inputBias, ids, batchSize);
    const start = input.state[layer] ?? [];
    const sequence = forwardSequence(ops, products, cell, (t) => projected.at(t), steps, start, training);
    const masks =
      dropoutSeed === null || network.dropout === 0
        ? null
        : dropoutMasks(ops, steps, network.units, batchSize, network.dropout, [dropoutSeed[0] + layer, dropoutSeed[1]]);
    layers.push({ name, cell, input: projected, toInput: above?.toInput ?? null, tape: sequence.tape, masks });
    outputs =
      masks === null ? sequence.outputs : sequence.outputs.map((output, t) => ops.mul(output, elementAt(masks, t)));
    state.push(sequence.state);
  }
  const dense = new DenseLayer(ops, products, network.parameter('dense/kernel'), network.parameter('dense/bias'));
  return {
    logits: dense.forward(ops.concat(outputs, 1)), // [TB, V]
    state,
    gradients(dLogits) {
      const gradients = new Map(dense.gradients(dLogits));
      let dOutput = dense.outputGradients(dLogits, steps);
      let lowest: GateGradients | null = null;
      for (const layer of [...layers].reverse()) {
        const sequence = backward(ops, products, layer, dOutput, gradients);
        dOutput = (step) => elementAt(sequence.inputs, step);
        lowest = sequence.gates;
      }
      return { gradients, squares: squaresOf(ops, products, network, lowest, ids) };
    },
  };
}

/** Adds a layer's gradients. */
function backward(
  ops: TensorOps,
  products: Products,
  { name, cell, input, toInput, tape, masks }: LayerPass,
  dOutput: (step: number) => Tensor,
  gradients: Map<string, Tensor>,
): SequenceGradients {
  const dropped = masks === null ? dOutput : (step: number) => ops.mul(dOutput(step), elementAt(masks, step));
  const sequence = backwardSequence(ops, products, cell, tape, dropped, toInput);
  const projection = input.gradients(sequence.gates);
  gradients.set(`${name}/recurrent_kernel`, sequence.recurrentKernel);
  gradients.set(`${name}/bias`, sequence.bias);
  gradients.set(`${name}/kernel`, projection.kernel);
  if (projection.embeddings !== null) gradients.set('embedding/embeddings', projection.embeddings);
  return sequence;
}
