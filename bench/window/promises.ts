/** Times summed up beside what was promised of them. A promise that is not kept ends the benchmark with exit code 1 and the line that broke it. */
import { endWith } from '../usage.ts';

export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly count: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), max: at(1), count: sorted.length };
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;

export const HEAD = ['', 'times', 'p50', 'p95', 'longest', 'promise', ''];

/** What was promised of times: less than so many milliseconds, `always`, or but for one in twenty. */
export interface Limit {
  readonly ms: number;
  readonly always?: boolean;
}

/** The promises of one benchmark, and which of them were broken. */
export class Promises {
  readonly #broken: string[] = [];

  /** The lines that broke a promise. */
  get broken(): readonly string[] {
    return this.#broken;
  }

  /** A line of the table. Without any time nothing was measured, which keeps no promise either. */
  row(name: string, spread: Spread, limit: Limit | null): string[] {
    const { p50, p95, max, count } = spread;
    const cells = [name, String(count), ms(p50), ms(p95), ms(max)];
    if (limit === null) return [...cells, '', ''];
    const promise = `< ${ms(limit.ms)}`;
    if (max < limit.ms) return [...cells, promise, 'kept'];
    if (p95 < limit.ms && limit.always !== true) return [...cells, promise, 'kept at p95'];
    this.#broken.push(`${name}: p95 ${ms(p95)}, longest ${ms(max)} of ${count}, promised ${promise}`);
    return [...cells, promise, 'NOT KEPT'];
  }

  /** That a share (0.03 is 3 %) stays below its limit; one that is not a number does not. */
  share(name: string, value: number, limit: number): void {
    if (value < limit) return;
    this.#broken.push(`${name}: ${(value * 100).toFixed(1)} %, promised < ${(limit * 100).toFixed(1)} %`);
  }

  /** That a rate or a ratio reaches its limit; one that is not a number does not. */
  atLeast(name: string, value: number, limit: number): void {
    if (value >= limit) return;
    this.#broken.push(`${name}: ${value.toFixed(2)}x, promised at least ${limit.toFixed(2)}x`);
  }

  /** Says which promises were broken. Returns the exit code. */
  end(say?: (line: string) => void): 0 | 1 {
    return endWith(this.#broken, say);
  }
}
