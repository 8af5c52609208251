/** `folio move` on a record that Folio finds by itself: what it says, on stderr as well. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openApp } from '../../../src/main/headless/open-app.ts';
import { openStore } from '../../../src/main/store/open.ts';
import { addRun } from '../../store/support.ts';
import { folio, squeeze } from '../run-cli.ts';

let folder: string;
let home: string;
/** What the program says beside the command: lines of its log. */
let logged: ReturnType<typeof vi.spyOn<typeof process.stderr, 'write'>>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-move-command-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
  vi.stubEnv('FOLIO_DATA', '');
  home = join(folder, 'folio'); // as env-paths has it on Linux
  const store = openStore(home, { mode: 'write' });
  addRun(store);
  store.close();
  logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  logged.mockRestore();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const real = async (...words: string[]): Promise<readonly [code: number, out: string, err: string]> => {
  const { code, out, err } = await folio(words, { openApp });
  return [code, squeeze(out), squeeze(err)];
};

// XDG_DATA_HOME is Linux's: elsewhere the tests would move the person's own record.
describe.skipIf(process.platform !== 'linux')('folio move', () => {
  it('says nothing but what it does, also where it is refused', async () => {
    expect((await real('move', '--to', join(folder, 'b')))[0]).toBe(0);
    const refused = await real('move', '--to', join(folder, 'b'));
    expect([refused[0], refused[2]]).toEqual([1, expect.stringMatching(/^error: the record is in .*b already/)]);
    expect(logged.mock.calls).toEqual([]);
  });
});
