import { describe, expect, it } from 'vitest';
import { createFormat } from '../../../src/renderer/lib/format.ts';
import {
  clockDigits,
  clockTicks,
  digitsOf,
  linearTicks,
  logTicks,
  wholeTicks,
} from '../../../src/renderer/lib/chart/ticks.ts';
import fc from '../../property.ts';

describe('ticks', () => {
  it('are round', () => {
    expect(linearTicks(0.9, 4.4, 5)).toEqual([1, 2, 3, 4]);
    expect(linearTicks(1.31, 1.58, 4)).toEqual([1.4, 1.5]);
    expect(linearTicks(1.31, 1.58, 6)).toEqual([1.35, 1.4, 1.45, 1.5, 1.55]);
    expect(linearTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(linearTicks(3, 3, 3)).toEqual([]);
  });

  it('lie between the ends, ascending, and are never many more than wanted', () => {
    const real = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        real,
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (min, span, count) => {
          const ticks = linearTicks(min, min + span, count);
          expect(ticks.length).toBeLessThanOrEqual(count + 2);
          const slack = span * 1e-6 + 1e-6;
          ticks.forEach((tick, i) => {
            expect(tick).toBeGreaterThanOrEqual(min - slack);
            expect(tick).toBeLessThanOrEqual(min + span + slack);
            if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1] ?? 0);
          });
        },
      ),
    );
  });

  it('of steps and epochs are whole', () => {
    expect(wholeTicks(0, 3, 10)).toEqual([0, 1, 2, 3]);
    expect(wholeTicks(0, 12, 6)).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(wholeTicks(0.2, 0.8, 3)).toEqual([0.2, 0.4, 0.6, 0.8]);
  });

  it('of time are those of a clock', () => {
    expect(clockTicks(0, 300, 5)).toEqual([0, 60, 120, 180, 240, 300]);
    expect(clockTicks(0, 7000, 4)).toEqual([0, 1800, 3600, 5400]);
    expect(clockTicks(0, 2, 4)).toEqual([0, 0.5, 1, 1.5, 2]);
  });

  it('of time are told apart by what stands at them, however short it was', () => {
    const format = createFormat('en');
    const told = (min: number, max: number, count: number): string[] => {
      const ticks = clockTicks(min, max, count);
      return ticks.map((tick) => format.clock(tick, clockDigits(ticks)));
    };
    expect(told(0, 1.5, 4)).toEqual(['0:00.0', '0:00.5', '0:01.0', '0:01.5']);
    expect(told(0, 30, 4)).toEqual(['0:00', '0:10', '0:20', '0:30']);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        fc.double({ min: 0.05, max: 1e5, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (min, span, count) => {
          const labels = told(min, min + span, count);
          expect(new Set(labels).size).toBe(labels.length);
        },
      ),
    );
  });

  it('of a clock may have parts of a second', () => {
    const format = createFormat('en');
    expect([format.clock(0.25, 2), format.clock(59.96, 1), format.clock(3600.5, 1), format.clock(61)]).toEqual([
      '0:00.25',
      '1:00.0',
      '1:00:00.5',
      '1:01',
    ]);
  });

  it('of a logarithmic axis are familiar numbers with room between them', () => {
    expect(logTicks(0.95, 4.4, 500, 26)).toEqual([1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4]);
    expect(logTicks(0.95, 4.4, 150, 26)).toEqual([1, 1.5, 2, 3, 4]);
    expect(logTicks(0.5, 900, 150, 26)).toEqual([1, 10, 100]);
    expect(logTicks(1.31, 1.38, 100, 26)).toEqual([1.32, 1.34, 1.36, 1.38]);
  });

  it('have as many digits as tell them apart', () => {
    expect(digitsOf([1, 2, 3])).toBe(1);
    expect(digitsOf([1.3, 1.35, 1.4])).toBe(2);
    expect(digitsOf([0, 50, 100])).toBe(0);
    expect(digitsOf([4])).toBe(1);
  });
});
