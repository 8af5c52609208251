import { FolioError } from '../../shared/errors.ts';
import type { RunConfig } from '../../shared/config.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { Adam } from '../model/adam.ts';
import type { Batch } from '../model/batches.ts';
import { clipByGlobalNorm, globalNorm } from '../model/clipping.ts';
import { createNetwork, type Network, type NetworkState } from '../model/network.ts';
import type { Gradients } from '../model/pass.ts';
import { PURPOSE, seedPair } from '../model/random.ts';
import { networkShapeOf, type Weights } from '../model/weights.ts';

export interface StepResult {
  /** Mean cross-entropy of the batch before the step, nats a character. */
  readonly loss: number;
  /** Global norm of the gradient before clipping; null when nothing is clipped. */
  readonly gradientNorm: number | null;
}

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
   * Forward, backward, clip, update.
   * @throws FolioError 'diverged' when the loss or the gradient is not a finite number; the weights are unchanged then.
   */
  async step(batch: Batch, moment: StepMoment): Promise<StepResult> {
    const { batchSize, carryState, clipNorm, seed } = this.#config;
    if (!carryState) this.resetState();
    const dropoutSeed = seedPair(seed, PURPOSE.dropout, moment.step);
    const pass = this.network.gradients({ ...batch, batchSize }, this.#state, dropoutSeed);
    this.state = pass.state;
    let gradients: Gradients = pass;
    try {
      const loss = mean(await this.#ops.read(pass.losses));
      if (!Number.isFinite(loss)) throw diverged('loss', loss, moment.step);
      const gradientNorm = clipNorm > 0 ? await globalNorm(this.#ops, gradients.gradients.values()) : null;
      if (gradientNorm !== null) {
        if (!Number.isFinite(gradientNorm)) throw diverged('gradient', gradientNorm, moment.step);
        gradients = clipByGlobalNorm(this.#ops, gradients, gradientNorm, clipNorm);
      }
      this.optimizer.apply(gradients, moment.learningRate);
      return { loss, gradientNorm };
    } finally {
      this.#ops.release(pass.losses, ...gradients.gradients.values(), ...gradients.squares.values());
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

function diverged(what: 'loss' | 'gradient', value: number, step: number): FolioError {
  return new FolioError('diverged', `the ${what} became ${value} at step ${step}`);
}
