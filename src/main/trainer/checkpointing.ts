/** A training's state as bytes and back: weights, Adam's moments and the carried hidden state, as safetensors. */
import { FolioError } from '../../shared/errors.ts';
import type { RunConfig } from '../../shared/config.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import type { NetworkState } from '../model/network.ts';
import { decodeSafetensors, encodeSafetensors } from '../model/safetensors.ts';
import type { WeightArray, Weights } from '../model/weights.ts';
import type { CheckpointBytes, CheckpointHashes } from './messages.ts';
import { hashesOf } from './pieces.ts';
import type { TrainingStepper } from './stepper.ts';

/** What an exchange file says of itself: enough to import it anywhere. */
export function weightsMetadata(config: RunConfig, vocabulary: readonly string[]): Record<string, string> {
  const { cell, layers, embeddingSize, units } = config;
  return {
    vocabulary: JSON.stringify(vocabulary),
    config: JSON.stringify({ cell, layers, embeddingSize, units }),
  };
}

/** @throws FolioError 'diverged' when a weight is not a finite number: such a state is not worth keeping. */
export async function encodeCheckpoint(
  ops: TensorOps,
  stepper: TrainingStepper,
  config: RunConfig,
  vocabulary: readonly string[],
): Promise<CheckpointBytes & { readonly sha256: CheckpointHashes }> {
  const optimizer = new Map<string, WeightArray>(await stepper.optimizer.slots());
  for (const [name, array] of await stateArrays(ops, stepper.state)) optimizer.set(name, array);
  const weights = await stepper.network.weights();
  for (const [name, { data }] of weights) {
    if (!data.every(Number.isFinite)) throw new FolioError('diverged', `${name} holds numbers that are not finite`);
  }
  const bytes = {
    weights: encodeSafetensors(weights, weightsMetadata(config, vocabulary)),
    optimizer: encodeSafetensors(optimizer, {}),
  };
  return { ...bytes, sha256: hashesOf(bytes) };
}

/** Puts optimizer and hidden state back; the stepper was made with the checkpoint's weights. */
export function restoreCheckpoint(ops: TensorOps, stepper: TrainingStepper, optimizer: Uint8Array, step: number): void {
  const { arrays } = decodeSafetensors(optimizer);
  stepper.optimizer.restore(arrays, step);
  stepper.state = stateTensors(ops, arrays, stepper.state);
}

const stateName = (layer: number, index: number) => `state/${layer}/${index}`;

async function stateArrays(ops: TensorOps, state: NetworkState): Promise<Weights> {
  const arrays = new Map<string, WeightArray>();
  for (const [layer, tensors] of state.entries()) {
    for (const [index, tensor] of tensors.entries()) {
      arrays.set(stateName(layer, index), { shape: [...tensor.shape], data: await ops.read(tensor) }); // [H, B]
    }
  }
  return arrays;
}

/** @param like a state of the shape that is wanted */
function stateTensors(ops: TensorOps, arrays: Weights, like: NetworkState): NetworkState {
  return like.map((tensors, layer) =>
    tensors.map((tensor, index) => {
      const array = arrays.get(stateName(layer, index));
      if (array === undefined || array.shape.join() !== tensor.shape.join()) {
        throw new FolioError('damaged', `the checkpoint lacks the hidden state of layer ${layer + 1}`);
      }
      return ops.fromFloats(array.data.slice(), array.shape);
    }),
  );
}
