import type { RunConfig } from '../../shared/config.ts';
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import { Adam } from '../model/adam.ts';
import type { Batch } from '../model/batches.ts';
import { clipByGlobalNorm, squaredNorm } from '../model/clipping.ts';
import { createNetwork, type Network, type NetworkState } from '../model/network.ts';
import type { Gradients } from '../model/pass.ts';
import { PURPOSE, seedPair } from '../model/random.ts';
import { networkShapeOf, type Weights } from '../model/weights.ts';
import { StepFigures } from './step-figures.ts';

export interface StepMoment {
  /** 1 for the first step of the run. It names dropout's random numbers. */
  readonly step: number;
  readonly learningRate: number;
}

/** A network with its optimizer and hidden state: takes training steps, one batch each. */
export class TrainingStepper {
  readonly network: Network;
  readonly optimizer: Adam;
  readonly #ops: TensorOps;
  readonly #config: RunConfig;
  #state: NetworkState;

  constructor(ops: TensorOps, config: RunConfig, vocabularySize: number, weights: Weights) {
    const { precision, dropout, weightDrop, optimizer, weightDecay } = config;
    this.#ops = ops;
    this.#config = config;
    this.network = createNetwork(ops, networkShapeOf(config, vocabularySize), {
      precision,
      dropout,
      weightDrop,
      // `adam` is Keras's, to the letter; `adamw` is the plain one.
      sparseEmbedding: optimizer === 'adam',
    });
    this.network.load(weights);
    this.optimizer = new Adam(ops, this.network, optimizer === 'adamw' ? weightDecay : 0);
    this.#state = this.network.zeroState(config.batchSize);
  }

  /** The state that the next step starts from when it is carried. */
  get state(): NetworkState {
    return this.#state;
  }

  /** Takes over a state; the one before is freed. */
  set state(state: NetworkState) {
    this.network.releaseState(this.#state);
    this.#state = state;
  }

  resetState(): void {
    this.state = this.network.zeroState(this.#config.batchSize);
  }

  /**
   * Forward, backward, clip, update. Nothing is read and nothing waited for: whether the step diverged, its figures tell, and until
   * they have, weights and state are neither to be kept nor to be used for anything but further steps.
   */
  step(batch: Batch, { step, learningRate }: StepMoment): StepFigures {
    const begunAt = performance.now();
    const ops = this.#ops;
    const { batchSize, carryState, clipNorm, seed } = this.#config;
    if (!carryState) this.resetState();
    const pass = this.network.gradients({ ...batch, batchSize }, this.#state, seedPair(seed, PURPOSE.dropout, step));
    this.state = pass.state;
    let gradients: Gradients = pass;
    const sums: Tensor[] = [];
    try {
      sums.push(ops.sum(pass.losses, 0));
      if (clipNorm > 0) {
        const normSquared = squaredNorm(ops, gradients.gradients.values());
        sums.push(normSquared);
        gradients = clipByGlobalNorm(ops, gradients, normSquared, clipNorm);
      }
      this.optimizer.apply(gradients, learningRate);
      return new StepFigures(ops, ops.stack(sums), { count: batch.targets.length, step, begunAt });
    } finally {
      ops.release(pass.losses, ...sums, ...gradients.gradients.values(), ...gradients.squares.values());
    }
  }

  /** Frees everything. */
  close(): void {
    this.network.releaseState(this.#state);
    this.optimizer.close();
    this.network.close();
  }
}

/** The mean in double precision, always summed in the same order. */
export function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
