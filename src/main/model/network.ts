/**
 * The network: Embedding -> 1 to 4 recurrent layers -> Dense, forward and backward by hand. B is the batch, T the sequence length,
 * E the embedding, H the units, G a cell's gates and V the vocabulary. Ids are time-major: index t * B + b.
 */
import { FolioError } from '../../shared/errors.ts';
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Gradients, NetworkState, Pass, PassNetwork } from './pass.ts';
import { layerPass } from './layer-pass.ts';
import { type Products, productsOf } from './precision.ts';
import { sequencePass } from './sequence-pass.ts';
import { stepwisePass } from './stepwise-pass.ts';
import { weightDrop } from './weight-drop.ts';
import { checkWeights, type NetworkShape, type WeightArray, type Weights, weightShapes } from './weights.ts';

export type { NetworkState } from './pass.ts';

/** A batch, time-major: TB is steps times batch. */
export interface IdBatch {
  /** [TB] */
  readonly inputs: Int32Array;
  /** [TB] */
  readonly targets: Int32Array;
  readonly batchSize: number;
}

/** How a network computes, beside its shape. */
export interface NetworkOptions {
  readonly precision: 'float32' | 'mixed';
  /** Share of each recurrent layer's output zeroed in training. */
  readonly dropout: number;
  /** Share of the recurrent weights switched off for each batch in training (weight-drop.ts); 0 when left out. */
  readonly weightDrop?: number;
  /** Compute what Keras's Adam needs for the embedding (embedding-squares.ts); off when left out. */
  readonly sparseEmbedding?: boolean;
}

/** Embedding, recurrent layers and output layer: the weights on an engine, and what is computed with them. */
export class Network implements PassNetwork {
  readonly shape: NetworkShape;
  /**
   * By Keras's names, in the layout that is trained: recurrent kernels, and kernels above the first layer, are transposed to [GH, H].
   * The optimizer replaces them.
   */
  readonly parameters = new Map<string, Tensor>();
  readonly #ops: TensorOps;
  readonly #options: NetworkOptions;
  readonly #products: Products;

  constructor(ops: TensorOps, shape: NetworkShape, options: NetworkOptions) {
    if (options.precision === 'mixed' && !ops.hasLowPrecision) {
      throw new FolioError(
        'engine',
        `mixed precision is not available on ${ops.device}`,
        // For a new run, and for one that is resumed: that keeps its precision, which the preset `best` may have chosen.
        'Use --engine tensorflow (`folio engines --install tensorflow` installs it), or --set precision=float32.',
      );
    }
    this.#ops = ops;
    this.shape = shape;
    this.#options = options;
    this.#products = productsOf(ops, options.precision);
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
    for (const name of weightShapes(this.shape).keys())
      weights.set(name, await this.toArray(name, this.parameter(name)));
    return weights;
  }

  get cell(): 'gru' | 'lstm' {
    return this.shape.cell;
  }
  get layers(): number {
    return this.shape.layers;
  }
  get units(): number {
    return this.shape.units;
  }
  get dropout(): number {
    return this.#options.dropout;
  }
  get sparseEmbedding(): boolean {
    return this.#options.sparseEmbedding ?? false;
  }

  /** The state before any text: zeros [H, B] for each tensor of each layer. The caller owns it. */
  zeroState(batchSize: number): NetworkState {
    const tensors = this.cell === 'gru' ? 1 : 2; // h, and c
    return Array.from({ length: this.layers }, () =>
      Array.from({ length: tensors }, () => this.#ops.zeros([this.units, batchSize])),
    );
  }

  /** Frees a state that the caller owns. */
  releaseState(state: NetworkState): void {
    for (const layer of state) this.#ops.release(...layer);
  }

  /** Logits of every step, [TB, V], and the state after the last. The caller owns all of them. */
  logits(batch: Pick<IdBatch, 'inputs' | 'batchSize'>, state: NetworkState): { logits: Tensor; state: NetworkState } {
    return this.#ops.arena(() => {
      const pass = this.#pass(batch, state, null);
      return { logits: this.#ops.keep(pass.logits), state: this.#keepState(pass.state) };
    });
  }

  /** Cross-entropy of every target in nats, [TB], and the state after the last. The caller owns all of them. */
  losses(batch: IdBatch, state: NetworkState): { losses: Tensor; state: NetworkState } {
    return this.#ops.arena(() => {
      const pass = this.#pass(batch, state, null);
      const labels = this.#ops.fromInts(batch.targets, [batch.targets.length]);
      const { loss } = this.#ops.softmaxCrossEntropy(pass.logits, labels);
      return { losses: this.#ops.keep(loss), state: this.#keepState(pass.state) };
    });
  }

  /**
   * The cross-entropy of every target in nats, [TB], the gradients of its mean with respect to every parameter (by name, in the
   * trained layout), what Adam's second moment of the embedding grows by where that is wanted, and the state after the last step.
   * The caller owns all of them.
   * @param dropoutSeed names the random numbers of dropout and weight drop
   */
  gradients(
    batch: IdBatch,
    state: NetworkState,
    dropoutSeed: readonly [number, number],
  ): { losses: Tensor; state: NetworkState } & Gradients {
    const ops = this.#ops;
    return ops.arena(() => {
      const count = batch.targets.length;
      const { weightDrop: rate = 0 } = this.#options;
      const dropped = rate > 0 ? weightDrop(ops, this, rate, dropoutSeed) : null;
      const pass = this.#pass(batch, state, dropoutSeed, dropped?.network ?? this);
      const { loss, gradient } = ops.softmaxCrossEntropy(pass.logits, ops.fromInts(batch.targets, [count]));
      const ofPass = pass.gradients(ops.scale(gradient, 1 / count));
      const { gradients, squares } = dropped?.ofWeights(ofPass) ?? ofPass;
      for (const tensor of [...gradients.values(), ...squares.values()]) ops.keep(tensor);
      return { losses: ops.keep(loss), gradients, squares, state: this.#keepState(pass.state) };
    });
  }

  /** A weight by Keras's name, in the trained layout. */
  parameter(name: string): Tensor {
    const tensor = this.parameters.get(name);
    if (tensor === undefined) throw new FolioError('internal', `the network has no weights ${name}; load some first`);
    return tensor;
  }

  /** Frees the weights. */
  close(): void {
    this.#ops.release(...this.parameters.values());
    this.parameters.clear();
  }

  /**
   * @param dropoutSeed null when not training
   * @param network whose weights are taken
   */
  #pass(
    { inputs, batchSize }: Pick<IdBatch, 'inputs' | 'batchSize'>,
    state: NetworkState,
    dropoutSeed: readonly [number, number] | null,
    network: PassNetwork = this,
  ): Pass {
    const input = { inputs, batchSize, state, dropoutSeed };
    const sequences = this.#ops.fused?.sequences ?? null;
    const layers = this.#ops.layers ?? null;
    const { precision } = this.#options;
    if (layers !== null && precision === 'float32') return layerPass(this.#ops, layers, network, input);
    return sequences !== null && (precision === 'float32' || sequences.hasLow)
      ? sequencePass(this.#ops, sequences, network, input, precision)
      : stepwisePass(this.#ops, this.#products, network, input);
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

/** A network without weights; `load` some before use. */
export function createNetwork(ops: TensorOps, shape: NetworkShape, options: NetworkOptions): Network {
  return new Network(ops, shape, options);
}
