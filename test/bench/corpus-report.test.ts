import { describe, expect, it } from 'vitest';
import type { CorpusCost } from '../../bench/corpus-cost.ts';
import { corpusTable, isSuperLinear, keepsMemory, memoryInWords } from '../../bench/corpus-report.ts';

/** Corpora of 10^6, 10^7 … characters, whose costs grow as these powers of it. */
function corpora(way: number, step = 0, textBytes = 1e9): CorpusCost[] {
  return [1e6, 1e7, 1e8, 1e9].map((characters) => ({
    characters,
    seconds: (characters / 1e6) ** way,
    ms: 10 * (characters / 1e6) ** step,
    mainBytes: 2e8,
    trainerBytes: 3e8,
    textBytes,
  }));
}

describe('the cost of larger and larger corpora', () => {
  it.each([
    ['a way as long as the text', corpora(1), false],
    ['a way that grows faster', corpora(1.2), true],
    ['steps that grow with the text', corpora(1, 0.2), true],
    ['steps that hardly do', corpora(0.9, 0.05), false],
  ])('%s', (_what, costs, expected) => {
    expect(isSuperLinear(costs)).toBe(expected);
    expect(corpusTable(costs)).toContain('the way to the first step grows as work^');
  });

  it('keeps its memory below what was promised for the largest', () => {
    expect(keepsMemory([])).toBe(true);
    expect(keepsMemory(corpora(1))).toBe(true);
    expect(memoryInWords(corpora(1))).toMatch(/: kept$/);
    const large = corpora(1, 0, 1.5e9);
    expect(keepsMemory(large)).toBe(false);
    expect(memoryInWords(large)).toMatch(/: NOT KEPT$/);
    // Nothing is promised for less than a gigabyte.
    expect(keepsMemory(large.slice(0, -1))).toBe(true);
    expect(memoryInWords(large.slice(0, -1))).toMatch(/promised is less than 1500 MB for \S+$/);
  });
});
