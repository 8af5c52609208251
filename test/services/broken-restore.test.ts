/** A restore whose process was killed is told at the next opening, and stands in nobody's way. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackupService } from '../../src/main/services/backup.ts';
import { openRecord } from '../../src/main/services/opened-record.ts';
import { restoreRecord } from '../../src/main/services/restore.ts';
import { openStore } from '../../src/main/store/open.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';
import { killedRestore } from './killed-copy.ts';

let folder: string;
let data: string;
let backup: string;
let fresh: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-broken-restore-'));
  [data, backup, fresh] = [join(folder, 'data'), join(folder, 'backup.db'), join(folder, 'fresh')];
  const store = openStore(data, { mode: 'write' });
  store.recordCheckpoint(epochCheckpoint(addRun(store, 'first'), 1), KEEP_ALL);
  await createBackupService(() => store.path).backUp(backup, () => undefined);
  addRun(store, 'second');
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What is told when a folder is opened as a command does that only looks, and the names of its runs. */
function look(dataDir: string): readonly [told: string[], runs: string[]] {
  const told: string[] = [];
  const { store } = openRecord({ dataDir, mode: 'auto', defaultFolder: null, log: (line) => told.push(line) });
  const runs = store.get().listRuns();
  store.get().close();
  return [told, runs.map(({ name }) => name).sort()];
}

describe('a restore that was killed', () => {
  it('into a new folder is told once, leaves nothing, and can be done again without a word', async () => {
    killedRestore(folder, backup, fresh, false);
    expect(readdirSync(fresh).filter((name) => name.endsWith('.part'))).toHaveLength(1);
    expect(look(fresh)).toEqual([
      [
        `putting back ${backup} had been broken off; what it left is gone, and the record is empty: restore the file again`,
      ],
      [],
    ]);
    expect(readdirSync(fresh).sort()).toEqual(['folio.db', 'folio.lock']);
    expect(look(fresh)).toEqual([[], []]);
    expect(await restoreRecord(backup, fresh, { replace: false })).toMatchObject({ runs: 1, kept: null });
    expect(look(fresh)).toEqual([[], ['first']]);
    expect(readdirSync(fresh).sort()).toEqual(['folio.db', 'folio.lock']);
  });

  it('over a record is told, and that the record is as it was', () => {
    killedRestore(folder, backup, data, true);
    expect(look(data)).toEqual([
      [`putting back ${backup} had been broken off; what it left is gone, and the record is as it was before`],
      ['first', 'second'],
    ]);
    expect(look(data)).toEqual([[], ['first', 'second']]);
  });

  it('is not told of one that came to its end, or failed', async () => {
    await restoreRecord(backup, data, { replace: true });
    expect(look(data)).toEqual([[], ['first']]);
    writeFileSync(join(folder, 'bad.db'), 'nothing');
    await expect(restoreRecord(join(folder, 'bad.db'), data, { replace: true })).rejects.toThrow('is not a backup');
    // Killed after the copy had got its name, and before the note was taken away.
    writeFileSync(join(data, 'folio.restoring'), JSON.stringify({ from: backup }));
    expect(look(data)).toEqual([[], ['first']]);
    expect(existsSync(join(data, 'folio.restoring'))).toBe(false);
    mkdirSync(join(data, 'folio.restoring')); // nothing to be made of it
    expect(look(data)).toEqual([[], ['first']]);
  });
});

describe('a restore without --replace', () => {
  it.each([
    ['a run', (store: ReturnType<typeof openStore>) => void addRun(store, 'mine')],
    ['a setting', (store: ReturnType<typeof openStore>) => store.setSetting('language', 'zh')],
  ])('is refused where the record holds %s', async (_, work) => {
    const store = openStore(fresh, { mode: 'write' });
    work(store);
    store.close();
    await expect(restoreRecord(backup, fresh, { replace: false })).rejects.toThrow('holds a record already');
  });
});
