/** Old records of which it is not known what they held, and the default folder worked in meanwhile. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/main/app.ts';
import { leaveLostPlace, lostPlace, mendPlaces } from '../../src/main/services/default-place.ts';
import { locatedFolder, readLocation, writeLocation } from '../../src/main/services/location.ts';
import { moveRecord } from '../../src/main/services/move.ts';
import { oldRecord, settleOldRecord } from '../../src/main/services/old-record.ts';
import { openStore } from '../../src/main/store/open.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

let folder: string;
let home: string;
let to: string;
let away: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-old-'));
  [home, to, away] = [join(folder, 'home'), join(folder, 'drive'), join(folder, 'away')];
  work(home, 'first');
  await moveRecord(home, to, { defaultFolder: home });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function work(dataDir: string, name: string): void {
  const store = openStore(dataDir, { mode: 'write' });
  mendPlaces({ home, dataDir, forWork: true, log: (line) => expect.unreachable(line) });
  addRun(store, name);
  store.close();
}

function hintOf(failing: () => unknown): string {
  try {
    failing();
  } catch (error) {
    if (error instanceof FolioError) return error.hint ?? '';
    throw error;
  }
  return expect.unreachable('nothing was thrown');
}

describe('an old record of which it was not noted what it held', () => {
  beforeEach(() => writeLocation(home, { folder: to, before: [home] }));

  it('is deleted when the record in use holds all of it', () => {
    expect(oldRecord(home, to)).toMatchObject({ newer: 0, isLeftKnown: false });
    expect(settleOldRecord(home, to, 'delete')).toBeGreaterThan(0);
    expect(existsSync(join(home, 'folio.db'))).toBe(false);
  });

  it('is not deleted when it may hold something newer, which is named', () => {
    const store = openStore(home, { mode: 'write' });
    addRun(store, 'newer');
    store.close();
    expect(oldRecord(home, to)).toMatchObject({ newer: 1, names: ['newer'], isLeftKnown: false });
    expect(() => settleOldRecord(home, to, 'delete')).toThrow(
      `it is not known what ${home} held when it was left, and it holds what this record does not (runs and texts: 1; “newer”)`,
    );
    expect(existsSync(join(home, 'folio.db'))).toBe(true);
    settleOldRecord(home, to, 'keep');
    expect(oldRecord(home, to)).toBeNull();
  });

  it('can be deleted as the error advises, after which the moved record is still found', () => {
    work(home, 'newer');
    const hint = hintOf(() => settleOldRecord(home, to, 'delete'));
    const files = [...hint.matchAll(/folio\.db(-\w+)?/g)].map(([name]) => name);
    expect(files).toEqual(['folio.db', 'folio.db-wal', 'folio.db-shm']);
    for (const name of files) rmSync(join(home, name), { force: true });
    expect([locatedFolder(home), oldRecord(home, to), /that folder yourself/.test(hint)]).toEqual([to, null, false]);
  });

  it('is not taken for a copy of one that was begun apart, with a run of the same number, name and length', () => {
    const apart = join(folder, 'apart');
    for (const [dataDir, now] of [
      [apart, 1000],
      [to, 2000],
    ] as const) {
      rmSync(dataDir, { recursive: true, force: true });
      const store = openStore(dataDir, { mode: 'write', now: () => now });
      store.recordCheckpoint(epochCheckpoint(addRun(store, 'Shakespeare'), 1), KEEP_ALL);
      store.close();
    }
    writeLocation(home, { folder: to, before: [apart] });
    expect(oldRecord(home, to)).toMatchObject({ newer: 1, names: ['Shakespeare'], isLeftKnown: false });
    expect(() => settleOldRecord(home, to, 'delete')).toThrow('“Shakespeare”');
  });

  it('is one as well when its marks are those of an earlier Folio', () => {
    writeLocation(home, { folder: to, before: [home], left: { [home]: ['0123456789abcdef'] } });
    expect(oldRecord(home, to)).toMatchObject({ newer: 0, isLeftKnown: false });
  });

  it('is left alone while another Folio may change the note of where it lies', () => {
    const other = new Database(join(home, 'folio.lock'));
    other.exec('BEGIN EXCLUSIVE');
    expect(() => settleOldRecord(home, to, 'keep')).toThrow(`is working with ${home}`);
    other.close();
    expect(readLocation(home)?.before).toEqual([home]);
  });

  it('is not deleted under somebody who reads it', () => {
    const reader = new Database(join(home, 'folio.db'), { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM run').get();
    expect(() => settleOldRecord(home, to, 'delete')).toThrow(`another Folio reads the record in ${home}`);
    reader.close();
    expect([existsSync(join(home, 'folio.db')), readLocation(home)?.before]).toEqual([true, [home]]);
    settleOldRecord(home, to, 'delete');
  });

  it('is not deleted either when it cannot be read', () => {
    writeFileSync(join(home, 'folio.db'), 'no database at all, but somebody may know how to save what is in it');
    rmSync(join(home, 'folio.db-wal'), { force: true });
    expect(oldRecord(home, to)).toMatchObject({ names: [], isLeftKnown: false });
    expect(() => settleOldRecord(home, to, 'delete')).toThrow(`what ${home} holds cannot be read`);
  });
});

describe('the default folder, worked in while the record is elsewhere', () => {
  it('is offered again though it was deleted once, and what was done there is not deleted', () => {
    settleOldRecord(home, to, 'delete');
    expect(readLocation(home)?.left).toEqual({});
    renameSync(to, away);
    work(home, 'first'); // the same name and number as the one that was deleted
    renameSync(away, to);
    expect(oldRecord(home, to)).toMatchObject({ folder: home, newer: 2, isLeftKnown: true });
    expect(() => settleOldRecord(home, to, 'delete')).toThrow(`${home} holds work since the move`);
  });

  it('is offered again though it was kept once', () => {
    settleOldRecord(home, to, 'keep');
    expect(oldRecord(home, to)).toBeNull();
    work(home, 'second');
    expect(oldRecord(home, to)).toMatchObject({ folder: home, newer: 1, names: ['second'], isLeftKnown: true });
  });

  // The system's place for data is moved by a variable on Linux only.
  it.skipIf(process.platform !== 'linux')('is offered again by the program that was opened in it', () => {
    vi.stubEnv('XDG_DATA_HOME', folder);
    vi.stubEnv('FOLIO_DATA', '');
    const usual = join(folder, 'folio');
    mkdirSync(usual);
    writeLocation(usual, { folder: to, before: [] });
    const startTrainer = (): never => expect.unreachable('nothing is computed here');
    createApp({ dataDir: usual, startTrainer, mode: 'auto' }).close();
    expect(readLocation(usual)?.before).toEqual([]);
    createApp({ dataDir: usual, startTrainer, mode: 'write' }).close();
    expect(readLocation(usual)).toMatchObject({ folder: to, before: [usual], left: { [usual]: [] } });
    vi.unstubAllEnvs();
  });

  it('is left alone by who only looks, and by work elsewhere', () => {
    settleOldRecord(home, to, 'keep');
    const store = openStore(home, { mode: 'write' });
    mendPlaces({ home, dataDir: home, forWork: false, log: (line) => expect.unreachable(line) });
    store.close();
    work(to, 'elsewhere');
    work(join(folder, 'named'), 'elsewhere');
    mendPlaces({ home: null, dataDir: home, forWork: true, log: (line) => expect.unreachable(line) });
    expect(readLocation(home)?.before).toEqual([]);
  });

  it('says what it could not read, and stops nobody', () => {
    writeFileSync(join(home, 'location.json'), '{');
    const lines: string[] = [];
    mendPlaces({ home, dataDir: home, forWork: true, log: (line) => lines.push(line) });
    expect(lines).toEqual([expect.stringContaining('what an earlier move left could not be tidied: ')]);
  });
});

describe('a moved record that is lost', () => {
  it('gives way to the default folder, and is offered when it is back: what it holds is not known', () => {
    expect(lostPlace(home)).toBeNull();
    leaveLostPlace(home);
    expect(locatedFolder(home)).toBe(to);
    renameSync(to, away);
    expect(lostPlace(home)).toBe(to);
    leaveLostPlace(home);
    expect([locatedFolder(home), readLocation(home)?.before, oldRecord(home, home)]).toEqual([home, [to], null]);
    renameSync(away, to);
    expect(oldRecord(home, home)).toMatchObject({ folder: to, newer: 0, isLeftKnown: false });
    work(to, 'only there');
    expect(oldRecord(home, home)).toMatchObject({ newer: 1, isLeftKnown: false });
    expect(() => settleOldRecord(home, home, 'delete')).toThrow('“only there”');
  });
});
