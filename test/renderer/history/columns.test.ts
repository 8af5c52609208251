import { describe, expect, it } from 'vitest';
import {
  COLUMNS,
  NEWEST_FIRST,
  sortedBy,
  sortRuns,
  type Column,
} from '../../../src/renderer/screens/history/columns.ts';
import type { RunSummary } from '../../../src/shared/domain.ts';
import { summary } from './runs.ts';

const ids = (runs: readonly RunSummary[]): number[] => runs.map(({ id }) => id);
const sorted = (runs: readonly RunSummary[], column: Column, descending = false): number[] =>
  ids(sortRuns(runs, { column, descending }, 'en'));

describe('sorting runs', () => {
  it('puts the newest first to begin with, and turns round at the second click', () => {
    expect(sortedBy('when', NEWEST_FIRST)).toEqual({ column: 'when', descending: false });
    expect(sortedBy('trainLoss', NEWEST_FIRST)).toEqual({ column: 'trainLoss', descending: false });
    expect(sortedBy('size', NEWEST_FIRST)).toEqual({ column: 'size', descending: true });
    expect(sortedBy('size', sortedBy('size', NEWEST_FIRST))).toEqual({ column: 'size', descending: false });
  });

  it('takes numbers in names for numbers and capitals for small letters', () => {
    const runs = [
      summary({ id: 1, name: 'try 10' }),
      summary({ id: 2, name: 'Try 9' }),
      summary({ id: 3, name: 'a try' }),
    ];
    expect(sorted(runs, 'name')).toEqual([3, 2, 1]);
  });

  it('has runs without a value last either way, and NaN as the worst loss', () => {
    const runs = [
      summary({ id: 1, trainLoss: null }),
      summary({ id: 2, trainLoss: 2 }),
      summary({ id: 3, trainLoss: Number.NaN }),
      summary({ id: 4, trainLoss: 1 }),
      summary({ id: 5, trainLoss: null }),
    ];
    expect(sorted(runs, 'trainLoss')).toEqual([4, 2, 3, 5, 1]);
    expect(sorted(runs, 'trainLoss', true)).toEqual([3, 2, 4, 5, 1]);
  });

  it('has the newest first among runs that are alike, in every column and direction', () => {
    const runs = [summary({ id: 1 }), summary({ id: 3 }), summary({ id: 2 })];
    for (const column of COLUMNS) {
      for (const descending of [true, false]) expect(sorted(runs, column, descending), column).toEqual([3, 2, 1]);
    }
  });

  it('orders networks by their work', () => {
    const network = (cell: 'gru' | 'lstm', layers: number, units: number) => ({ network: { cell, layers, units } });
    const runs = [
      summary({ id: 1, ...network('gru', 2, 512) }),
      summary({ id: 2, ...network('lstm', 1, 1024) }),
      summary({ id: 3, network: null }),
      summary({ id: 4, ...network('gru', 1, 64) }),
    ];
    expect(sorted(runs, 'network')).toEqual([4, 1, 2, 3]);
  });

  it('leaves the list that it was given alone', () => {
    const runs = Object.freeze([summary({ id: 1 }), summary({ id: 2 })]);
    expect(ids(sortRuns(runs, NEWEST_FIRST, 'en'))).toEqual([2, 1]);
    expect(ids(runs)).toEqual([1, 2]);
  });
});
