import type { Batch } from '../model/batches.ts';
import { Control } from './control.ts';
import type { StepMessage } from './messages.ts';
import type { StepFigures, StepResult } from './step-figures.ts';
import type { TrainingStepper } from './stepper.ts';

/** Which step it is. */
export type StepOf = Pick<StepMessage, 'epoch' | 'step' | 'stepInEpoch' | 'learningRate'>;

export interface StepDone {
  readonly of: StepOf;
  readonly result: StepResult;
  /** What it added to the run's time: see StepMessage. */
  readonly seconds: number;
}

/**
 * The steps of a run. One of them may be under way: its commands are with the engine, its figures are not here. They are waited for
 * when the next step is begun, so that a graphics processor always has something to do, or when the run settles.
 */
export class Steps {
  readonly #stepper: TrainingStepper;
  readonly #tell: (done: StepDone) => Promise<void>;
  #underWay: { readonly figures: StepFigures; readonly of: StepOf } | null = null;
  /** When the last figures arrived, on performance.now()'s clock. */
  #knownAt = 0;

  /** @param tell called for every step, in their order, when it is done */
  constructor(stepper: TrainingStepper, tell: (done: StepDone) => Promise<void>) {
    this.#stepper = stepper;
    this.#tell = tell;
  }

  /** Steps that are begun and that nothing was told of. */
  get underWay(): 0 | 1 {
    return this.#underWay === null ? 0 : 1;
  }

  /**
   * Lets waiting messages in. The figures are asked for before, as they would wait for all commands that the engine is given until
   * then; an engine that computes at once has them, and the step is told of.
   * @throws FolioError 'diverged', as the others do
   */
  async breathe(): Promise<void> {
    // Whether it failed is looked at when it is waited for.
    void this.#underWay?.figures.read();
    await Control.breathe();
    if (this.#underWay?.figures.isKnown === true) await this.settle();
  }

  /** Begins a step and, while it is computed, waits for the one before. */
  async begin(batch: Batch, of: StepOf): Promise<void> {
    const figures = this.#stepper.step(batch, of);
    const before = this.#underWay;
    this.#underWay = { figures, of };
    if (before !== null) await this.#done(before);
  }

  /** Waits for the step that is under way, if there is one. To be called before whatever keeps or uses weights, state or losses. */
  async settle(): Promise<void> {
    const last = this.#underWay;
    this.#underWay = null;
    if (last !== null) await this.#done(last);
  }

  /** Gives the step that is under way up. */
  close(): void {
    this.#underWay?.figures.drop();
  }

  async #done({ figures, of }: { readonly figures: StepFigures; readonly of: StepOf }): Promise<void> {
    const result = await figures.read();
    // Steps that overlap share no time: each has it from the end of the one before.
    const seconds = (result.knownAt - Math.max(figures.begunAt, this.#knownAt)) / 1000;
    this.#knownAt = result.knownAt;
    await this.#tell({ of, result, seconds });
  }
}
