/** A curve in figures, for those who cannot see it and for the sentence beside it. */
import type { ChartSeries } from './series.ts';

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
