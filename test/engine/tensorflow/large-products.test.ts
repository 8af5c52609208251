import { describe, expect, it } from 'vitest';
import { isLarge } from '../../../src/main/engine/tensorflow/large-products.ts';

/** [m, k] x [k, n], the factors turned as the bits say. */
const chosen = (m: number, k: number, n: number, level: number, low: boolean, turned = 0, threads = 2) =>
  isLarge(
    { level, threads },
    { shape: turned & 1 ? [k, m] : [m, k] },
    { shape: turned & 2 ? [n, k] : [k, n] },
    turned,
    low,
  );

describe('a product is left to TensorFlow', () => {
  it('where the processor has nothing better', () => {
    for (const level of [0, 1, 2]) {
      for (const low of [false, true]) expect(chosen(4096, 4096, 4096, level, low)).toBe(false);
    }
    expect(chosen(4096, 4096, 4096, 3, false), 'float32 in vectors').toBe(false);
  });

  it('where packing would not pay', () => {
    expect(chosen(1024, 1024, 1023, 4, false)).toBe(false);
    expect(chosen(512, 256, 511, 4, true)).toBe(false);
    expect(chosen(512, 256, 511, 3, true)).toBe(false);
  });

  it.each([
    [65, 1024, 6400],
    [1024, 65, 6400],
    [1024, 6400, 65],
  ])('in vectors where a side is short: %i x %i x %i', (m, k, n) => {
    for (const turned of [0, 1, 2, 3]) {
      expect(chosen(m, k, n, 3, true, turned)).toBe(false);
      expect(chosen(m, k, n, 4, true, turned), 'in tiles').toBe(true);
    }
  });

  it('in vectors where it has more threads than a team', () => {
    expect(chosen(1024, 1024, 1024, 3, true, 0, 16)).toBe(true);
    expect(chosen(1024, 1024, 1024, 3, true, 0, 17)).toBe(false);
    expect(chosen(1024, 1024, 1024, 4, true, 0, 17), 'in tiles').toBe(true);
  });
});

it.each([0, 1, 2, 3])('large ones are taken, whichever way round they are (%i)', (turned) => {
  expect(chosen(1024, 1024, 1024, 4, false, turned)).toBe(true);
  expect(chosen(512, 256, 512, 4, true, turned)).toBe(true);
  expect(chosen(512, 256, 512, 3, true, turned)).toBe(true);
});
