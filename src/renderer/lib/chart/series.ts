/** What a loss chart draws: several runs' curves in the columns that uPlot wants, and the logged points under a cursor. */
import uPlot from 'uplot';
import type { Curve } from '../../../shared/curve.ts';

export interface ChartSeries {
  readonly run: number;
  readonly name: string;
  /** The name of a CSS variable, such as `--series-1`. */
  readonly colour: string;
  /** Of the rings at the ends of epochs; `colour` by default. */
  readonly validationColour?: string;
  readonly curve: Curve;
  /** The baseline that the others are compared with. */
  readonly pinned?: boolean;
}

/** A part of the axis, in its own unit. */
export interface ChartRange {
  readonly from: number;
  readonly to: number;
}

/** One logged point of one run. */
export interface Reading {
  readonly run: number;
  readonly x: number;
  readonly step: number;
  /** Epochs that had passed, with a fraction. */
  readonly epoch: number;
  /** Null is a loss that was not a number. */
  readonly loss: number | null;
  readonly smooth: number | null;
  readonly learningRate: number;
  readonly seconds: number;
  /** Where the epoch that ended at this point was measured on the held-out text. */
  readonly validation: number | null;
}

/** Columns of each run: raw, smoothed, validation. */
export const COLUMNS = 3;

/** One x column and {@link COLUMNS} for each run. `null` breaks a line, `undefined` (a point of another run) does not. */
export function alignSeries(series: readonly ChartSeries[]): uPlot.AlignedData {
  if (series.length === 0) return [[]];
  return uPlot.join(
    series.flatMap(({ curve }): uPlot.AlignedData[] => [
      [[...curve.x], [...curve.loss], [...curve.smooth]],
      [curve.validation.map(({ x }) => x), curve.validation.map(({ loss }) => loss)],
    ]),
  );
}

/** The index of the value nearest to `x` in an ascending column; -1 when it is empty. */
export function nearestIndex(ascending: readonly number[], x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? NaN) < x) low = middle + 1;
    else high = middle;
  }
  const before = ascending[low - 1];
  const after = ascending[low];
  if (after === undefined) return low - 1;
  return before !== undefined && x - before <= after - x ? low - 1 : low;
}

/** The logged point of a run nearest to a place on the axis; null when it has none. Nothing in between is made up. */
export function readingAt({ run, curve }: ChartSeries, x: number): Reading | null {
  const i = nearestIndex(curve.x, x);
  const at = curve.x[i];
  if (at === undefined) return null;
  const step = curve.step[i] ?? 0;
  const previous = curve.x[i - 1] ?? -Infinity;
  const next = curve.x[i + 1] ?? Infinity;
  const ended = curve.validation.find((point) => point.x > (previous + at) / 2 && point.x <= (at + next) / 2);
  return {
    run,
    x: at,
    step,
    epoch: step / curve.stepsPerEpoch,
    loss: curve.loss[i] ?? null,
    smooth: curve.smooth[i] ?? null,
    learningRate: curve.learningRate[i] ?? 0,
    seconds: curve.seconds[i] ?? 0,
    validation: ended?.loss ?? null,
  };
}

/** Where the key press leads from a place on the axis, over the points of the first run: one point, or a tenth of them, or an end. */
export function moveCursor(
  series: readonly ChartSeries[],
  from: number | null,
  key: string,
  far: boolean,
): number | null {
  const [first] = series;
  if (first === undefined) return null;
  const { x } = first.curve;
  const last = x.length - 1;
  const at = from === null ? last : nearestIndex(x, from);
  const stride = far ? Math.max(1, Math.round(x.length / 10)) : 1;
  const target = { ArrowLeft: at - stride, ArrowRight: at + stride, Home: 0, End: last }[key];
  return target === undefined ? null : (x[Math.min(last, Math.max(0, target))] ?? null);
}

/** A part of the axis around a place, `factor` times as long as the present one, within the whole; null for (nearly) all of it. */
export function zoomAround(present: ChartRange, whole: ChartRange, at: number, factor: number): ChartRange | null {
  const length = (present.to - present.from) * factor;
  if (length >= (whole.to - whole.from) * 0.999) return null;
  const share = (at - present.from) / (present.to - present.from);
  const from = Math.min(whole.to - length, Math.max(whole.from, at - length * share));
  return { from, to: from + length };
}

/** The part moved, as little as possible, so that a place of the whole is in it. */
export function rangeWith({ from, to }: ChartRange, whole: ChartRange, place: number): ChartRange {
  const at = Math.min(whole.to, Math.max(whole.from, place));
  const move = at < from ? at - from : at > to ? at - to : 0;
  return { from: from + move, to: to + move };
}

/** What is looked at: the cursor's place, and the part of the axis that is shown (null for all of it). */
export interface ChartView {
  readonly at: number | null;
  readonly range: ChartRange | null;
}

/** What a key does to the view: arrows move the cursor, + and - zoom around it, Escape shows all. Null for a key that does nothing. */
export function viewByKey(
  { at, range }: ChartView,
  key: string,
  {
    series,
    whole,
    far,
  }: { readonly series: readonly ChartSeries[]; readonly whole: ChartRange; readonly far: boolean },
): ChartView | null {
  const moved = moveCursor(series, at, key, far);
  if (moved !== null) return { at: moved, range: range === null ? null : rangeWith(range, whole, moved) };
  const shown = range ?? whole;
  if (key === '+' || key === '=') return { at, range: zoomAround(shown, whole, at ?? shown.to, 0.5) };
  if (key === '-') return { at, range: zoomAround(shown, whole, at ?? shown.to, 2) };
  return key === 'Escape' && range !== null ? { at, range: null } : null;
}

/** Where losses were not numbers: the place of each stretch's first point. */
export function brokenPlaces({ x, loss }: Curve): readonly number[] {
  return x.filter((_, i) => loss[i] === null && (i === 0 || loss[i - 1] !== null));
}

/** Lowest and highest loss drawn between two places; null where nothing is. */
export function lossRange(series: readonly ChartSeries[], { from, to }: ChartRange): readonly [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  const take = (x: number, loss: number | null | undefined): void => {
    if (loss === null || loss === undefined || x < from || x > to) return;
    if (loss < low) low = loss;
    if (loss > high) high = loss;
  };
  for (const { curve } of series) {
    curve.x.forEach((x, i) => {
      take(x, curve.loss[i]);
      take(x, curve.smooth[i]);
    });
    for (const { x, loss } of curve.validation) take(x, loss);
  }
  return low > high ? null : [low, high];
}

/** The end of what is drawn, 0 for nothing. */
export function lastPlace(series: readonly ChartSeries[]): number {
  return Math.max(0, ...series.map(({ curve }) => Math.max(curve.x.at(-1) ?? 0, curve.validation.at(-1)?.x ?? 0)));
}
