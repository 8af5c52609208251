import { planBatches, splitForValidation } from '../../shared/batch-plan.ts';
import type { RunConfig } from '../../shared/config.ts';

/** Of epochs that follow each other faster, one is stored. */
const INTERVAL_SECONDS = 5;
/** The first ones are stored however fast they are: they are what a person waits for. */
const FIRST = 3;
/** Fewer steps an epoch than this may well take less than the interval, where their time is not known. */
const FEW_STEPS = 100;

/**
 * Which epochs of a run on a time budget get samples and a checkpoint: a short text has hundreds of epochs in a minute. Weights do not
 * depend on the answer, and it depends on nothing but the position, so that a resumed run is asked no other questions.
 */
export class StoredEpochs {
  readonly #limited: boolean;
  #lastAt: number;

  /** @param activeSeconds where the run begins or goes on */
  constructor(config: Pick<RunConfig, 'minutes'>, activeSeconds: number) {
    this.#limited = config.minutes > 0;
    this.#lastAt = activeSeconds;
  }

  isDue(epoch: number, activeSeconds: number): boolean {
    return !this.#limited || epoch <= FIRST || activeSeconds - this.#lastAt >= INTERVAL_SECONDS;
  }

  stored(activeSeconds: number): void {
    this.#lastAt = activeSeconds;
  }
}

/**
 * What a person is told about it, where it matters.
 * @param stepSeconds null while it is not known
 */
export function storedEpochsNote(config: RunConfig, characters: number, stepSeconds: number | null): string | null {
  if (config.minutes === 0) return null;
  const { training } = splitForValidation(characters, config.validationFraction);
  const { stepsPerEpoch } = planBatches(training.end - training.start, config);
  const short = stepSeconds === null ? stepsPerEpoch < FEW_STEPS : stepsPerEpoch * stepSeconds < INTERVAL_SECONDS;
  if (!short) return null;
  return `of epochs shorter than ${INTERVAL_SECONDS} s, the first ${FIRST} and then one every ${INTERVAL_SECONDS} s are sampled and stored, and the best and the last`;
}
