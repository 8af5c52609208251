import type { SampleSettings } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import type { Random } from './random.ts';

/** What shapes the distribution that a character is drawn from. */
export type SamplerSettings = Pick<SampleSettings, 'temperature' | 'topK' | 'topP' | 'minP'>;

/**
 * Draws the next character from the network's logits. In this order:
 *   1. temperature: p = softmax(logits / temperature); 0 is greedy, the most likely character (the first of equals);
 *   2. top-k: only the k most likely stay (among equals the lower ids);
 *   3. top-p: of those, only the fewest most likely whose share together is at least p (nucleus sampling, Holtzman et al. 2020);
 *   4. min-p: of those, only the ones at least minP times as likely as the most likely (Nguyen et al. 2024).
 * What is left is drawn from in proportion. Every filter leaves a first part of the characters in order of likelihood, so the
 * three together leave the shortest of these parts, and the most likely character always stays.
 *
 * The buffers are made once: drawing allocates nothing. One sampler serves any number of streams, each with its own Random.
 */
export class Sampler {
  readonly #settings: SamplerSettings;
  readonly #vocabularySize: number;
  /** exp((logit - largest) / temperature): 1 for the most likely, 0 for what was filtered out. */
  readonly #weights: Float64Array;
  readonly #sorted: Float64Array;

  /** @throws FolioError 'usage' for a setting out of its range. */
  constructor(settings: SamplerSettings, vocabularySize: number) {
    requireRange('temperature', settings.temperature, settings.temperature >= 0, 'a number of 0 or more');
    requireRange(
      'top-k',
      settings.topK,
      Number.isInteger(settings.topK) && settings.topK >= 0,
      'a whole number (0 is off)',
    );
    requireRange('top-p', settings.topP, settings.topP > 0 && settings.topP <= 1, 'above 0 and at most 1 (1 is off)');
    requireRange('min-p', settings.minP, settings.minP >= 0 && settings.minP <= 1, 'from 0 (off) to 1');
    this.#settings = settings;
    this.#vocabularySize = vocabularySize;
    this.#weights = new Float64Array(vocabularySize);
    this.#sorted = new Float64Array(vocabularySize);
  }

  /**
   * The id of the next character, from the logits at `offset` (a row of [B, V], say). Greedy sampling draws no random number,
   * any other exactly one.
   * @throws FolioError 'diverged' when a logit is not a finite number.
   */
  draw(logits: Float32Array, random: Random, offset = 0): number {
    const largest = this.#largest(logits, offset);
    if (this.#settings.temperature === 0) return largest;
    const total = this.#weigh(logits, offset, largest);
    return this.#pick(random.float() * total, largest);
  }

  /** The probability of each character under these settings, into a new array. Throws as `draw` does. */
  probabilities(logits: Float32Array, offset = 0): Float64Array {
    const largest = this.#largest(logits, offset);
    if (this.#settings.temperature === 0) return this.#weights.map((_, id) => (id === largest ? 1 : 0));
    const total = this.#weigh(logits, offset, largest);
    return this.#weights.map((weight) => weight / total);
  }

  /** The id of the largest logit, the first of equals. */
  #largest(logits: Float32Array, offset: number): number {
    let largest = 0;
    let value = Number.NEGATIVE_INFINITY;
    for (let id = 0; id < this.#vocabularySize; id++) {
      const logit = logits[offset + id] ?? Number.NaN;
      if (!Number.isFinite(logit)) throw notFinite(logit);
      if (logit > value) {
        value = logit;
        largest = id;
      }
    }
    return largest;
  }

  /** Fills the weights, filtered; returns their sum. */
  #weigh(logits: Float32Array, offset: number, largest: number): number {
    const { temperature, topK, topP } = this.#settings;
    const weights = this.#weights;
    const shift = logits[offset + largest] as number; // #largest has seen it
    let total = 0;
    for (let id = 0; id < weights.length; id++) {
      const weight = Math.exp(((logits[offset + id] as number) - shift) / temperature); // #largest has seen them all
      weights[id] = weight;
      total += weight;
    }
    if ((topK > 0 && topK < weights.length) || topP < 1) return this.#filterSorted();
    return this.#settings.minP > 0 ? this.#filterMinP() : total;
  }

  /** min-p alone needs no order: the largest weight is 1. */
  #filterMinP(): number {
    const weights = this.#weights;
    let total = 0;
    for (let id = 0; id < weights.length; id++) {
      const weight = weights[id] as number; // in range
      if (weight >= this.#settings.minP) total += weight;
      else weights[id] = 0;
    }
    return total;
  }

  /** Applies all three filters; returns the sum of the weights that stay. */
  #filterSorted(): number {
    const { topK, topP, minP } = this.#settings;
    const weights = this.#weights;
    const sorted = this.#sorted;
    sorted.set(weights);
    sorted.sort(); // by value, smallest first, in place
    const size = weights.length;
    const descending = (rank: number) => sorted[size - 1 - rank] as number; // rank is below size
    let stay = topK > 0 ? Math.min(topK, size) : size;
    if (topP < 1) {
      let total = 0;
      for (let rank = 0; rank < stay; rank++) total += descending(rank);
      let share = 0;
      let rank = 0;
      while (rank < stay && share < topP * total) share += descending(rank++);
      stay = rank;
    }
    while (stay > 1 && descending(stay - 1) < minP) stay--;
    return this.#keepLargest(stay, descending(stay - 1));
  }

  /** Zeroes all but the `count` largest weights, the smallest of which is `threshold`; returns the sum of those left. */
  #keepLargest(count: number, threshold: number): number {
    const weights = this.#weights;
    let equalsToKeep = count;
    for (const weight of weights) if (weight > threshold) equalsToKeep--;
    let total = 0;
    for (let id = 0; id < weights.length; id++) {
      const weight = weights[id] as number; // in range
      if (weight > threshold || (weight === threshold && equalsToKeep-- > 0)) total += weight;
      else weights[id] = 0;
    }
    return total;
  }

  /** The first id at which the running sum of the weights passes `point`. */
  #pick(point: number, largest: number): number {
    const weights = this.#weights;
    let sum = 0;
    for (let id = 0; id < weights.length; id++) {
      sum += weights[id] as number; // in range
      if (sum > point) return id;
    }
    // The point was rounded up to the very end.
    return largest;
  }
}

function requireRange(name: string, value: number, isValid: boolean, range: string): void {
  if (!isValid || !Number.isFinite(value)) throw new FolioError('usage', `${name} is ${value}`, `Set it to ${range}.`);
}

function notFinite(logit: number): FolioError {
  return new FolioError(
    'diverged',
    `the network's output is ${logit} and not a number to draw from`,
    'Its weights are damaged or its training diverged: use an earlier checkpoint.',
  );
}
