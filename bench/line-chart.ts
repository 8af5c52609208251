/** Measured points as an SVG picture: one panel or several beside each other, each with curves of their own over axes of their own. */
import { logarithmicTicks, ticksAround } from './curve-chart.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Axis {
  /** What it shows, with its unit. */
  readonly label: string;
  /** Then all its values are above 0. */
  readonly logarithmic: boolean;
}

export interface LineCurve {
  readonly name: string;
  /** Ascending in x; at least one. */
  readonly points: readonly Point[];
  /** An expectation rather than a measurement. */
  readonly dashed?: boolean;
}

export interface LinePanel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** At most as many as there are colours, four. */
  readonly curves: readonly LineCurve[];
  /** Where there is room: above for what falls, below for what rises. */
  readonly legend: 'above' | 'below';
}

export interface LineChart {
  readonly title: string;
  readonly panels: readonly LinePanel[];
  /** Panels side by side. */
  readonly columns: number;
}

const HEAD = 44;
const CELL = { left: 66, right: 26, top: 46, bottom: 48 };
/** Of one panel's cell, alone in its row or beside others. */
const WIDE = { width: 760, height: 380 };
const NARROW = { width: 400, height: 300 };

/** Follows the reader's light or dark scheme; the background is the page's. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #424a53; }
  .title { font-size: 15px; font-weight: 600; } .panel { font-weight: 600; }
  .end { text-anchor: end; } .middle { text-anchor: middle; }
  .grid { stroke: #8c959f; stroke-opacity: 0.35; }
  .curve { fill: none; stroke-width: 2; stroke-linejoin: round; } .dashed { stroke-dasharray: 4 4; }
  .c0 { stroke: #0969da; } .c1 { stroke: #bc4c00; } .c2 { stroke: #1a7f37; } .c3 { stroke: #8250df; }
  circle { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #c9d1d9; }
    .c0 { stroke: #58a6ff; } .c1 { stroke: #f0a35e; } .c2 { stroke: #56d364; } .c3 { stroke: #bc8cff; }
  }`;

/** The picture as the text of an SVG file. Axes begin and end at round numbers around the values. */
export function drawLines({ title, panels, columns }: LineChart): string {
  const cell = columns === 1 ? WIDE : NARROW;
  const width = cell.width * columns;
  const height = HEAD + cell.height * Math.ceil(panels.length / columns);
  const drawn = panels.flatMap((panel, i) => {
    const [left, top] = [(i % columns) * cell.width, HEAD + Math.floor(i / columns) * cell.height];
    return [`<g transform="translate(${left} ${top})">`, ...drawPanel(panel, cell), '</g>'];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="${CELL.left}" y="26">${escaped(title)}</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

/** Values to places along a line, and the round values that are named on it. */
interface Scale {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

function scaleOf({ logarithmic }: Axis, values: readonly number[], from: number, to: number): Scale {
  const all = logarithmic ? logarithmicTicks(values) : ticksAround(values, 6);
  const place = logarithmic ? Math.log : (value: number): number => value;
  const [low, high] = [place(all[0] ?? 1), place(all.at(-1) ?? 1)];
  const at = (value: number): number => from + ((to - from) * (place(value) - low)) / (high - low || 1);
  return { ticks: logarithmic ? sparse(all) : all, at };
}

const MOST_TICKS = 6;

/** Of too many ticks those with fewer leading digits, at last some powers of ten; the ends may be without a name then. */
function sparse(ticks: readonly number[]): readonly number[] {
  const beginningWith = (digits: string): readonly number[] =>
    ticks.filter((tick) => digits.includes(tick.toExponential(0).charAt(0)) && Number(tick.toExponential(0)) === tick);
  const powers = beginningWith('1');
  const every = Math.ceil(powers.length / MOST_TICKS);
  const candidates = [ticks, beginningWith('124'), beginningWith('13'), powers];
  return candidates.find(({ length }) => length <= MOST_TICKS) ?? powers.filter((_, i) => i % every === 0);
}

function drawPanel({ title, x, y, curves, legend: place }: LinePanel, { width, height }: typeof WIDE): string[] {
  const [left, right, top, bottom] = [CELL.left, width - CELL.right, CELL.top, height - CELL.bottom];
  const points = curves.flatMap((curve) => curve.points);
  const across = scaleOf(
    x,
    points.map((point) => point.x),
    left,
    right,
  );
  const up = scaleOf(
    y,
    points.map((point) => point.y),
    bottom,
    top,
  );
  return [
    `<text class="panel" x="${left}" y="16">${escaped(title)}</text>`,
    `<text x="${left}" y="${top - 12}">${escaped(y.label)}</text>`,
    `<text class="middle" x="${(left + right) / 2}" y="${height - 8}">${escaped(x.label)}</text>`,
    ...up.ticks.flatMap((tick) => {
      const at = up.at(tick).toFixed(1);
      return [
        `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/>`,
        `<text class="end" x="${left - 8}" y="${at}" dy="0.35em">${tickName(tick)}</text>`,
      ];
    }),
    ...across.ticks.map(
      (tick) => `<text class="middle" x="${across.at(tick).toFixed(1)}" y="${bottom + 20}">${tickName(tick)}</text>`,
    ),
    ...curves.flatMap((curve, i) => drawCurve(curve, i, across, up)),
    ...legend(curves, right, place === 'above' ? top : bottom - 20 * curves.length - 8),
  ];
}

function drawCurve({ points, dashed }: LineCurve, index: number, across: Scale, up: Scale): string[] {
  const places = points.map(({ x, y }) => [across.at(x).toFixed(1), up.at(y).toFixed(1)] as const);
  const line = `<polyline class="curve c${index}${dashed === true ? ' dashed' : ''}" points="${places.map((place) => place.join(',')).join(' ')}"/>`;
  // A dot for each of a few points; of many the line is enough.
  if (dashed === true || points.length > 40) return [line];
  return [line, ...places.map(([cx, cy]) => `<circle class="c${index}" cx="${cx}" cy="${cy}" r="2.5"/>`)];
}

function legend(curves: readonly LineCurve[], right: number, top: number): string[] {
  if (curves.length < 2) return [];
  return curves.flatMap(({ name, dashed }, i) => {
    const y = top + 14 + 20 * i;
    return [
      `<line class="curve c${i}${dashed === true ? ' dashed' : ''}" x1="${right - 30}" x2="${right}" y1="${y}" y2="${y}"/>`,
      `<text class="end" x="${right - 38}" y="${y}" dy="0.35em">${escaped(name)}</text>`,
    ];
  });
}

/** 0.004, 65, 2k, 1.5M, 1G. */
export function tickName(value: number): string {
  const size = Math.abs(value);
  const [unit, name] = (
    [
      [1e12, 'T'],
      [1e9, 'G'],
      [1e6, 'M'],
      [1e3, 'k'],
    ] as const
  ).find(([from]) => size >= from) ?? [1, ''];
  return `${Number((value / unit).toPrecision(6))}${name}`.replace('-', '−');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
