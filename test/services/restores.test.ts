/** A backup put in the place of the record by the running program, over the whole of it. */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, type FolioApp } from '../../src/main/app.ts';
import { readLocation, writeLocation } from '../../src/main/services/location.ts';
import { RecordOwner } from '../../src/main/services/replacing.ts';
import { createRestoreService } from '../../src/main/services/restores.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { StartTrainer } from '../../src/main/services/types.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

let folder: string;
let data: string;
let backup: string;
let app: FolioApp;
const nothing = (): void => undefined;
const noTrainer: StartTrainer = () => {
  throw new Error('nothing is computed here');
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-restores-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
  vi.stubEnv('FOLIO_DATA', '');
  data = join(folder, 'folio');
  backup = join(folder, 'backup.db');
  app = open();
  store().recordCheckpoint(epochCheckpoint(addRun(store(), 'of then'), 1), KEEP_ALL);
  await app.keeping.backups.backUp(backup, nothing);
  addRun(store(), 'of now');
});
afterEach(() => {
  app.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function open(): FolioApp {
  return createApp({ dataDir: data, startTrainer: noTrainer, mode: 'write', log: (line) => expect.unreachable(line) });
}
const store = (): FolioApp['store'] => app.store;
const restores = (): FolioApp['keeping']['restores'] => app.keeping.restores;
const names = (): string[] =>
  store()
    .listRuns()
    .map(({ name }) => name)
    .toSorted();

describe('a backup that is looked at', () => {
  it('is told with what it would take the place of, and nothing changes', async () => {
    const phases = new Set<string>();
    const found = await restores().examine(backup, ({ phase }) => phases.add(phase));
    expect(found).toMatchObject({ runs: 1, damage: 0, now: { runs: 2, folder: data }, lost: null });
    expect(found.last).toBeGreaterThan(Date.now() - 60_000);
    expect([...phases]).toEqual(['check']);
    expect([names(), readdirSync(data).filter((name) => name.includes('.part'))]).toEqual([['of now', 'of then'], []]);
  });

  it('counts no run that was deleted', async () => {
    store().setRunStatus(1, 'finished', '');
    app.runs.trash([1]);
    const later = join(folder, 'later.db');
    await app.keeping.backups.backUp(later, nothing);
    expect(await restores().examine(later, nothing)).toMatchObject({ runs: 1, now: { runs: 1 } });
  });

  it.each([
    ['no database', () => writeFileSync(backup, 'a letter to somebody'), { code: 'damaged' }],
    ['not there', () => rmSync(backup), { code: 'not-found' }],
    ['the record itself', () => (backup = join(data, 'folio.db')), { code: 'file' }],
  ])('is refused when it is %s', async (_, change, error) => {
    change();
    await expect(restores().examine(backup, nothing)).rejects.toMatchObject(error);
    expect(names()).toEqual(['of now', 'of then']);
  });
});

describe('a backup that takes the place of the record', () => {
  it('is there at the next start, and the record of before beside it, whole', async () => {
    const result = await restores().restore(backup, nothing);
    expect(result).toMatchObject({ isRestored: true, runs: 1, damage: 0, problem: null });
    expect(() => store().listRuns()).toThrow('has been closed');
    app.close(); // as the program does that ends
    app = open();
    expect([names(), store().check()]).toEqual([['of then'], []]);
    const kept = (result.isRestored && result.kept) || '';
    const before = join(folder, 'before');
    expect(existsSync(kept)).toBe(true);
    app.close();
    renameSync(kept, join(folder, 'kept.db'));
    const aside = await import('../../src/main/services/restore.ts');
    await aside.restoreRecord(join(folder, 'kept.db'), before, { replace: false });
    const old = openStore(before, { mode: 'read' });
    expect([old.listRuns().length, old.check()]).toEqual([2, []]);
    old.close();
  });

  it('lets nothing be written meanwhile, and leaves all as it was when it is cancelled or fails', async () => {
    const controller = new AbortController();
    const restoring = restores().restore(backup, () => controller.abort(), controller.signal);
    await Promise.resolve();
    expect(() => addRun(store(), 'late')).toThrow('a backup is being put in its place');
    await expect(restoring).rejects.toMatchObject({ code: 'cancelled' });
    writeFileSync(backup, 'a letter to somebody');
    await expect(restores().restore(backup, nothing)).rejects.toMatchObject({ code: 'damaged' });
    addRun(store(), 'afterwards');
    expect(names()).toEqual(['afterwards', 'of now', 'of then']);
    expect(readdirSync(data).filter((name) => /part|folio-\d/.test(name))).toEqual([]);
  });

  it('says so when the record had to be let go of and is as it was', async () => {
    // Another process that only reads: it cannot be seen while this one has the record open.
    const other = openStore(data, { mode: 'read' });
    other.listRuns();
    const result = await restores().restore(backup, nothing);
    expect(result).toMatchObject({
      isRestored: false,
      problem: { code: 'locked', message: `another Folio reads the record in ${data}` },
    });
    other.close();
    app.close();
    app = open();
    expect([names(), readdirSync(data).filter((name) => /part|folio-\d/.test(name))]).toEqual([
      ['of now', 'of then'],
      [],
    ]);
  });

  it('is refused while a network is trained, and by who only reads', () => {
    const surroundings = { dataDir: data, defaultFolder: null, letGo: () => expect.unreachable() };
    const refusal = (readOnly: boolean, run: number | null): unknown => {
      const asked = { listRuns: () => [], writable: () => null, readOnly };
      const owner = new RecordOwner({ freeze: nothing });
      return createRestoreService({ ...surroundings, owner, store: asked, training: () => run }).refusal();
    };
    expect(refusal(false, 7)).toMatchObject({
      code: 'busy',
      message: 'run 7 is being trained',
      hint: 'Stop it first.',
    });
    expect(refusal(true, null)).toMatchObject({ code: 'read-only' });
    expect([refusal(false, null), restores().refusal()]).toEqual([null, null]);
  });

  it.skipIf(process.platform !== 'linux')(
    'has the default folder count again when the record was moved and is lost',
    async () => {
      const lost = join(folder, 'drive');
      writeLocation(data, { folder: lost, before: [] });
      expect(await restores().examine(backup, nothing)).toMatchObject({ lost });
      expect(await restores().restore(backup, nothing)).toMatchObject({ isRestored: true, problem: null });
      expect(readLocation(data)).toMatchObject({ folder: data, before: [lost] });
    },
  );
});
