import { describe, expect, it } from 'vitest';
import { MovingAverage } from '../../../src/main/services/smoothing.ts';
import { appendEpoch, appendSteps, finite, type StepEvent } from '../../../src/renderer/lib/chart/live-curve.ts';
import type { Curve } from '../../../src/shared/curve.ts';

const EMPTY: Curve = {
  axis: 'epoch',
  total: 0,
  x: [],
  step: [],
  loss: [],
  smooth: [],
  learningRate: [],
  seconds: [],
  epochEnds: [],
  stepsPerEpoch: 4,
  validation: [],
};

const step = (number: number, loss: number): StepEvent => ({
  run: 1,
  type: 'step',
  epoch: 1,
  step: number,
  stepInEpoch: number,
  loss,
  gradientNorm: null,
  learningRate: 1e-3,
  milliseconds: 500,
  charactersPerSecond: 1,
  secondsLeft: null,
});

describe('a curve that grows', () => {
  it('carries the moving average on as if it had been there from the beginning', () => {
    const losses = Array.from({ length: 40 }, (_, i) => 4 / (i + 1) + (i % 3) / 10);
    const steps = losses.map((loss, i) => step(i + 1, loss));
    const average = new MovingAverage(0.9);
    const whole = losses.map((loss) => average.next(loss));
    const halves = appendSteps(appendSteps(EMPTY, steps.slice(0, 15), 0.9), steps.slice(15), 0.9);
    halves.smooth.forEach((value, i) => expect(value).toBeCloseTo(whole[i] ?? NaN, 9));
    expect(halves.total).toBe(40);
    expect(halves.x.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(halves.seconds.at(-1)).toBeCloseTo(20);
  });

  it('passes over what it has, and is itself when nothing is new', () => {
    const curve = appendSteps(EMPTY, [step(1, 4), step(2, 3)], 0);
    expect(appendSteps(curve, [step(1, 9), step(2, 9)], 0)).toBe(curve);
    expect(appendSteps(curve, [step(2, 9), step(3, 2)], 0).loss).toEqual([4, 3, 2]);
  });

  it('breaks at a loss that is no number, whichever way that came', () => {
    const lost = null as unknown as number; // what JSON makes of NaN
    const curve = appendSteps(EMPTY, [step(1, 4), step(2, NaN), step(3, lost), step(4, 2)], 0.5);
    expect(curve.loss).toEqual([4, null, null, 2]);
    expect(curve.smooth[3]).toBeGreaterThan(2);
    expect(finite(Infinity)).toBeNull();
  });

  it('lies along steps and along time as well', () => {
    expect(appendSteps({ ...EMPTY, axis: 'step' }, [step(7, 4)], 0).x).toEqual([7]);
    expect(appendSteps({ ...EMPTY, axis: 'time' }, [step(7, 4), step(8, 4)], 0).x).toEqual([0.5, 1]);
  });

  it('gets the end of an epoch once', () => {
    const end = { epoch: 1, step: 4, complete: true, validationLoss: 2 };
    const once = appendEpoch(EMPTY, end);
    expect(once.validation).toEqual([{ x: 1, epoch: 1, loss: 2 }]);
    expect(once.epochEnds).toEqual([{ x: 1, epoch: 1 }]);
    expect(appendEpoch(once, end)).toEqual(once);
    expect(appendEpoch(EMPTY, { ...end, complete: false, validationLoss: null })).toEqual(EMPTY);
  });
});
