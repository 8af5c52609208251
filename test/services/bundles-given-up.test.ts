/** Exports and imports that end before they are through: by a person, by the end of the program, by a full disk. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createTrashService } from '../../src/main/services/trash.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import type { CopyProgress } from '../../src/shared/keeping.ts';
import { sample } from '../store/support.ts';
import { addRun, ALL, bundles, file, folder, here, nothing, open, there, useRecords } from './bundles-harness.ts';

useRecords();

describe('given up', () => {
  it.each([0, 1, 2, 4, 6])('while it is read (after %i pieces): nothing is left', async (pieces) => {
    await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
    const controller = new AbortController();
    let heard = 0;
    const progress = (): void => {
      if (++heard >= pieces) controller.abort();
    };
    if (pieces === 0) controller.abort();
    await expect(bundles(there).importRun(file(), { progress, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect([there.listRuns(), there.corpora()]).toEqual([[], []]);
    await createTrashService(there).empty(0);
    expect([there.anyToPurge(), there.check()]).toEqual([false, []]);
  });

  it.each(['copy', 'check'])('in the phase “%s”: what had the name stays, and nothing lies beside it', async (when) => {
    const run = addRun(here);
    writeFileSync(file(), 'before');
    const controller = new AbortController();
    const giveUp = ({ phase }: CopyProgress): void => void (phase === when && controller.abort());
    const made = bundles(here).exportRun(run, file(), ALL, giveUp, controller.signal);
    await expect(made).rejects.toMatchObject({ code: 'cancelled' });
    expect([readFileSync(file(), 'utf8'), readdirSync(folder).sort()]).toEqual([
      'before',
      ['here', 'run.folio', 'there'],
    ]);
  });

  it('by the end of the program: the next start frees what is left', async () => {
    await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
    let pieces = 0;
    const dying: Store = Object.assign(Object.create(there) as Store, {
      importPiece: (...args: Parameters<Store['importPiece']>) => {
        if (++pieces > 3) throw new Error('the power went');
        return there.importPiece(...args);
      },
      writable: () => null,
      findCorpus: () => null,
      listRuns: () => [],
      path: there.path,
    });
    await expect(bundles(dying).importRun(file())).rejects.toThrow('the power went');
    expect([there.listRuns(), there.trashed(), there.anyToPurge()]).toEqual([[], [], false]);
    there.close();
    const again = open('there');
    expect([again.listRuns(), again.corpora(), again.anyToPurge()]).toEqual([[], [], true]);
    await createTrashService(again).empty(0);
    expect([again.anyToPurge(), again.check()]).toEqual([false, []]);
  });

  it('by the disk: where there is no room nothing is left, and that is said', async () => {
    const run = addRun(here, 3);
    here.addSamples([{ ...sample(run, 3), text: 'x'.repeat(300_000) }]);
    await expect(bundles(here).exportRun(run, file(), { ...ALL, maxPages: 12 }, nothing)).rejects.toMatchObject({
      code: 'file',
    });
    expect(readdirSync(folder).sort()).toEqual(['here', 'there']);
    await bundles(here).exportRun(run, file(), ALL, nothing);
    openStore(join(folder, 'full'), { mode: 'write' }).close();
    const empty = new Database(join(folder, 'full', 'folio.db'));
    const pages = empty.pragma('page_count', { simple: true }) as number;
    empty.close();
    const full = open('full', { maxPages: pages + 3 });
    await expect(bundles(full).importRun(file())).rejects.toMatchObject({
      code: 'file',
      message: expect.stringContaining('there is no room left') as string,
    });
    expect([full.listRuns(), full.corpora()]).toEqual([[], []]);
  });
});
