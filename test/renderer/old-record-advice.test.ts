import { expect, it } from 'vitest';
import { keeping as english } from '../../src/renderer/words/en/keeping.ts';
import { keeping as chinese } from '../../src/renderer/words/zh/keeping.ts';

it.each([
  ['English', english],
  ['Chinese', chinese],
])('what is to be deleted by hand is named file by file in %s: its folder says where the record lies', (_, words) => {
  for (const text of [words.oldRecordNewer('/old', 1, 'a'), words.oldRecordUnknown('/old', 1, 'a')]) {
    expect(text.match(/folio\.db(-\w+)?/g)).toEqual(['folio.db', 'folio.db-wal', 'folio.db-shm']);
    expect(text).not.toMatch(/delete (the|that) folder|删除该文件夹/);
  }
});
