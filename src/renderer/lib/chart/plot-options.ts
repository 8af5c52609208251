/** How a loss chart is drawn by uPlot: hairlines, raw points faint behind the smoothed line, rings where epochs were measured. */
import type uPlot from 'uplot';
import { drawMarks } from './marks.ts';
import type { PlotInput } from './plot-input.ts';
import { COLUMNS, lossRange, type ChartSeries } from './series.ts';
import { clockTicks, digitsOf, linearTicks, logTicks, wholeTicks } from './ticks.ts';

/** @param now what is to be drawn, asked for at each drawing; `scale` multiplies every width and size (2 for a picture to keep) */
export function plotOptions(now: () => PlotInput, scale = 1): Omit<uPlot.Options, 'cursor' | 'hooks'> & uPlot.Options {
  const { series, width, height, theme, logScale } = now();
  const font = `${11 * scale}px ${theme.sans}`;
  const axis = { font, stroke: () => now().theme.faint, ticks: { show: false }, gap: 6 * scale };
  return {
    width: width * scale,
    height: height * scale,
    padding: [26 * scale, 22 * scale, 0, 0], // above for the name of the losses, right for half of the last mark
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [now().shown.from, now().shown.to] },
      y: { distr: logScale ? 3 : 1, range: () => lossBounds(now()) },
    },
    axes: [
      {
        ...axis,
        size: 38 * scale,
        grid: { show: false },
        splits: (_, __, min, max) => [...placeTicks(now(), min, max)],
        values: (_, splits) => now().words.places(splits),
        filter: (_, splits) => splits,
      },
      {
        ...axis,
        size: 44 * scale,
        grid: { stroke: () => now().theme.line, width: scale },
        splits: (_, __, min, max) => [...lossTicks(now(), min, max)],
        values: (_, splits) => splits.map((split) => split.toFixed(digitsOf(splits))),
        filter: (_, splits) => splits,
      },
    ],
    series: [{}, ...series.flatMap((_, i) => columnsOf(now, i, scale))],
    hooks: { draw: [(plot) => drawMarks(plot, now(), scale)] },
  };
}

function columnsOf(now: () => PlotInput, index: number, scale: number): uPlot.Series[] {
  const of = (): ChartSeries | undefined => now().series[index];
  const stroke = (): string => now().theme.colour(of()?.colour ?? '--ink');
  const ring = (): string => now().theme.colour(of()?.validationColour ?? of()?.colour ?? '--ink');
  return [
    { stroke, width: scale, points: { show: false }, alpha: opacityOf(now(), index, 0) },
    {
      stroke,
      width: (of()?.pinned === true ? 3 : 2) * scale,
      points: { show: false },
      alpha: opacityOf(now(), index, 1),
    },
    {
      stroke: ring,
      paths: () => null,
      points: { show: true, size: 7 * scale, width: 1.6 * scale, stroke: ring, fill: () => now().theme.page },
      alpha: opacityOf(now(), index, 2),
    },
  ];
}

/** Raw points stay behind; of several runs the one that is pointed at stands out. */
export function opacityOf({ series, highlighted }: PlotInput, index: number, column: number): number {
  const aside = highlighted !== null && series[index]?.run !== highlighted;
  const raw = series.length === 1 ? 0.32 : highlighted === series[index]?.run ? 0.3 : 0.12;
  return (column % COLUMNS === 0 ? raw : 1) * (aside ? 0.25 : 1);
}

function lossBounds({ series, shown, zoomed, guessLoss, logScale }: PlotInput): uPlot.Range.MinMax {
  const found = lossRange(series, shown);
  const guess = zoomed ? null : guessLoss;
  if (found === null) return guess === null ? [0.9, 1.1] : [logScale ? guess / 3 : 0, guess * 1.05];
  // A nat below guessing has room from the first steps on, so that their noise does not fill the chart.
  const low = Math.max(
    Math.min(found[0], guess === null ? Infinity : Math.max(guess - 1, guess / 2)),
    logScale ? 1e-6 : 0,
  );
  const high = Math.max(found[1], guess ?? 0, low * 1.0001);
  if (logScale) {
    const room = (high / low) ** 0.06;
    return [low / room, high * room];
  }
  const room = Math.max((high - low) * 0.06, 1e-6);
  return [Math.max(0, low - room), high + room];
}

function placeTicks({ axis, width }: PlotInput, min: number, max: number): readonly number[] {
  const count = Math.max(2, Math.floor(width / (axis === 'epoch' ? 56 : 84)));
  if (axis === 'time') return clockTicks(min, max, count);
  return axis === 'epoch' && max - min < 2 ? linearTicks(min, max, count) : wholeTicks(min, max, count);
}

function lossTicks({ logScale, height }: PlotInput, min: number, max: number): readonly number[] {
  const length = height - 64;
  return logScale
    ? logTicks(min, max, length, 26)
    : linearTicks(min, max, Math.min(8, Math.max(4, Math.floor(length / 34))));
}
