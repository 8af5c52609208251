import { describe, expect, it } from 'vitest';
import {
  choicesOf,
  filterRuns,
  isFiltering,
  NO_FILTER,
  toggled,
  type RunFilter,
} from '../../../src/renderer/screens/history/filter.ts';
import { summary } from './runs.ts';

const RUNS = [
  summary({ id: 1, name: 'First try', tags: ['paper', 'slow'], status: 'failed' }),
  summary({ id: 2, name: 'Second', notes: 'a calmer TRY', tags: ['paper'], preset: 'best' }),
  summary({ id: 3, name: '千字文', corpus: '千字文', corpusId: 2, status: 'interrupted' }),
];
const found = (change: Partial<RunFilter>): number[] =>
  filterRuns(RUNS, { ...NO_FILTER, ...change }).map(({ id }) => id);

describe('filtering runs', () => {
  it('lets all through when nothing is asked', () => {
    expect(filterRuns(RUNS, NO_FILTER)).toBe(RUNS);
    expect(isFiltering({ ...NO_FILTER, words: '  ' })).toBe(false);
  });

  it('looks for every word in name, notes, tags and text, in whatever case', () => {
    expect(found({ words: 'try' })).toEqual([1, 2]);
    expect(found({ words: 'TRY paper calm' })).toEqual([2]);
    expect(found({ words: '字' })).toEqual([3]);
    expect(found({ words: 'shakespeare' })).toEqual([1, 2]);
    expect(found({ words: 'nowhere' })).toEqual([]);
  });

  it('takes any of several states and presets, but all of several tags', () => {
    expect(found({ statuses: ['failed', 'interrupted'] })).toEqual([1, 3]);
    expect(found({ presets: ['best', 'quick'], statuses: ['finished'] })).toEqual([2]);
    expect(found({ tags: ['paper'] })).toEqual([1, 2]);
    expect(found({ tags: ['paper', 'slow'] })).toEqual([1]);
    expect(found({ corpus: 2 })).toEqual([3]);
  });

  it('counts what there is to choose from, states in their order, the rest by how many there are', () => {
    expect(choicesOf(RUNS)).toEqual({
      statuses: [
        { value: 'finished', count: 1 },
        { value: 'interrupted', count: 1 },
        { value: 'failed', count: 1 },
      ],
      presets: [
        { value: 'quick', count: 2 },
        { value: 'best', count: 1 },
      ],
      tags: [
        { value: 'paper', count: 2 },
        { value: 'slow', count: 1 },
      ],
    });
  });

  it('switches a choice on and off', () => {
    expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  });
});
