import { describe, expect, it } from 'vitest';
import type { Curve } from '../../../src/shared/curve.ts';
import { summarize } from '../../../src/renderer/lib/chart/describe.ts';
import {
  alignSeries,
  brokenPlaces,
  lossRange,
  moveCursor,
  nearestIndex,
  rangeWith,
  readingAt,
  zoomAround,
  type ChartSeries,
  type ChartView,
  viewByKey,
} from '../../../src/renderer/lib/chart/series.ts';
import fc from '../../property.ts';

const curveOf = (loss: readonly (number | null)[], change: Partial<Curve> = {}): Curve => {
  const step = loss.map((_, i) => i + 1);
  return {
    axis: 'step',
    total: loss.length,
    x: step,
    step,
    loss,
    smooth: loss,
    learningRate: step.map(() => 1e-3),
    seconds: step.map((one) => one / 10),
    epochEnds: [],
    stepsPerEpoch: 2,
    validation: [],
    ...change,
  };
};
const seriesOf = (curve: Curve, run = 1): ChartSeries => ({ run, name: `run ${run}`, colour: '--series-1', curve });

describe('several runs in one table', () => {
  it('share a column of places; a loss that is none stays a gap, a place of another run does not become one', () => {
    const a = curveOf([4, null, 2], { x: [1, 3, 5], validation: [{ x: 5, epoch: 1, loss: 2.5 }] });
    const b = curveOf([5, 3], { x: [2, 3] });
    const [x, ...columns] = alignSeries([seriesOf(a, 1), seriesOf(b, 2)]);
    expect([...x]).toEqual([1, 2, 3, 5]);
    const none = undefined;
    expect(columns.map((column) => [...column])).toEqual([
      [4, none, null, 2],
      [4, none, null, 2],
      [none, none, none, 2.5],
      [none, 5, 3, none],
      [none, 5, 3, none],
      [none, none, none, none],
    ]);
  });

  it('may be none', () => expect(alignSeries([])).toEqual([[]]));
});

describe('the cursor', () => {
  it('finds the nearest of ascending numbers, as a search through all of them does', () => {
    const ascending = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });
    fc.assert(
      fc.property(ascending, fc.integer({ min: -1200, max: 1200 }), (values, x) => {
        values.sort((a, b) => a - b);
        const found = values[nearestIndex(values, x)] ?? NaN;
        expect(Math.abs(found - x)).toBe(Math.min(...values.map((value) => Math.abs(value - x))));
      }),
    );
    expect(nearestIndex([], 3)).toBe(-1);
    expect(nearestIndex([1, 2], Infinity)).toBe(1);
  });

  it('reads a logged point, never something in between', () => {
    const curve = curveOf([4, 3, 2], { validation: [{ x: 2, epoch: 1, loss: 3.5 }] });
    expect(readingAt(seriesOf(curve), 1.9)).toEqual({
      run: 1,
      x: 2,
      step: 2,
      epoch: 1,
      loss: 3,
      smooth: 3,
      learningRate: 1e-3,
      seconds: 0.2,
      validation: 3.5,
    });
    expect(readingAt(seriesOf(curve), 2.6)).toMatchObject({ x: 3, validation: null });
    expect(readingAt(seriesOf(curveOf([])), 1)).toBeNull();
  });

  it('goes from point to point, by tenths, and to the ends', () => {
    const series = [seriesOf(curveOf(Array.from({ length: 30 }, (_, i) => i)))];
    expect(moveCursor(series, null, 'ArrowLeft', false)).toBe(29);
    expect(moveCursor(series, 10, 'ArrowRight', false)).toBe(11);
    expect(moveCursor(series, 10, 'ArrowRight', true)).toBe(13);
    expect(moveCursor(series, 2, 'ArrowLeft', true)).toBe(1);
    expect(moveCursor(series, 10, 'Home', false)).toBe(1);
    expect(moveCursor(series, 10, 'End', false)).toBe(30);
    expect(moveCursor(series, 10, 'a', false)).toBeNull();
    expect(moveCursor([], 10, 'End', false)).toBeNull();
  });
});

describe('a part of the axis', () => {
  const whole = { from: 0, to: 100 };

  it('keeps the place where it is, and stays within the whole', () => {
    expect(zoomAround(whole, whole, 50, 0.5)).toEqual({ from: 25, to: 75 });
    expect(zoomAround(whole, whole, 100, 0.5)).toEqual({ from: 50, to: 100 });
    expect(zoomAround({ from: 0, to: 10 }, whole, 1, 2)).toEqual({ from: 0, to: 20 });
    expect(zoomAround({ from: 20, to: 80 }, whole, 50, 2)).toBeNull();
  });

  it('moves along with the cursor', () => {
    expect(rangeWith({ from: 10, to: 20 }, whole, 15)).toEqual({ from: 10, to: 20 });
    expect(rangeWith({ from: 10, to: 20 }, whole, 25)).toEqual({ from: 15, to: 25 });
    expect(rangeWith({ from: 10, to: 20 }, whole, 4)).toEqual({ from: 4, to: 14 });
    expect(rangeWith({ from: 10, to: 20 }, whole, 1000)).toEqual({ from: 90, to: 100 });
  });

  it('has its own lowest and highest loss, validation included', () => {
    const curve = curveOf([9, 4, 3, null], { validation: [{ x: 3, epoch: 1, loss: 5 }] });
    expect(lossRange([seriesOf(curve)], { from: 2, to: 4 })).toEqual([3, 5]);
    expect(lossRange([seriesOf(curve)], { from: 4, to: 9 })).toBeNull();
  });
});

describe('keys on a chart', () => {
  const series = [seriesOf(curveOf([5, 4, 3, 2, 1]))];
  const whole = { from: 0, to: 5 };
  const press = (key: string, view: ChartView) => viewByKey(view, key, { series, whole, far: false });

  it('move the cursor, zoom around it and show all again', () => {
    const start = press('Home', { at: null, range: null });
    expect(start?.at).toBe(series[0]?.curve.x[0]);
    const near = press('+', { at: 5, range: null });
    expect(near).toEqual({ at: 5, range: { from: 2.5, to: 5 } });
    expect(press('-', { at: 5, range: { from: 2.5, to: 5 } })).toEqual({ at: 5, range: null });
    expect(press('Escape', { at: 5, range: { from: 2.5, to: 5 } })).toEqual({ at: 5, range: null });
  });

  it('mean nothing else: the page has them', () => {
    expect(press('Escape', { at: 5, range: null })).toBeNull();
    expect(press('Tab', { at: 5, range: null })).toBeNull();
  });
});

describe('a curve in figures', () => {
  it('goes from the first to the last loss that is a number', () => {
    const told = summarize(seriesOf(curveOf([4, 1, 2, null])));
    expect(told).toEqual({ run: 1, name: 'run 1', first: 4, last: 2, lowest: 1, epochs: 2, steps: 4 });
    expect(summarize(seriesOf(curveOf([null])))).toBeNull();
  });

  it('names where each stretch without a loss begins', () => {
    expect(brokenPlaces(curveOf([4, null, null, 3, null]))).toEqual([2, 5]);
  });
});
