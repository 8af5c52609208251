/** Plain tables: no boxes, a header in bold, and the least important columns left out where the terminal is narrow. */
import { createRequire } from 'node:module';
import type Table from 'cli-table3';
import type { Output } from './output.ts';
import { cells, cut } from './layout.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** 0 is always shown; of the others the highest goes first when there is no room. */
  readonly priority?: number;
  /** May be cut down to so many cells to make room. */
  readonly shrinkTo?: number;
}

const GAP = 2;

/** The table as text, without a final line feed, no wider than `width` if that is possible at all. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  output: Pick<Output, 'style' | 'width'>,
): string {
  const widths = columns.map((column, index) =>
    Math.max(cells(column.title), ...rows.map((row) => cells(row[index] ?? ''))),
  );
  const shown = fit(columns, widths, output.width);

  // Loaded here: a command that prints no table does not pay for it. The package is CommonJS.
  const CliTable = createRequire(import.meta.url)('cli-table3') as typeof Table;
  const view = new CliTable({
    head: shown.map((index) => output.style.bold(cut(columns[index]?.title ?? '', widths[index] ?? 0))),
    colAligns: shown.map((index) => columns[index]?.align ?? 'left'),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  view.push(...rows.map((row) => shown.map((index) => cut(row[index] ?? '', widths[index] ?? 0))));
  return view
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Chooses the columns to show and narrows `widths` in place. Returns their indices in order. */
function fit(columns: readonly Column[], widths: number[], width: number): number[] {
  let shown = columns.map((_, index) => index);
  const priority = (index: number): number => columns[index]?.priority ?? 0;
  const excess = (): number => shown.reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, -GAP) - width;
  const dropAbove = (least: number): void => {
    while (excess() > 0) {
      const last = shown.reduce((worst, index) => (priority(index) > priority(worst) ? index : worst));
      if (priority(last) <= least) return;
      shown = shown.filter((index) => index !== last);
    }
  };
  // What is of use only to some goes first, then what can be cut is cut, then goes what is of use to most.
  dropAbove(1);
  for (const index of shown) {
    const least = columns[index]?.shrinkTo;
    const now = widths[index] ?? 0;
    if (least !== undefined && excess() > 0) widths[index] = Math.max(Math.min(now, least), now - excess());
  }
  dropAbove(0);
  return shown;
}

const NO_LINES = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '',
  bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '',
  right: '', 'right-mid': '', middle: ' '.repeat(GAP),
}; // prettier-ignore
