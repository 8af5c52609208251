import { describe, expect, it } from 'vitest';
import { learningRateAt, type ScheduleMoment } from '../../src/main/model/schedule.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import fc from '../property.ts';

/** The same examples in every run. */
const RUNS = { seed: 20_260_102, numRuns: 300 };
const SCHEDULES = ['constant', 'linear', 'cosine', 'exponential'] as const satisfies readonly RunConfig['schedule'][];

function rate(schedule: RunConfig['schedule'], moment: Partial<ScheduleMoment>, warmupSteps = 0): number {
  return learningRateAt({ learningRate: 2, schedule, warmupSteps }, { step: 0, epoch: 1, progress: 0, ...moment });
}

describe('values by hand', () => {
  it.each([
    ['constant', { progress: 0.5 }, 2],
    ['linear', { progress: 0 }, 2],
    ['linear', { progress: 0.25 }, 1.5],
    ['linear', { progress: 1 }, 0],
    ['cosine', { progress: 0 }, 2],
    ['cosine', { progress: 1 / 3 }, 1.5],
    ['cosine', { progress: 0.5 }, 1],
    ['cosine', { progress: 1 }, 0],
    ['exponential', { epoch: 1 }, 2],
    ['exponential', { epoch: 10 }, 2],
    ['exponential', { epoch: 11 }, 2 * 0.97],
    ['exponential', { epoch: 30 }, 2 * 0.97 ** 20],
  ] as const)('%s at %o is %f', (schedule, moment, expected) => {
    expect(rate(schedule, moment)).toBeCloseTo(expected, 12);
  });

  it('warming up, step by step', () => {
    const rates = [0, 1, 2, 3, 4].map((step) => rate('constant', { step }, 4));
    expect(rates).toEqual([0.5, 1, 1.5, 2, 2]);
    expect(rate('linear', { step: 1, progress: 0.5 }, 4)).toBe(0.5);
  });

  it('a progress outside of 0 to 1 is its end', () => {
    expect(rate('linear', { progress: 1.2 })).toBe(0);
    expect(rate('cosine', { progress: 1.2 })).toBe(0);
    expect(rate('cosine', { progress: -1 })).toBe(2);
  });
});

describe('of any moment', () => {
  const schedule = fc.constantFrom(...SCHEDULES);
  const moment = fc.record({
    step: fc.nat(1e6),
    epoch: fc.integer({ min: 1, max: 1000 }),
    progress: fc.double({ min: 0, max: 1.5, noNaN: true }),
  });
  const warmup = fc.nat(1000);

  it('the rate is from 0 to that of the configuration', () => {
    fc.assert(
      fc.property(schedule, moment, warmup, (name, at, steps) => {
        expect(rate(name, at, steps)).toBeGreaterThanOrEqual(0);
        expect(rate(name, at, steps)).toBeLessThanOrEqual(2);
      }),
      RUNS,
    );
  });

  it('it never rises once it is warm', () => {
    fc.assert(
      fc.property(schedule, moment, moment, warmup, (name, one, other, steps) => {
        const order = (key: keyof ScheduleMoment) => [one[key], other[key]].sort((a, b) => a - b);
        const [[step0 = 0, step1 = 0], [epoch0 = 0, epoch1 = 0], [progress0 = 0, progress1 = 0]] = [
          order('step'),
          order('epoch'),
          order('progress'),
        ];
        const early = rate(name, { step: step0 + steps, epoch: epoch0, progress: progress0 }, steps);
        const late = rate(name, { step: step1 + steps, epoch: epoch1, progress: progress1 }, steps);
        expect(late).toBeLessThanOrEqual(early);
      }),
      RUNS,
    );
  });

  it('while it warms up it rises, never from 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1000 }), fc.nat(998), (steps, at) => {
        fc.pre(at + 1 < steps);
        expect(rate('constant', { step: at }, steps)).toBeGreaterThan(0);
        expect(rate('constant', { step: at + 1 }, steps)).toBeGreaterThan(rate('constant', { step: at }, steps));
      }),
      RUNS,
    );
  });
});
