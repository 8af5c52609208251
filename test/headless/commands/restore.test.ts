/** `folio restore`, and folders that cannot be had: what is said, and the way out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../../src/main/headless/open-app.ts';
import { createBackupService } from '../../../src/main/services/backup.ts';
import { openStore } from '../../../src/main/store/open.ts';
import { addRun, bytes, epochCheckpoint, KEEP_ALL } from '../../store/support.ts';
import { folio, squeeze } from '../run-cli.ts';

let folder: string;
let backup: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-restore-command-'));
  backup = join(folder, 'b.db');
  const store = openStore(join(folder, 'data'), { mode: 'write' });
  store.recordCheckpoint(epochCheckpoint(addRun(store), 1, { weights: bytes(500_000, 1) }), KEEP_ALL);
  await createBackupService(() => store.path).backUp(backup, () => undefined);
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = async (...words: string[]): Promise<readonly [code: number, err: string]> => {
  const { code, err } = await folio(words, { openApp });
  return [code, squeeze(err)];
};

describe('folio restore', () => {
  it('says of a file of which a part is missing what can be done about that file', async () => {
    writeFileSync(backup, readFileSync(backup).subarray(0, 300_000));
    const [code, err] = await refused('restore', backup, '--data', join(folder, 'new'));
    expect(code).toBe(1);
    expect(err).toMatch(/b\.db is damaged, or not all of it is there, .* Copy it once more from where it came from/);
    expect(err).not.toMatch(/doctor|backups/);
  });

  it('says what a folder is', async () => {
    expect(await refused('restore', folder, '--data', join(folder, 'new'))).toEqual([
      1,
      expect.stringMatching(/is a folder Choose a file that `npx folio backup/),
    ]);
  });

  it('goes into no file', async () => {
    const [code, err] = await refused('restore', backup, '--data', backup);
    expect([code, err]).toEqual([2, expect.stringMatching(/b\.db is a file, not a folder Name a folder/)]);
  });
});

describe.skipIf(process.platform !== 'linux')('a folder that cannot be made', () => {
  it.each([['runs'], ['restore', 'FILE']])('is told in words: %j', async (...words) => {
    const command = words.map((word) => (word === 'FILE' ? backup : word));
    expect(await refused(...command, '--data', '/proc/nope')).toEqual([
      1,
      expect.stringMatching(
        /^error: the folder \/proc\/nope cannot be made: its file system takes no new folders Choose another folder/,
      ),
    ]);
  });
});
