/** All that a drawn loss chart depends on. */
import type { CurveAxis } from '../../../shared/curve.ts';
import type { ChartRange, ChartSeries } from './series.ts';
import type { ChartTheme } from './theme.ts';

export interface PlotInput {
  readonly series: readonly ChartSeries[];
  readonly axis: CurveAxis;
  readonly logScale: boolean;
  readonly width: number;
  readonly height: number;
  readonly theme: ChartTheme;
  /** Loss of guessing, ln V: a dashed line; null for none. */
  readonly guessLoss: number | null;
  /** What is shown of the axis. */
  readonly shown: ChartRange;
  /** Whether that is a part of it only. */
  readonly zoomed: boolean;
  /** The run that stands out; null for none. */
  readonly highlighted: number | null;
  readonly words: PlotWords;
}

export interface PlotWords {
  readonly guess: string;
  readonly notANumber: string;
  /** What stands at the axes, with the unit. */
  readonly axis: string;
  readonly loss: string;
  /** What stands at the ticks of the horizontal axis: as exact as tells them apart. */
  places(ticks: readonly number[]): string[];
}
