import { describe, expect, it } from 'vitest';
import type { TrainingPosition } from '../../src/main/trainer/messages.ts';
import { Pace } from '../../src/main/trainer/pace.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import fc from '../property.ts';

const STEPS_PER_EPOCH = 10;

const pace = (changes: Partial<RunConfig>) =>
  new Pace({ ...PRESETS.tutorial.config, epochs: 5, ...changes }, STEPS_PER_EPOCH);

function at(step: number, activeSeconds = 0): TrainingPosition {
  return {
    step,
    epoch: Math.floor(step / STEPS_PER_EPOCH) + 1,
    stepInEpoch: step % STEPS_PER_EPOCH,
    activeSeconds,
    lossSum: 0,
    epochSeconds: 0,
    bestValidationLoss: null,
    bestEpoch: null,
    epochsWithoutImprovement: 0,
  };
}

describe('a run of epochs', () => {
  it('is over after its last step and no time ends it', () => {
    const run = pace({});
    expect(run.totalSteps).toBe(50);
    expect([0, 49, 50, 51].map((step) => run.isOver(at(step, 1e9)))).toEqual([false, false, true, true]);
    expect([0, 25, 50].map((step) => run.progress(at(step, 1e9)))).toEqual([0, 0.5, 1]);
    expect(run.hasTimeForEpochEnd(at(10, 1e9))).toBe(true);
  });

  it('tells what is left: steps, and the ends of epochs that are still to come', () => {
    const run = pace({});
    expect(run.secondsLeft(at(0))).toBeNull();
    run.stepTook(2);
    expect(run.secondsLeft(at(30))).toBe(40);
    run.epochEndTook(3);
    expect(run.secondsLeft(at(30))).toBe(40 + 2 * 3); // epochs 4 and 5
    expect(run.secondsLeft(at(49))).toBe(2 + 3);
  });

  it('a step that takes longer moves the estimate by a tenth', () => {
    const run = pace({});
    run.stepTook(1);
    run.stepTook(2);
    expect(run.secondsLeft(at(40))).toBeCloseTo(10 * 1.1, 12);
  });
});

describe('a run of steps', () => {
  it.each([
    [23, 23],
    [50, 50],
    [51, 50],
    [0, 50],
  ])('maxSteps %i of 50 are %i', (maxSteps, expected) => {
    const run = pace({ maxSteps });
    expect(run.totalSteps).toBe(expected);
    expect([run.isOver(at(expected - 1)), run.isOver(at(expected))]).toEqual([false, true]);
    expect(run.progress(at(expected))).toBe(1);
  });

  it('counts the end of the epoch that it ends in', () => {
    const run = pace({ maxSteps: 23 });
    run.stepTook(1);
    run.epochEndTook(10);
    expect(run.secondsLeft(at(22))).toBe(1 + 10);
    expect(run.secondsLeft(at(12))).toBe(11 + 2 * 10);
  });
});

describe('a run of minutes', () => {
  it('keeps the time of the last end of epoch free', () => {
    const run = pace({ minutes: 1 });
    expect(run.totalSteps).toBeNull();
    run.epochEndTook(5);
    run.stepTook(1);
    expect([53.9, 54.1].map((seconds) => run.isOver(at(7, seconds)))).toEqual([false, true]);
    expect(run.progress(at(7, 27.5))).toBeCloseTo(0.5, 12);
    expect([49.9, 50.1].map((seconds) => run.hasTimeForEpochEnd(at(10, seconds)))).toEqual([true, false]);
  });

  it('leaves time for a step that is under way and not counted yet', () => {
    const run = pace({ minutes: 1 });
    run.stepTook(2);
    expect([55.9, 56.1].map((seconds) => run.isOver(at(7, seconds), 1))).toEqual([false, true]);
  });

  it('the longest end of epoch counts', () => {
    const run = pace({ minutes: 1 });
    run.epochEndTook(5);
    run.epochEndTook(10);
    run.epochEndTook(1);
    expect(run.progress(at(1, 25))).toBeCloseTo(0.5, 12);
  });

  it('ends that take longer than half of it leave half for steps', () => {
    const run = pace({ minutes: 1 });
    run.epochEndTook(1000);
    expect(run.progress(at(1, 15))).toBeCloseTo(0.5, 12);
    expect([run.isOver(at(1, 29)), run.isOver(at(1, 31))]).toEqual([false, true]);
  });

  it('takes one step even when its time is over', () => {
    expect(pace({ minutes: 1 }).isOver(at(0, 1e6))).toBe(false);
    expect(pace({ minutes: 1 }).isOver(at(1, 1e6))).toBe(true);
  });

  it('epochs or steps can end it earlier', () => {
    const run = pace({ minutes: 1000, maxSteps: 20 });
    run.stepTook(0.1);
    expect(run.progress(at(10, 1))).toBe(0.5);
    expect(run.isOver(at(20, 2))).toBe(true);
    expect(run.secondsLeft(at(10, 1))).toBeCloseTo(1, 12);
    expect(pace({ minutes: 1000 }).isOver(at(50, 2))).toBe(true);
  });

  it('never has less than nothing left, nor more than its budget', () => {
    const run = pace({ minutes: 1 });
    run.stepTook(100);
    expect([0, 45, 60, 70].map((seconds) => run.secondsLeft(at(1, seconds)))).toEqual([60, 15, 0, 0]);
  });
});

it('progress and the end never go back as a run goes on', () => {
  const config = fc.record({
    minutes: fc.constantFrom(0, 0.5, 3),
    maxSteps: fc.nat(60),
    epochs: fc.integer({ min: 1, max: 6 }),
  });
  const moves = fc.array(fc.record({ seconds: fc.double({ min: 0.01, max: 5, noNaN: true }), ends: fc.boolean() }), {
    minLength: 2,
    maxLength: 40,
  });
  fc.assert(
    fc.property(config, moves, (changes, taken) => {
      const run = pace(changes);
      let [seconds, progress, over] = [0, 0, false];
      for (const [step, move] of taken.entries()) {
        run.stepTook(move.seconds);
        if (move.ends) run.epochEndTook(move.seconds);
        seconds += move.seconds;
        const now = at(step + 1, seconds);
        expect(run.progress(now)).toBeGreaterThanOrEqual(progress);
        progress = run.progress(now);
        // A later step can only be found shorter than expected: then there may be time for one more.
        if (changes.minutes === 0 && over) expect(run.isOver(now)).toBe(true);
        over = run.isOver(now);
        expect(run.secondsLeft(now)).toBeGreaterThanOrEqual(changes.minutes > 0 ? 0 : -Infinity);
      }
    }),
    { seed: 20_260_104, numRuns: 200 },
  );
});
