/**
 * Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019) as Keras's optimizers compute them, with Keras's defaults.
 */
import type { AdamState, AdamStep, Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Network } from './network.ts';
import type { Gradients } from './pass.ts';
import type { WeightArray, Weights } from './weights.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;

/** The optimizer of one network: its step count and its moments, in the trained layout. */
export class Adam {
  readonly #ops: TensorOps;
  readonly #network: Network;
  /** 0 for Adam; multiplied by the learning rate (AdamW). */
  readonly #weightDecay: number;
  readonly #states = new Map<string, AdamState>();
  /** Steps taken. */
  #step = 0;

  constructor(ops: TensorOps, network: Network, weightDecay: number) {
    this.#ops = ops;
    this.#network = network;
    this.#weightDecay = weightDecay;
    for (const [name, weights] of network.parameters) {
      const { shape } = weights;
      this.#states.set(name, { weights, mean: ops.zeros(shape), variance: ops.zeros(shape) });
    }
  }

  /**
   * Takes one step and replaces the network's parameters.
   * @param gradients by name, in the trained layout
   * @param squares what a second moment follows in place of its gradient's square
   */
  apply({ gradients, squares }: Gradients, learningRate: number): void {
    this.#step++;
    const alpha = (learningRate * Math.sqrt(1 - BETA_2 ** this.#step)) / (1 - BETA_1 ** this.#step);
    const step = { alpha, beta1: BETA_1, beta2: BETA_2, epsilon: EPSILON, decay: this.#weightDecay * learningRate };
    for (const [name, state] of this.#states) {
      const gradient = gradients.get(name);
      if (gradient === undefined) throw new Error(`no gradient for ${name}`);
      const square = squares.get(name);
      const next =
        square === undefined
          ? this.#ops.adam(state, gradient, step)
          : adamWithSquares(this.#ops, state, gradient, square, step);
      this.#states.set(name, next);
      this.#network.parameters.set(name, next.weights);
    }
  }

  /** The moments as arrays in Keras's layouts: `mean/NAME` and `variance/NAME`. */
  async slots(): Promise<Weights> {
    const slots = new Map<string, WeightArray>();
    for (const [name, state] of this.#states) {
      slots.set(`mean/${name}`, await this.#network.toArray(name, state.mean));
      slots.set(`variance/${name}`, await this.#network.toArray(name, state.variance));
    }
    return slots;
  }

  /** Goes on from stored moments after `step` steps. */
  restore(slots: Weights, step: number): void {
    for (const [name, state] of this.#states) {
      const [mean, variance] = [slots.get(`mean/${name}`), slots.get(`variance/${name}`)];
      if (mean === undefined || variance === undefined) throw new Error(`the optimizer's state lacks ${name}`);
      this.#ops.release(state.mean, state.variance);
      this.#states.set(name, {
        weights: state.weights,
        mean: this.#network.toTensor(name, mean),
        variance: this.#network.toTensor(name, variance),
      });
    }
    this.#step = step;
  }

  /** Frees the moments. The weights are the network's. */
  close(): void {
    for (const state of this.#states.values()) this.#ops.release(state.mean, state.variance);
    this.#states.clear();
  }
}

/** TensorOps.adam with another second moment: v += (square - v)(1 - beta2). */
function adamWithSquares(
  ops: TensorOps,
  state: AdamState,
  gradient: Tensor,
  square: Tensor,
  step: AdamStep,
): AdamState {
  const next = ops.arena(() => {
    const towards = (old: Tensor, goal: Tensor, share: number) => ops.add(old, ops.scale(ops.sub(goal, old), share));
    const mean = towards(state.mean, gradient, 1 - step.beta1);
    const variance = towards(state.variance, square, 1 - step.beta2);
    const epsilon = ops.fromFloats(new Float32Array([step.epsilon]), [1]);
    const change = ops.div(ops.scale(mean, step.alpha), ops.add(ops.sqrt(variance), epsilon));
    const kept = step.decay > 0 ? ops.scale(state.weights, 1 - step.decay) : state.weights;
    const weights = ops.sub(kept, change);
    return { weights: ops.keep(weights), mean: ops.keep(mean), variance: ops.keep(variance) };
  });
  ops.release(state.weights, state.mean, state.variance);
  return next;
}
