/** The commands that keep a record: backed up and put back. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../../src/main/headless/open-app.ts';
import { openStore } from '../../../src/main/store/open.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../../store/support.ts';
import { folio, squeeze } from '../run-cli.ts';

let folder: string;
let data: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-keeping-'));
  data = join(folder, 'data');
  const store = openStore(data, { mode: 'write' });
  const run = addRun(store);
  store.recordCheckpoint(epochCheckpoint(run, 1), KEEP_ALL);
  store.setRunStatus(run, 'stopped', 'stopped');
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const real = (...words: string[]): ReturnType<typeof folio> => folio(words, { openApp });

describe('backup and restore', () => {
  it('write a file that can be put back, and say how', async () => {
    const file = join(folder, 'b.db');
    const { code, out } = await real('backup', '--out', file, '--data', data);
    expect(code).toBe(0);
    expect(squeeze(out)).toMatch(
      /^Wrote .*b\.db \(\S+ kB: 1 run, 1 checkpoint\), read again and found whole\. Put it back one day: npx folio restore .*b\.db/,
    );
    const restored = await real('restore', file, '--data', join(folder, 'other'), '--json');
    expect(restored.json()).toMatchObject([{ runs: 1, damage: [], kept: null }]);
    const { json } = await real('runs', '--json', '--data', join(folder, 'other'));
    expect(json()).toMatchObject([[{ id: 1, name: 'run', status: 'stopped' }]]);
  });

  it('work while another process trains', async () => {
    const store = openStore(data, { mode: 'write' });
    const { code, json } = await real('backup', '--out', join(folder, 'b.db'), '--data', data, '--json');
    expect([code, json()]).toMatchObject([0, [{ runs: 1, checkpoints: 1, damage: [], notNoted: null }]]);
    const refused = await real('restore', join(folder, 'b.db'), '--data', data, '--replace');
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/is working with/)]);
    store.close();
  });

  it('refuse to put a backup over a record, and name the way', async () => {
    await real('backup', '--out', join(folder, 'b.db'), '--data', data);
    const { code, err } = await real('restore', join(folder, 'b.db'), '--data', data);
    expect([code, squeeze(err)]).toEqual([1, expect.stringContaining('With --replace it is kept beside')]);
    const { out } = await real('restore', join(folder, 'b.db'), '--data', data, '--replace');
    expect(squeeze(out)).toMatch(/The record that was there is now .*folio-\d{4}-\d\d-\d\dT\S+\.db/);
  });

  it('leave nothing where they fail', async () => {
    const { code, err } = await real('backup', '--out', join(folder, 'nowhere', 'b.db'), '--data', data);
    expect([code, squeeze(err)]).toEqual([1, expect.stringContaining('its folder does not exist')]);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
    expect((await real('backup', '--data', data)).code).toBe(2);
  });
});
