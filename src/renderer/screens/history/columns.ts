/** The columns of the list of runs: what each is sorted by, and which way first. */
import type { RunSummary } from '../../../shared/domain.ts';

export const COLUMNS = [
  'name',
  'preset',
  'text',
  'network',
  'status',
  'when',
  'epochs',
  'best',
  'trainLoss',
  'validationLoss',
  'time',
  'size',
] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sorting {
  readonly column: Column;
  readonly descending: boolean;
}

/** The newest first. */
export const NEWEST_FIRST: Sorting = { column: 'when', descending: true };

/** What a column is first sorted by: words and losses from the small end, times and sizes from the large one. */
const LARGEST_FIRST: ReadonlySet<Column> = new Set(['network', 'when', 'epochs', 'best', 'time', 'size']);

/** The sorting after a click on a column's head. */
export function sortedBy(column: Column, now: Sorting): Sorting {
  if (now.column === column) return { column, descending: !now.descending };
  return { column, descending: LARGEST_FIRST.has(column) };
}

/** What sorts a run in this column; null where it has nothing there, which comes last either way. */
function keyOf(column: Column): (run: RunSummary) => string | number | null {
  switch (column) {
    case 'name':
      return (run) => run.name;
    case 'preset':
      return (run) => run.preset;
    case 'text':
      return (run) => (run.corpus === '' ? null : run.corpus);
    case 'network':
      // By what it costs to compute: the square of its width, times its depth.
      return ({ network }) => (network === null ? null : network.units ** 2 * network.layers);
    case 'status':
      return (run) => run.status;
    case 'when':
      return (run) => run.createdAt;
    case 'epochs':
      return (run) => (run.step === 0 ? null : run.completeEpochs);
    case 'best':
      return (run) => run.bestEpoch;
    case 'trainLoss':
      return (run) => run.trainLoss;
    case 'validationLoss':
      return (run) => run.validationLoss;
    case 'time':
      return (run) => run.activeSeconds;
    case 'size':
      return (run) => run.storedBytes;
  }
}

/** A sorted copy. Runs that are alike in the column stand with the newest first. */
export function sortRuns(
  runs: readonly RunSummary[],
  { column, descending }: Sorting,
  locale: string,
): readonly RunSummary[] {
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  const key = keyOf(column);
  const sign = descending ? -1 : 1;
  return runs
    .map((run) => ({ run, key: key(run) }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) {
        return Number(a.key === null) - Number(b.key === null) || b.run.id - a.run.id;
      }
      const order =
        typeof a.key === 'string' || typeof b.key === 'string'
          ? compare(String(a.key), String(b.key))
          : compareNumbers(a.key, b.key);
      return sign * order || b.run.id - a.run.id;
    })
    .map(({ run }) => run);
}

/** A loss that is no number is worse than any. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}
