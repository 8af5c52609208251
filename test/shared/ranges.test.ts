import { expect, it } from 'vitest';
import { ranges } from '../../src/shared/ranges.ts';

it('of numbers are told from the first to the last', () => {
  expect(ranges([7, 1, 3, 2])).toBe('1-3, 7');
  expect(ranges([4, 4, 6])).toBe('4, 6');
  expect(ranges([])).toBe('');
});
