import { describe, expect, it } from 'vitest';
import { checkAskedLevel, processorAt } from '../../../src/main/engine/tensorflow/levels.ts';

describe('FOLIO_NATIVE_LEVEL', () => {
  it.each([undefined, '', '0', '2', '4'])('%j is taken', (asked) => {
    expect(() => checkAskedLevel({ FOLIO_NATIVE_LEVEL: asked })).not.toThrow();
  });

  it.each([' ', '5', '-1', '\n', '10', '2x', 'avx2'])('"%s" is refused, with what it takes', (asked) => {
    expect(() => checkAskedLevel({ FOLIO_NATIVE_LEVEL: asked })).toThrow(`FOLIO_NATIVE_LEVEL is "${asked}".`);
  });
});

it('a processor is named by what is computed with', () => {
  expect([0, 1, 2, 3, 4].map(processorAt)).toEqual([
    'CPU',
    'CPU with AVX2',
    'CPU with AVX-512',
    'CPU with AVX-512 and bfloat16',
    'CPU with AMX',
  ]);
});
