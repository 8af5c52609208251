import { expect, it } from 'vitest';
import { counted } from '../../bench/counted.ts';

it('one is one, all others are several', () => {
  expect([0, 1, 2].map((count) => counted(count, 'round'))).toEqual(['0 rounds', '1 round', '2 rounds']);
});
