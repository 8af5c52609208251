/** A move that was killed: what it made goes, and nothing that anybody else may have made or worked in. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyRecordAside } from '../../src/main/store/aside.ts';
import { finishBrokenMove } from '../../src/main/services/broken-move.ts';
import { workIn } from '../../src/main/services/old-work.ts';
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
  note(made());
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const note = (moving: Moving): void => writeLocation(home, { folder: home, before: [], moving });

/** With what a move notes of the copy. */
const made = (): Moving => {
  const copy = join(to, 'folio.db');
  return { to, made: [to], device: String(statSync(to).dev), copy: markOf(copy), held: workIn(copy) };
};

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
    expect(readdirSync(to)).toEqual(['folio.lock', 'letter.txt']);
  });

  it.each([
    ['was worked in', 1, workThere],
    ['was opened for writing', 0, () => openStore(to, { mode: 'write' }).close()],
    ['was touched', 0, () => utimesSync(join(to, 'folio.db'), 1, 1)],
    ['has a log beside it', 0, () => writeFileSync(join(to, 'folio.db-wal'), '')],
    [
      'was replaced by a copy of another',
      1,
      () => {
        workThere();
        copyFileSync(join(to, 'folio.db'), join(folder, 'x'));
        renameSync(join(folder, 'x'), join(to, 'folio.db'));
      },
    ],
  ])('stays when it %s, and is offered like any old record', (_, newer, change) => {
    change();
    expect(finishBrokenMove(home)).toMatch(/it stays\. `folio move --delete-old` or Settings deletes it/);
    expect(existsSync(join(to, 'folio.db'))).toBe(true);
    expect(readLocation(home)).toMatchObject({ folder: home, before: [to] });
    expect(readLocation(home)?.moving).toBeUndefined();
    const old = oldRecord(home, home);
    expect(old).toMatchObject({ folder: to, newer, isLeftKnown: true });
    if (newer > 0) {
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
    expect(oldRecord(home, home)).toMatchObject({ folder: to, newer: 2 });
  });

  it('is known to hold nothing newer when the record was only trained further, or was noted in an earlier way', () => {
    store.recordCheckpoint(epochCheckpoint(1, 2), KEEP_ALL);
    const noted = readLocation(home)?.moving;
    finishBrokenMove(home);
    expect(oldRecord(home, home)).toMatchObject({ folder: to, newer: 0, isLeftKnown: true });
    if (noted !== undefined) note({ ...noted, held: ['an earlier mark'] });
    finishBrokenMove(home);
    expect(oldRecord(home, home)).toMatchObject({ folder: to, newer: 1, isLeftKnown: false });
  });

  it('is waited for when a mount point is there without its drive', () => {
    const away = join(folder, 'away');
    note({ ...made(), made: [] });
    renameSync(to, away);
    mkdirSync(to);
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    writeFileSync(join(to, 'folio.lock'), '');
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    rmSync(to, { recursive: true });
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    renameSync(away, to);
    expect(finishBrokenMove(home)).toMatch(/is gone/);
    expect([readdirSync(to), readLocation(home)]).toEqual([['folio.lock'], null]);
  });

  it('is waited for as well before it had a name, and goes when its drive has another number since', () => {
    rmSync(join(to, 'folio.db'));
    note({ to, made: [], device: 'of a drive' });
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    rmSync(to, { recursive: true });
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    note({ to, made: [to], device: 'of a drive' });
    expect([finishBrokenMove(home), readLocation(home)?.moving?.to]).toEqual([null, to]);
    mkdirSync(to);
    writeFileSync(join(to, 'folio.db.abcdef.part'), 'gigabytes');
    expect(finishBrokenMove(home)).toMatch(/is gone/);
    expect(existsSync(to)).toBe(false);
  });

  it('goes when it was noted and had no name yet', () => {
    renameSync(join(to, 'folio.db'), join(to, 'folio.db.abcdef.part'));
    expect(finishBrokenMove(home)).toMatch(/is gone/);
    expect([existsSync(to), readLocation(home)]).toEqual([false, null]);
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
    // After the one that was left last.
    settleOldRecord(home, join(folder, 'third'), 'keep');
    expect(oldRecord(home, join(folder, 'third'))).toMatchObject({ folder: to, newer: 0, isLeftKnown: true });
  });

  it('is not in the notes of an earlier Folio, which are valid', () => {
    writeFileSync(join(home, 'location.json'), JSON.stringify({ version: 1, folder: to, before: [home] }));
    expect(locatedFolder(home)).toBe(to);
    expect(finishBrokenMove(home)).toBeNull();
  });
});
