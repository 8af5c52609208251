import { describe, expect, it } from 'vitest';
import { commandOf } from '../../../src/renderer/screens/history/keys.ts';
import { between, changedAtFront, pruned, toggle } from '../../../src/renderer/screens/history/selection.ts';

describe('a selection', () => {
  it('gains and loses a run without changing the old set', () => {
    const before = new Set([1]);
    expect([...toggle(before, 2)]).toEqual([1, 2]);
    expect([...toggle(before, 1)]).toEqual([]);
    expect([...before]).toEqual([1]);
  });

  it('reaches from one run to another, up or down', () => {
    expect(between([5, 4, 3, 2], 4, 2)).toEqual([4, 3, 2]);
    expect(between([5, 4, 3, 2], 3, 5)).toEqual([5, 4, 3]);
    expect(between([5, 4], 9, 4)).toEqual([4]);
    expect(between([5, 4], null, 5)).toEqual([5]);
    expect(between([5, 4], 5, 9)).toEqual([]);
  });

  it('loses what is gone, and stays the same set when nothing is', () => {
    const selection = new Set([1, 2]);
    expect([...pruned(selection, (id) => id === 2)]).toEqual([2]);
    expect(pruned(selection, () => true)).toBe(selection);
  });
});

describe('a list that changes', () => {
  it('is known to have changed at its front only', () => {
    expect(changedAtFront([3, 2, 1], [4, 3, 2, 1])).toBe(true);
    expect(changedAtFront([4, 3, 2, 1], [2, 1])).toBe(true);
    expect(changedAtFront([3, 2, 1], [3, 1])).toBe(false);
    expect(changedAtFront([3, 2, 1], [3, 2, 1])).toBe(false);
    expect(changedAtFront([3, 2, 1], [1, 2, 3])).toBe(false);
    expect(changedAtFront([], [1])).toBe(false);
    expect(changedAtFront([1], [])).toBe(false);
  });
});

describe('keys', () => {
  const press = (key: string, held: { shiftKey?: boolean; ctrlKey?: boolean; altKey?: boolean } = {}) =>
    commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held }, 12);

  it('move, extend, and do things', () => {
    expect(press('ArrowDown')).toEqual({ kind: 'move', by: 1, extend: false });
    expect(press('ArrowUp', { shiftKey: true })).toEqual({ kind: 'move', by: -1, extend: true });
    expect(press('PageDown')).toEqual({ kind: 'move', by: 11, extend: false });
    expect(press('a', { ctrlKey: true })).toEqual({ kind: 'all' });
    expect(press('Delete')).toEqual({ kind: 'delete' });
    expect(press('F2')).toEqual({ kind: 'rename' });
    expect(press('Enter')).toEqual({ kind: 'open' });
    expect(press('F10', { shiftKey: true })).toEqual({ kind: 'menu' });
  });

  it('are left to others where the list has no use for them', () => {
    for (const [key, held] of [
      ['a', {}],
      ['F10', {}],
      ['Tab', {}],
      ['c', { ctrlKey: true }],
      ['Delete', { ctrlKey: true }],
      ['ArrowDown', { altKey: true }],
    ] as const) {
      expect(press(key, held), key).toBeNull();
    }
  });
});
