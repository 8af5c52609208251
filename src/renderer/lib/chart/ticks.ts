/** Round numbers for axes. */

/** Multiples of 1, 2 or 5 (times a power of ten) between two numbers: about `count` of them, never more than twice that. */
export function linearTicks(min: number, max: number, count: number): readonly number[] {
  const span = max - min;
  if (!(span > 0) || count < 1) return [];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  return multiples(min, max, step);
}

const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Seconds that a clock would show: whole minutes rather than hundreds of seconds. */
export function clockTicks(min: number, max: number, count: number): readonly number[] {
  const rough = (max - min) / Math.max(1, count);
  if (rough < 1) return linearTicks(min, max, count);
  const step = CLOCK_STEPS.find((candidate) => candidate >= rough);
  return step === undefined ? linearTicks(min, max, count) : multiples(min, max, step);
}

/** Digits behind the seconds that tell the ticks of a clock apart; more than three are more than anybody's clock has. */
export function clockDigits(ticks: readonly number[]): number {
  const exact = (digits: number): boolean =>
    ticks.every((tick) => Math.abs(tick * 10 ** digits - Math.round(tick * 10 ** digits)) < 1e-6);
  return [0, 1, 2].find(exact) ?? 3;
}

/** For steps and epochs: as linear ones, but whole numbers only. */
export function wholeTicks(min: number, max: number, count: number): readonly number[] {
  const ticks = linearTicks(min, max, Math.min(count, Math.max(1, Math.floor(max - min))));
  const whole = ticks.filter((tick) => Number.isInteger(tick));
  return whole.length >= 2 ? whole : linearTicks(min, max, count);
}

const LOG_SETS = [
  [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9],
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8],
  [1, 1.5, 2, 3, 4, 5, 7],
  [1, 2, 5],
  [1],
] as const;

/** For a logarithmic axis: the densest set of familiar numbers that leaves each its share of `length` (both in pixels). */
export function logTicks(min: number, max: number, length: number, room: number): readonly number[] {
  const place = (value: number): number => (Math.log(value / min) / Math.log(max / min)) * length;
  for (const set of LOG_SETS) {
    const ticks: number[] = [];
    for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10) {
      ticks.push(...set.map((factor) => tidy(factor * power)).filter((tick) => tick >= min && tick <= max));
    }
    const crowded = ticks.some((tick, i) => i > 0 && place(tick) - place(ticks[i - 1] ?? min) < room);
    if (!crowded) return ticks.length >= 2 ? ticks : linearTicks(min, max, Math.max(3, length / room));
  }
  return [];
}

/** Digits behind the point that tell these ticks of losses apart; one at least for small ones. */
export function digitsOf(ticks: readonly number[]): number {
  const gap = Math.min(...ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0)));
  if (!Number.isFinite(gap) || gap <= 0) return 1;
  const digits = Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
  return Math.min(6, (ticks.at(-1) ?? 0) < 10 ? Math.max(1, digits) : digits);
}

function multiples(min: number, max: number, step: number): readonly number[] {
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => tidy((first + i) * step));
}

/** Without the dust of binary fractions. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
