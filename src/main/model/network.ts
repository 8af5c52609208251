/**
 * The network: Embedding -> 1 to 4 recurrent layers -> Dense, forward and backward by hand. B is the batch, T the sequence length,
 * E the embedding, H the units, G a cell's gates and V the vocabulary. Ids are time-major: index t * B + b.
 */
import { FolioError } from '../../shared/errors.ts';
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import { DenseLayer } from './dense.ts';
import { dropoutMasks } from './dropout.ts';
import { gru } from './gru.ts';
import { characterInput, layerInput, type ProjectedInput } from './input.ts';
import { lstm } from './lstm.ts';
import { type Products, productsOf } from './precision.ts';
import {
  backwardSequence,
  type BoundCell,
  type Cell,
  forwardSequence,
  type GateGradients,
  type SequenceTape,
} from './recurrent.ts';
import { checkWeights, type NetworkShape, recurrentLayerName, type WeightArray, type Weights, weightShapes } from './weights.ts';

/** Hidden state of every layer: h [H, B], and c [H, B] for an LSTM. */
export type NetworkState = readonly (readonly Tensor[])[];

export interface IdBatch {
  /** [TB] */
  readonly inputs: Int32Array;
  /** [TB] */
  readonly targets: Int32Array;
  readonly batchSize: number;
}

export interface NetworkOptions {
  readonly precision: 'float32' | 'mixed';
  /** Share of each recurrent layer's output zeroed in training. */
  readonly dropout: number;
}

interface LayerPass {
  readonly cell: BoundCell;
  readonly input: ProjectedInput;
  readonly toInput: ((gates: GateGradients) => Tensor) | null;
  readonly tape: SequenceTape;
  /** Dropout's factors of the outputs, T of [H, B]; null without dropout. */
  readonly masks: readonly Tensor[] | null;
}

interface ForwardPass {
  readonly layers: readonly LayerPass[];
  /** The last layer's outputs after dropout, T of [H, B]. */
  readonly outputs: readonly Tensor[];
  readonly state: NetworkState;
}

export class Network {
  readonly shape: NetworkShape;
  /**
   * By Keras's names, in the layout that is trained: recurrent kernels, and kernels above the first layer, are transposed to [GH, H].
   * The optimizer replaces them.
   */
  readonly parameters = new Map<string, Tensor>();
  readonly #ops: TensorOps;
  readonly #options: NetworkOptions;
  readonly #products: Products;
  readonly #cell: Cell;

  constructor(ops: TensorOps, shape: NetworkShape, options: NetworkOptions) {
    if (options.precision === 'mixed' && !ops.hasLowPrecision) {
      throw new FolioError('engine', `mixed precision is not available on ${ops.device}`, 'Use --set precision=float32.');
    }
    this.#ops = ops;
    this.shape = shape;
    this.#options = options;
    this.#products = productsOf(ops, options.precision);
    this.#cell = shape.cell === 'gru' ? gru : lstm;
  }

  /** Replaces all weights. @throws FolioError 'file' when they are not those of a network of this shape. */
  load(weights: Weights): void {
    checkWeights(weights, this.shape);
    for (const [name, array] of weights) this.setParameter(name, this.toTensor(name, array));
  }

  /** Puts a tensor in place of a parameter, which is freed. The network owns it from now on. */
  setParameter(name: string, tensor: Tensor): void {
    const old = this.parameters.get(name);
    if (old !== undefined && old !== tensor) this.#ops.release(old);
    this.parameters.set(name, tensor);
  }

