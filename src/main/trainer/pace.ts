import type { RunConfig } from '../../shared/config.ts';
import type { TrainingPosition } from './messages.ts';

/** Weight of the newest step in the running mean of step times. */
const NEWEST = 0.1;

/** How far a run has come and how long it will take, by whichever limit ends it: minutes, steps or epochs. */
export class Pace {
  readonly #config: RunConfig;
  readonly #stepsPerEpoch: number;
  #stepSeconds = 0;
  /** Seconds of validation, samples and saving at an epoch's end: the longest seen. */
  #epochEndSeconds = 0;

  constructor(config: RunConfig, stepsPerEpoch: number) {
    this.#config = config;
    this.#stepsPerEpoch = stepsPerEpoch;
  }

  /** Steps of the whole run; null when the minutes may end it earlier. */
  get totalSteps(): number | null {
    return this.#config.minutes > 0 ? null : this.#stepLimit;
  }

  stepTook(seconds: number): void {
    this.#stepSeconds = this.#stepSeconds === 0 ? seconds : this.#stepSeconds * (1 - NEWEST) + seconds * NEWEST;
  }

  epochEndTook(seconds: number): void {
    this.#epochEndSeconds = Math.max(this.#epochEndSeconds, seconds);
  }

  /** Share of the run that is over, 0 to 1. */
  progress({ step, activeSeconds }: TrainingPosition): number {
    return Math.max(step / this.#stepLimit, this.#secondsForSteps === null ? 0 : activeSeconds / this.#secondsForSteps);
  }

  /**
   * Whether no further step is to be taken. A run that has used up its minutes before the first step takes that one.
   * @param underWay steps that are begun and not yet in the active seconds
   */
  isOver({ step, activeSeconds }: TrainingPosition, underWay = 0): boolean {
    if (step === 0) return false;
    if (step >= this.#stepLimit) return true;
    const expected = activeSeconds + (underWay + 1) * this.#stepSeconds;
    return this.#secondsForSteps !== null && expected > this.#secondsForSteps;
  }

  /** Whether a whole end of epoch still fits before the one that ends the run. */
  hasTimeForEpochEnd({ activeSeconds }: TrainingPosition): boolean {
    return this.#secondsForSteps === null || activeSeconds + this.#epochEndSeconds < this.#secondsForSteps;
  }

  /** Estimate to the end of the run; null before the first step. */
  secondsLeft({ step, epoch, activeSeconds }: TrainingPosition): number | null {
    if (this.#stepSeconds === 0) return null;
    const epochEnds = Math.max(1, this.#epochLimit - epoch + 1);
    const bySteps = (this.#stepLimit - step) * this.#stepSeconds + epochEnds * this.#epochEndSeconds;
    const { minutes } = this.#config;
    return minutes > 0 ? Math.max(0, Math.min(bySteps, minutes * 60 - activeSeconds)) : bySteps;
  }

  /** The seconds that steps may use: the budget without the last end of epoch, but half of it at least. Null without a budget. */
  get #secondsForSteps(): number | null {
    const seconds = this.#config.minutes * 60;
    return seconds > 0 ? Math.max(seconds / 2, seconds - this.#epochEndSeconds) : null;
  }

  get #stepLimit(): number {
    const { epochs, maxSteps } = this.#config;
    const byEpochs = epochs * this.#stepsPerEpoch;
    return maxSteps > 0 ? Math.min(maxSteps, byEpochs) : byEpochs;
  }

  get #epochLimit(): number {
    return Math.ceil(this.#stepLimit / this.#stepsPerEpoch);
  }
}
