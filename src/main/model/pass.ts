import type { Tensor } from '../engine/tensor-ops.ts';

/** Hidden state of every layer: h [H, B], and c [H, B] for an LSTM. */
export type NetworkState = readonly (readonly Tensor[])[];

/** The result of a backward pass. */
export interface Gradients {
  /** By parameter, in the trained layout. */
  readonly gradients: Map<string, Tensor>;
  /** Where Adam's second moment grows by something else than the gradient's square: see embedding-squares.ts. */
  readonly squares: ReadonlyMap<string, Tensor>;
}

/** One run of a batch through the network, inside an arena. TB is steps times batch; ids are time-major. */
export interface Pass {
  /** [TB, V] */
  readonly logits: Tensor;
  readonly state: NetworkState;
  /** @param dLogits [TB, V] */
  gradients(dLogits: Tensor): Gradients;
}

/** The batch that a pass runs over. */
export interface PassInput {
  /** [TB] */
  readonly inputs: Int32Array;
  readonly batchSize: number;
  readonly state: NetworkState;
  /** Names dropout's random numbers; null when not training. */
  readonly dropoutSeed: readonly [number, number] | null;
}

/** What a pass needs to know of the network. */
export interface PassNetwork {
  readonly cell: 'gru' | 'lstm';
  readonly layers: number;
  readonly units: number;
  /** Share of each recurrent layer's output zeroed in training. */
  readonly dropout: number;
  /** Whether `squares` is wanted. */
  readonly sparseEmbedding: boolean;
  /** A weight by Keras's name, in the trained layout. Throws when there is none. */
  parameter(name: string): Tensor;
}