  /** An array in Keras's layout as a tensor in the trained layout. */
  toTensor(name: string, array: WeightArray): Tensor {
    if (!isTransposed(name)) return this.#ops.fromFloats(array.data.slice(), array.shape);
    return this.#ops.arena(() =>
      this.#ops.keep(this.#ops.transpose(this.#ops.fromFloats(array.data.slice(), array.shape), [1, 0])),
    );
  }

  /** The inverse of toTensor. */
  async toArray(name: string, tensor: Tensor): Promise<WeightArray> {
    if (!isTransposed(name)) return { shape: [...tensor.shape], data: await this.#ops.read(tensor) };
    const turned = this.#ops.arena(() => this.#ops.keep(this.#ops.transpose(tensor, [1, 0])));
    const data = await this.#ops.read(turned);
    this.#ops.release(turned);
    return { shape: [...turned.shape], data };
  }

  /** All weights in Keras's layouts, in the order of weightShapes. */
  async weights(): Promise<Weights> {
    const weights = new Map<string, WeightArray>();
    for (const name of weightShapes(this.shape).keys()) weights.set(name, await this.toArray(name, this.parameter(name)));
    return weights;
  }

  zeroState(batchSize: number): NetworkState {
    return Array.from({ length: this.shape.layers }, () =>
      Array.from({ length: this.#cell.states }, () => this.#ops.zeros([this.shape.units, batchSize])),
    );
  }

  releaseState(state: NetworkState): void {
    for (const layer of state) this.#ops.release(...layer);
  }

  /** Logits of every step, [TB, V], and the state after the last. The caller owns all of them. */
  logits(batch: Pick<IdBatch, 'inputs' | 'batchSize'>, state: NetworkState): { logits: Tensor; state: NetworkState } {
    return this.#ops.arena(() => {
      const pass = this.#forward(batch, state, null);
      return { logits: this.#ops.keep(this.#dense().forward(pass.outputs)), state: this.#keepState(pass.state) };
    });
  }

  /** Cross-entropy of every target in nats, [TB], and the state after the last. The caller owns all of them. */
  losses(batch: IdBatch, state: NetworkState): { losses: Tensor; state: NetworkState } {
    return this.#ops.arena(() => {
      const pass = this.#forward(batch, state, null);
      const labels = this.#ops.fromInts(batch.targets, [batch.targets.length]);
      const { loss } = this.#ops.softmaxCrossEntropy(this.#dense().forward(pass.outputs), labels);
      return { losses: this.#ops.keep(loss), state: this.#keepState(pass.state) };
    });
  }

  /**
   * The cross-entropy of every target in nats, [TB], the gradients of its mean with respect to every parameter (by name, in the
   * trained layout) and the state after the last step. The caller owns all of them.
   * @param dropoutSeed names the random numbers of dropout
   */
  gradients(
    batch: IdBatch,
    state: NetworkState,
    dropoutSeed: readonly [number, number],
  ): { losses: Tensor; gradients: ReadonlyMap<string, Tensor>; state: NetworkState } {
    const ops = this.#ops;
    return ops.arena(() => {
      const count = batch.targets.length;
      const pass = this.#forward(batch, state, dropoutSeed);
      const dense = this.#dense();
      const logits = dense.forward(pass.outputs); // [TB, V]
      const { loss, gradient } = ops.softmaxCrossEntropy(logits, ops.fromInts(batch.targets, [count]));
      const dLogits = ops.scale(gradient, 1 / count); // [TB, V]
      const gradients = new Map(dense.gradients(dLogits));
      this.#backward(pass, dense.outputGradients(dLogits, count / batch.batchSize), gradients);
      for (const tensor of gradients.values()) ops.keep(tensor);
      return { losses: ops.keep(loss), gradients, state: this.#keepState(pass.state) };
    });
  }

  /** A weight by Keras's name, in the trained layout. */
  parameter(name: string): Tensor {
    const tensor = this.parameters.get(name);
    if (tensor === undefined) throw new FolioError('internal', `the network has no weights ${name}; load some first`);
    return tensor;
  }

  /** The cell of a recurrent layer (0 for the first) bound to its weights. */
  bindLayer(layer: number, products: Products, training: boolean): BoundCell {
    const name = recurrentLayerName(this.shape.cell, layer);
    const recurrentKernel = this.parameter(`${name}/recurrent_kernel`);
    return this.#cell.bind(this.#ops, products, { recurrentKernel, bias: this.parameter(`${name}/bias`) }, training);
  }

  /** Frees the weights. */
  close(): void {
    this.#ops.release(...this.parameters.values());
    this.parameters.clear();
  }

  /** @param dropoutSeed null when not training */
  #forward(
    batch: Pick<IdBatch, 'inputs' | 'batchSize'>,
    initial: NetworkState,
    dropoutSeed: readonly [number, number] | null,
  ): ForwardPass {
    const ops = this.#ops;
    const training = dropoutSeed !== null;
    const steps = batch.inputs.length / batch.batchSize;
    const ids = ops.fromInts(batch.inputs, [batch.inputs.length]);
    const layers: LayerPass[] = [];
    const state: (readonly Tensor[])[] = [];
    let outputs: readonly Tensor[] = [];
    for (let layer = 0; layer < this.shape.layers; layer++) {
      const name = recurrentLayerName(this.shape.cell, layer);
      const cell = this.bindLayer(layer, this.#products, training);
      const kernel = this.parameter(`${name}/kernel`);
      const above = layer === 0 ? null : layerInput(ops, this.#products, kernel, cell.inputBias, outputs, training);
      const embeddings = this.parameter('embedding/embeddings');
      const input =
        above ?? characterInput(ops, this.#products, { embeddings, kernel }, cell.inputBias, ids, batch.batchSize);
      const start = initial[layer] ?? [];
      const sequence = forwardSequence(ops, this.#products, cell, (t) => input.at(t), steps, start, training);
      const masks = training ? this.#masks(steps, batch.batchSize, layer, dropoutSeed) : null;
      layers.push({ cell, input, toInput: above?.toInput ?? null, tape: sequence.tape, masks });
      outputs = masks === null ? sequence.outputs : multiplyEach(ops, sequence.outputs, masks);
      state.push(sequence.state);
    }
    return { layers, outputs, state };
  }

  #masks(steps: number, batchSize: number, layer: number, seed: readonly [number, number]): readonly Tensor[] | null {
    const rate = this.#options.dropout;
    return rate === 0 ? null : dropoutMasks(this.#ops, steps, this.shape.units, batchSize, rate, [seed[0] + layer, seed[1]]);
  }

  /** Adds the gradients of all recurrent layers and the embedding. */
  #backward(pass: ForwardPass, dOutput: (step: number) => Tensor, gradients: Map<string, Tensor>): void {
    let below = dOutput;
    for (const [layer, made] of [...pass.layers.entries()].reverse()) {
      const name = recurrentLayerName(this.shape.cell, layer);
      const { masks } = made;
      const above = below;
      const dOut = masks === null ? above : (step: number) => this.#ops.mul(above(step), at(masks, step));
      const sequence = backwardSequence(this.#ops, this.#products, made.cell, made.tape, dOut, made.toInput);
      const projection = made.input.gradients(sequence.gates);
      gradients.set(`${name}/recurrent_kernel`, sequence.recurrentKernel);
      gradients.set(`${name}/bias`, sequence.bias);
      gradients.set(`${name}/kernel`, projection.kernel);
      if (projection.embeddings !== null) gradients.set('embedding/embeddings', projection.embeddings);
      below = (step) => at(sequence.inputs, step);
    }
  }

  #dense(): DenseLayer {
    return new DenseLayer(this.#ops, this.#products, this.parameter('dense/kernel'), this.parameter('dense/bias'));
  }

  #keepState(state: NetworkState): NetworkState {
    for (const tensor of state.flat()) this.#ops.keep(tensor);
    return state;
  }
}

/** Whether a weight is trained as the transpose of Keras's layout. The first layer's kernel is not: it meets the embedding. */
function isTransposed(name: string): boolean {
  return /^(gru|lstm)(_\d)?\/recurrent_kernel$/.test(name) || /^(gru|lstm)_\d\/kernel$/.test(name);
}

function multiplyEach(ops: TensorOps, tensors: readonly Tensor[], factors: readonly Tensor[]): Tensor[] {
  return tensors.map((tensor, step) => ops.mul(tensor, at(factors, step)));
}

function at(tensors: readonly Tensor[], step: number): Tensor {
  const tensor = tensors[step];
  if (tensor === undefined) throw new FolioError('internal', `no tensor for step ${step}`);
  return tensor;
}

/** A network without weights; `load` some before use. */
export function createNetwork(ops: TensorOps, shape: NetworkShape, options: NetworkOptions): Network {
  return new Network(ops, shape, options);
}
