import { describe, expect, it } from 'vitest';
import { NEWEST_FIRST } from '../../../src/renderer/screens/history/columns.ts';
import { NO_FILTER } from '../../../src/renderer/screens/history/filter.ts';
import { readKept, writeKept, type Kept } from '../../../src/renderer/screens/history/kept.ts';

describe('how the list was looked at', () => {
  it('comes back as it was', () => {
    const kept: Kept = {
      filter: { words: 'gru', statuses: ['finished'], presets: ['quick'], tags: ['a'], corpus: 3 },
      sorting: { column: 'validationLoss', descending: false },
      withArchived: true,
    };
    expect(readKept(writeKept(kept))).toEqual(kept);
    const plain: Kept = { filter: NO_FILTER, sorting: NEWEST_FIRST, withArchived: false };
    expect(readKept(writeKept(plain))).toEqual(plain);
  });

  it('is as in the beginning after anything else', () => {
    for (const text of [null, '', 'no', '3', 'null', '{}', '{"sorting":{"column":"colour"},"filter":{"words":""}}']) {
      expect(readKept(text), String(text)).toBeNull();
    }
  });

  it('leaves out what this version does not know', () => {
    const text = '{"filter":{"words":"","statuses":["lost","failed"],"tags":[1,"a"]},"sorting":{"column":"when"}}';
    expect(readKept(text)?.filter).toEqual({ ...NO_FILTER, statuses: ['failed'], tags: ['a'] });
  });
});
