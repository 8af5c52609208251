import { FolioError } from '../../shared/errors.ts';
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';

export interface StepResult {
  /** Mean cross-entropy of the batch before the step, nats a character. */
  readonly loss: number;
  /** Global norm of the gradient before clipping; null when nothing is clipped. */
  readonly gradientNorm: number | null;
  /** When they were there, on performance.now()'s clock: the engine had then computed the step. */
  readonly knownAt: number;
}

/** A step's loss and norm while they are still the engine's: a graphics processor computes after it was told to. */
export class StepFigures {
  /** When the step was begun, on performance.now()'s clock. */
  readonly begunAt: number;
  readonly #ops: TensorOps;
  readonly #sums: Tensor;
  readonly #count: number;
  readonly #step: number;
  #reading: Promise<StepResult> | null = null;
  #isKnown = false;

  /**
   * @param sums of the losses and, where something is clipped, of the gradients' squares: [1] or [2]; freed by `read` or `drop`
   * @param of how many losses the mean is; the step's number; when it was begun
   */
  constructor(
    ops: TensorOps,
    sums: Tensor,
    of: { readonly count: number; readonly step: number; readonly begunAt: number },
  ) {
    this.#ops = ops;
    this.#sums = sums;
    this.#count = of.count;
    this.#step = of.step;
    this.begunAt = of.begunAt;
  }

  /** Whether `read` has been asked and waits no longer. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /**
   * Asks the engine for them, once; what it is told to do after that need not be done before they are here. A promise that nobody
   * waits for fails in silence.
   * @throws FolioError 'diverged' when the loss or the gradient is not a finite number: weights and state are worth nothing then.
   */
  read(): Promise<StepResult> {
    if (this.#reading === null) {
      this.#reading = this.#read();
      const known = () => (this.#isKnown = true);
      this.#reading.then(known, known);
    }
    return this.#reading;
  }

  /** Gives them up. What is being read is freed when it is. */
  drop(): void {
    if (this.#reading === null) this.#ops.release(this.#sums);
  }

  async #read(): Promise<StepResult> {
    try {
      const [losses = NaN, squares = null] = await this.#ops.read(this.#sums);
      const knownAt = performance.now();
      const loss = losses / this.#count;
      if (!Number.isFinite(loss)) throw this.#diverged('loss', loss);
      const gradientNorm = squares === null ? null : Math.sqrt(squares);
      if (gradientNorm !== null && !Number.isFinite(gradientNorm)) throw this.#diverged('gradient', gradientNorm);
      return { loss, gradientNorm, knownAt };
    } finally {
      this.#ops.release(this.#sums);
    }
  }

  #diverged(what: 'loss' | 'gradient', value: number): FolioError {
    return new FolioError('diverged', `the ${what} became ${value} at step ${this.#step}`);
  }
}
