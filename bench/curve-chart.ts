/**
 * Two curves over the same steps as an SVG picture: both in one panel, with a logarithmic axis because a loss falls fast and then
 * slowly, and their difference, enlarged, in another below it.
 */

interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

export interface CurveChart {
  readonly title: string;
  /** Ascending, one for each value of the curves, which are above 0. */
  readonly x: { readonly label: string; readonly values: readonly number[] };
  /** What the curves show, with its unit; the difference has the same unit. */
  readonly y: string;
  readonly curves: readonly [Curve, Curve];
  /** What the lower panel shows: the second curve less the first. */
  readonly difference: string;
}

/** Where numbers lie in the picture, in its own units. */
interface Panel {
  readonly top: number;
  readonly height: number;
  /** The range of its axis; its ends are ticks. */
  readonly ticks: readonly number[];
  readonly logarithmic: boolean;
  readonly label: string;
}

const WIDTH = 760;
const HEIGHT = 470;
const LEFT = 68;
const RIGHT = WIDTH - 20;
const UPPER = { top: 56, height: 230 };
const LOWER = { top: 318, height: 96 };

/** Follows the reader's light or dark scheme; the background is the page's. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #424a53; }
  .title { font-size: 15px; font-weight: 600; }
  .end { text-anchor: end; } .middle { text-anchor: middle; }
  .grid { stroke: #8c959f; stroke-opacity: 0.35; }
  .curve { fill: none; stroke-linejoin: round; }
  .first { stroke: #0969da; stroke-width: 4; stroke-opacity: 0.55; }
  .second { stroke: #bc4c00; stroke-width: 1.4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #c9d1d9; }
    .first { stroke: #58a6ff; } .second { stroke: #f0a35e; }
  }`;

/** The picture as the text of an SVG file. Vertical axes begin and end at round numbers around the values. */
export function drawCurves({ title, x, y, curves, difference }: CurveChart): string {
  const [first, second] = curves;
  const differences = second.values.map((value, i) => value - (first.values[i] ?? Number.NaN));
  const upper: Panel = {
    ...UPPER,
    ticks: logarithmicTicks([...first.values, ...second.values]),
    logarithmic: true,
    label: y,
  };
  const lower: Panel = { ...LOWER, ticks: ticksAround([0, ...differences], 4), logarithmic: false, label: difference };
  const parts = [
    `<text class="title" x="${LEFT}" y="24">${escaped(title)}</text>`,
    ...axes(upper),
    ...axes(lower),
    ...xTicks(x.values),
    `<text class="middle" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 10}">${escaped(x.label)}</text>`,
    line('first', x.values, first.values, upper),
    line('second', x.values, second.values, upper),
    line('second', x.values, differences, lower),
    ...legend([first.name, second.name]),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Round numbers at equal distances, about `count` of them, the outermost around all values. */
export function ticksAround(values: readonly number[], count: number): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  // 0.3 / 0.1 is a little less than 3.
  const [from, to] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  // Through the decimal notation, so that 3 * 0.1 is 0.3.
  return Array.from({ length: to - from + 1 }, (_, i) => Number(((from + i) * step).toPrecision(12)));
}

/** Round numbers at roughly equal ratios, the outermost around all values. */
export function logarithmicTicks(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const power = Math.floor(Math.log10(low));
  const all = Array.from({ length: Math.ceil(Math.log10(high)) - power + 1 }, (_, i) =>
    [1, 1.5, 2, 3, 4, 6].map((factor) => Number((factor * 10 ** (power + i)).toPrecision(12))),
  ).flat();
  return all.slice(
    all.findLastIndex((tick) => tick <= low),
    all.findIndex((tick) => tick >= high) + 1,
  );
}

const ends = (ticks: readonly number[]): [number, number] => [ticks[0] ?? 0, ticks.at(-1) ?? 1];

function yOf(value: number, { top, height, ticks, logarithmic }: Omit<Panel, 'label'>): number {
  if (logarithmic)
    return yOf(Math.log(value), { top, height, ticks: ticks.map((tick) => Math.log(tick)), logarithmic: false });
  const [low, high] = ends(ticks);
  return top + height * (1 - (value - low) / (high - low));
}

function xOf(value: number, all: readonly number[]): number {
  const [low, high] = ends(all);
  return LEFT + ((RIGHT - LEFT) * (value - low)) / (high - low || 1);
}

function axes(panel: Panel): string[] {
  return [
    `<text x="${LEFT}" y="${panel.top - 10}">${escaped(panel.label)}</text>`,
    ...panel.ticks.flatMap((tick) => {
      const y = yOf(tick, panel).toFixed(1);
      return [
        `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y}" y2="${y}"/>`,
        `<text class="end" x="${LEFT - 8}" y="${y}" dy="0.35em">${String(tick).replace('-', '−')}</text>`,
      ];
    }),
  ];
}

function xTicks(values: readonly number[]): string[] {
  const [low, high] = ends(values);
  return ticksAround([low, high], 8)
    .filter((tick) => tick >= low && tick <= high)
    .map((tick) => {
      const x = xOf(tick, values).toFixed(1);
      return `<text class="middle" x="${x}" y="${LOWER.top + LOWER.height + 20}">${tick}</text>`;
    });
}

function line(name: string, xs: readonly number[], ys: readonly number[], panel: Panel): string {
  const points = xs.map((x, i) => `${xOf(x, xs).toFixed(1)},${yOf(ys[i] ?? Number.NaN, panel).toFixed(1)}`);
  return `<polyline class="curve ${name}" points="${points.join(' ')}"/>`;
}

function legend(names: readonly [string, string]): string[] {
  return names.flatMap((name, i) => {
    const y = UPPER.top + 22 + 22 * i;
    return [
      `<line class="curve ${i === 0 ? 'first' : 'second'}" x1="${RIGHT - 120}" x2="${RIGHT - 88}" y1="${y}" y2="${y}"/>`,
      `<text x="${RIGHT - 78}" y="${y}" dy="0.35em">${escaped(name)}</text>`,
    ];
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
