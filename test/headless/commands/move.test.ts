/** `folio move` on a record that Folio finds by itself: what it says, on stderr as well. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { openApp } from '../../../src/main/headless/open-app.ts';
import { openStore } from '../../../src/main/store/open.ts';
import { addRun } from '../../store/support.ts';
import { folio, squeeze } from '../run-cli.ts';

let folder: string;
let home: string;
/** What the program says beside the command: lines of its log. */
let logged: MockInstance<typeof process.stderr.write>;

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

  it('deletes the old record that it named last, and names those that remain', async () => {
    for (const place of ['b', 'c']) await real('move', '--to', join(folder, place));
    const [code, out] = await real('move', '--delete-old');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^Deleted the old record in \S*b; .* freed\. An older one is in \S*folio \(.*--delete-old/),
    ]);
    expect([existsSync(join(folder, 'b', 'folio.db')), existsSync(join(home, 'folio.db'))]).toEqual([false, true]);
    expect((await real('move', '--keep-old'))[1]).toMatch(/^The old record stays in \S*folio; nobody asks for it/);
    expect((await real('move', '--delete-old'))[2]).toMatch(/there is no old record to delete/);
  });

  it("goes to no folder with somebody's files in it, as its help says", async () => {
    const to = join(folder, 'drive');
    mkdirSync(join(to, 'lost+found'), { recursive: true });
    writeFileSync(join(to, 'letter.txt'), '');
    const [code, , err] = await real('move', '--to', to);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/drive holds other files, such as "letter\.txt" .* such as \S*drive\/folio\./),
    ]);
    expect(existsSync(join(to, 'folio.lock'))).toBe(false);
    expect((await real('move', '--help'))[1]).toContain('an empty one, or a new one');
    rmSync(join(to, 'letter.txt'));
    expect((await real('move', '--to', to))[0]).toBe(0);
    expect((await real('move', '--delete-old'))[0]).toBe(0);
    writeFileSync(join(home, 'log.txt'), ''); // of Folio's own usual folder
    expect((await real('move', '--to', home))[0]).toBe(0);
  });
});
