/** A curve in figures, for those who cannot see it and for the sentence beside it. */
import type { Words } from '../../words/en/index.ts';
import type { Format } from '../format.ts';
import type { ChartSeries, Reading } from './series.ts';

export interface CurveSummary {
  readonly run: number;
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly lowest: number;
  readonly epochs: number;
  readonly steps: number;
}

/** Null for a run without a single loss that is a number. First and last are of the smoothed line. */
export function summarize({ run, name, curve }: ChartSeries): CurveSummary | null {
  const losses = curve.smooth.filter((loss) => loss !== null);
  const [first] = losses;
  const last = losses.at(-1);
  if (first === undefined || last === undefined) return null;
  const steps = curve.step.at(-1) ?? 0;
  const lowest = losses.reduce((low, loss) => Math.min(low, loss), Infinity);
  return { run, name, first, last, lowest, epochs: steps / curve.stepsPerEpoch, steps };
}

/** What is told of a logged point: loss first, then where on the way it was. */
export function readingFacts(reading: Reading, { run, common }: Words, format: Format): readonly string[] {
  const words = run.chart;
  return [
    common.loss(format.loss(reading.loss ?? NaN)),
    ...(reading.smooth === null ? [] : [words.smoothed(format.loss(reading.smooth))]),
    ...(reading.validation === null ? [] : [words.validation(format.loss(reading.validation))]),
    common.step(format.count(reading.step)),
    words.epochs(format.plain(reading.epoch, 3)),
    // Of the first seconds the tenths, too: steps may be that short.
    words.after(format.clock(reading.seconds, reading.seconds < 10 ? 1 : 0)),
    words.rate(shortRate(reading.learningRate, format)),
  ];
}

/** A cosine's last rates are next to nothing: 1e-8 rather than a row of zeros. */
function shortRate(rate: number, format: Format): string {
  return rate > 0 && rate < 1e-5 ? rate.toExponential(1) : format.plain(rate, 3);
}
