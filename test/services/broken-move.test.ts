/** A move that was killed: what it made goes, and nothing that anybody else may have made or worked in. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyRecordAside } from '../../src/main/store/aside.ts';
import { finishBrokenMove } from '../../src/main/services/broken-move.ts';
import { markOf } from '../../src/main/services/copy-mark.ts';
import { locatedFolder, readLocation, writeLocation, type Moving } from '../../src/main/services/location.ts';
import { moveRecord } from '../../src/main/services/move.ts';
import { oldRecord, settleOldRecord } from '../../src/main/services/old-record.ts';
import { takeWriterLock } from '../../src/main/store/lock.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

let folder: string;
let home: string;
let to: string;
let store: Store;

/** As a move leaves it that is killed between naming the copy and pointing to it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-broken-'));
  home = join(folder, 'home');
  to = join(folder, 'drive', 'place');
  store = openStore(home, { mode: 'write' });
  const run = addRun(store);
  store.recordCheckpoint(epochCheckpoint(run, 1), KEEP_ALL);
  mkdirSync(to, { recursive: true });
  await copyRecordAside({ from: join(home, 'folio.db'), to: join(to, 'folio.db') });
  note({ to, made: [to], copy: markOf(join(to, 'folio.db')) });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const note = (moving: Moving): void => writeLocation(home, { folder: home, before: [], moving });

function workThere(): void {
  const other = openStore(to, { mode: 'write' });
  addRun(other, 'mine');
  other.close();
}

describe('what a move left that was killed', () => {
  it('goes, with the folder that it made, and once only', () => {
    expect(locatedFolder(home)).toBe(home);
    expect(finishBrokenMove(home)).toBe(
      `a move to ${to} had been broken off; what it left there is gone, and the record is where it was, in ${home}`,
    );
    expect([existsSync(to), existsSync(join(folder, 'drive')), readLocation(home)]).toEqual([false, true, null]);
    expect(finishBrokenMove(home)).toBeNull();
  });

  it('goes, and what else lies in the folder stays', () => {
    writeFileSync(join(to, 'letter.txt'), 'mine');
    writeFileSync(join(to, 'folio.db.abcdef.part'), 'half');
    writeFileSync(join(to, 'folio.owner'), 'of the dead');
    finishBrokenMove(home);
    expect(readdirSync(to)).toEqual(['letter.txt']);
  });

  it.each([
    ['was worked in', workThere],
    ['was opened for writing', () => openStore(to, { mode: 'write' }).close()],
    ['was touched', () => utimesSync(join(to, 'folio.db'), 1, 1)],
    ['has a log beside it', () => writeFileSync(join(to, 'folio.db-wal'), '')],
    [
      'was replaced by a copy of another',
      () => {
        workThere();
        copyFileSync(join(to, 'folio.db'), join(folder, 'x'));
        renameSync(join(folder, 'x'), join(to, 'folio.db'));
      },
    ],
  ])('stays when it %s, and is offered like any old record', (_, change) => {
    change();
    expect(finishBrokenMove(home)).toMatch(/it stays\. `folio move --delete-old` or Settings deletes it/);
    expect(existsSync(join(to, 'folio.db'))).toBe(true);
    expect(readLocation(home)).toMatchObject({ folder: home, before: [to] });
    expect(readLocation(home)?.moving).toBeUndefined();
    const old = oldRecord(home, home);
    expect(old).toMatchObject({ folder: to, isLeftKnown: true });
    if (old !== null && old.newer > 0) {
      expect(() => settleOldRecord(home, home, 'delete')).toThrow(`holds work since the move (runs and texts: `);
      settleOldRecord(home, home, 'keep');
      expect(existsSync(join(to, 'folio.db'))).toBe(true);
    } else {
      settleOldRecord(home, home, 'delete');
      expect(existsSync(join(to, 'folio.db'))).toBe(false);
    }
    expect([oldRecord(home, home), readLocation(home)]).toEqual([null, null]);
  });

  it('stays when it holds a run that the record has no more', () => {
    store.close();
    for (const end of ['', '-wal', '-shm']) rmSync(join(home, `folio.db${end}`), { force: true });
    store = openStore(home, { mode: 'write' });
    expect(finishBrokenMove(home)).toMatch(/holds more than the record in/);
    expect(oldRecord(home, home)).toMatchObject({ folder: to });
  });

  it('waits while another Folio works there, and while its drive is not connected', () => {
    const lock = takeWriterLock(to, 0);
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    if (lock.held) lock.lock.release();
    renameSync(join(folder, 'drive'), join(folder, 'away'));
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    renameSync(join(folder, 'away'), join(folder, 'drive'));
    expect(finishBrokenMove(home)).toMatch(/is gone/);
    expect(existsSync(to)).toBe(false);
  });

  it('is not looked for where nothing was made, and is on a drive that may come back', () => {
    rmSync(join(folder, 'drive'), { recursive: true });
    const deep = join(folder, 'drive');
    note({ to, made: [to, deep] });
    expect(finishBrokenMove(home)).toMatch(/is gone/);
    note({ to, made: [to] });
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
  });

  it('is never a record that was there before a copy had a name', () => {
    workThere();
    note({ to, made: [] });
    finishBrokenMove(home);
    expect([existsSync(join(to, 'folio.db')), readLocation(home)]).toEqual([true, null]);
  });

  it('on a drive that is away is offered when another move has begun meanwhile', async () => {
    renameSync(join(folder, 'drive'), join(folder, 'away'));
    await moveRecord(home, join(folder, 'third'), { defaultFolder: home });
    renameSync(join(folder, 'away'), join(folder, 'drive'));
    expect(readLocation(home)).toMatchObject({ folder: join(folder, 'third'), before: [to, home] });
    expect(oldRecord(home, join(folder, 'third'))).toMatchObject({ folder: to, newer: 0, isLeftKnown: true });
  });

  it('is not in the notes of an earlier Folio, which are valid', () => {
    writeFileSync(join(home, 'location.json'), JSON.stringify({ version: 1, folder: to, before: [home] }));
    expect(locatedFolder(home)).toBe(to);
    expect(finishBrokenMove(home)).toBeNull();
  });
});
