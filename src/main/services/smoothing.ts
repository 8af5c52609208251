/** The moving average that charts draw before a noisy curve. */

/**
 * TensorBoard's exponential moving average, debiased as Adam's moments are: s = w s + (1 - w) x, shown as s / (1 - w^n) after n points.
 * A value that is not finite stays as it is and does not count.
 *
 * @param weight of the past, 0 to below 1; 0 returns the values
 */
export class MovingAverage {
  readonly #weight: number;
  #sum = 0;
  #power = 1;

  constructor(weight: number) {
    this.#weight = weight;
  }

  next(value: number): number {
    if (!Number.isFinite(value)) return value;
    this.#sum = this.#weight * this.#sum + (1 - this.#weight) * value;
    this.#power *= this.#weight;
    return this.#sum / (1 - this.#power);
  }
}
