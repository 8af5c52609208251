import { describe, expect, it } from 'vitest';

import { decimate, FEWEST_POINTS } from '../../src/main/services/decimate.ts';
import { MovingAverage } from '../../src/main/services/smoothing.ts';
import fc from '../property.ts';

const values = fc
  .array(fc.oneof({ weight: 20, arbitrary: fc.double({ noNaN: true }) }, { weight: 1, arbitrary: fc.constant(NaN) }), {
    maxLength: 300,
  })
  .map((array) => Float64Array.from(array));

describe('decimate', () => {
  it('keeps the ends, the lowest and the highest, in order, and no more than was asked for', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: FEWEST_POINTS, max: 60 }), fc.nat(40), (all, most, skipped) => {
        const from = Math.min(skipped, all.length);
        const kept = decimate(all, from, all.length, most);
        expect(kept.length).toBeLessThanOrEqual(most);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        for (const i of kept) expect(i >= from && i < all.length).toBe(true);
        if (from === all.length) return;
        expect([kept[0], kept.at(-1)]).toEqual([from, all.length - 1]);
        const finite = (numbers: Float64Array | number[]) => [...numbers].filter(Number.isFinite);
        const shown = finite(kept.map((i) => all[i] ?? NaN));
        const whole = finite(all.subarray(from));
        expect([Math.min(...shown), Math.max(...shown)]).toEqual([Math.min(...whole), Math.max(...whole)]);
      }),
    );
  });

  it('keeps everything where there is room', () => {
    expect(decimate(Float64Array.of(1, NaN, 3, 4), 0, 4, 4)).toEqual([0, 1, 2, 3]);
    expect(decimate(Float64Array.of(), 0, 0, 4)).toEqual([]);
  });

  it('keeps the lowest and the highest of every bucket, and one of a bucket without numbers', () => {
    const all = Float64Array.of(5, /* */ 3, 9, 4, /* */ NaN, NaN, NaN, /* */ 2, 2, 2, /* */ 7);
    expect(decimate(all, 0, all.length, 8)).toEqual([0, 1, 2, 4, 7, 10]);
  });
});

describe('the moving average', () => {
  it('is debiased: it begins at the first value, and a constant stays what it is', () => {
    const average = new MovingAverage(0.9);
    expect(average.next(3)).toBeCloseTo(3, 12);
    expect(average.next(3)).toBeCloseTo(3, 12);
    // (0.9 * (0.1 * 3 * 0.9 + 0.1 * 3) + 0.1 * 6) / (1 - 0.9 ** 3)
    expect(average.next(6)).toBeCloseTo((0.513 + 0.6) / 0.271, 12);
  });

  it('leaves out what is not a number, and is the values themselves at weight 0', () => {
    const average = new MovingAverage(0.5);
    expect([average.next(1), average.next(NaN), average.next(2)]).toEqual([1, NaN, 1.25 / 0.75]);
    const none = new MovingAverage(0);
    expect([4, 2, 8].map((value) => none.next(value))).toEqual([4, 2, 8]);
  });
});
