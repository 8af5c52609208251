/** How fast bytes come and how long the rest takes, from the last seconds alone: a connection's speed changes. */
const WINDOW_MS = 10_000;
/** Before that a speed says little. */
const LEAST_MS = 1_000;

export interface Speed {
  /** Null while too little is known. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

export class Pace {
  readonly #now: () => number;
  #seen: { readonly at: number; readonly done: number }[] = [];

  /** @param now milliseconds, for tests */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param done bytes so far, of `total` */
  at(done: number, total: number): Speed {
    const at = this.#now();
    const before = this.#seen.at(-1);
    // Something was begun again: what was seen before is no measure.
    if (before !== undefined && done < before.done) this.#seen = [];
    this.#seen.push({ at, done });
    while ((this.#seen[1]?.at ?? at) <= at - WINDOW_MS) this.#seen.shift();
    const first = this.#seen[0];
    if (first === undefined || at - first.at < LEAST_MS) return { bytesPerSecond: null, secondsLeft: null };
    const bytesPerSecond = ((done - first.done) / (at - first.at)) * 1000;
    return { bytesPerSecond, secondsLeft: bytesPerSecond > 0 ? (total - done) / bytesPerSecond : null };
  }
}
