/** A record that made way for a backup, as a kill leaves it: it has its place again, or a name with the date, and is never lost sight of. */
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/main/store/open.ts';
import { isPutAside, mendPutAside, putAside } from '../../src/main/store/put-aside.ts';
import { addRun, Scratch } from './support.ts';

const NAME = 'folio-2026-01-02T03-04-05.db';
const scratch = new Scratch();
let folder: string;
let record: string;

beforeEach(() => {
  folder = scratch.folder();
  record = join(folder, 'folio.db');
  const store = openStore(folder, { mode: 'write' });
  addRun(store, 'mine');
  store.close();
});
afterEach(() => scratch.clean());

const kept = (): string[] => readdirSync(folder).filter((name) => name.startsWith('folio-'));

function runs(): string[] {
  const store = openStore(folder, { mode: 'write' });
  try {
    return store.listRuns().map(({ name }) => name);
  } finally {
    store.close();
  }
}

describe('a record that is away, and no other has its place', () => {
  it('has it again at the next opening for writing, and no empty one is begun', () => {
    renameSync(record, join(folder, `${NAME}.away`));
    expect(isPutAside(folder)).toBe(true);
    expect([runs(), kept(), isPutAside(folder)]).toEqual([['mine'], [], false]);
  });

  it('is told to who only reads', () => {
    renameSync(record, join(folder, `${NAME}.away`));
    expect(() => openStore(folder, { mode: 'read' })).toThrow(
      `${record} was put aside for a backup, and that was broken off`,
    );
  });

  it('has what lay beside it again', () => {
    renameSync(record, join(folder, `${NAME}.away`));
    writeFileSync(join(folder, `${NAME}-wal`), 'its log');
    mendPutAside(folder);
    expect([readFileSync(`${record}-wal`, 'utf8'), kept()]).toEqual(['its log', []]);
  });
});

describe('a record that has a second name', () => {
  it('is not touched but for that, and has its log again', () => {
    linkSync(record, join(folder, NAME));
    writeFileSync(join(folder, `${NAME}-wal`), 'its log');
    mendPutAside(folder);
    expect([kept(), readFileSync(`${record}-wal`, 'utf8')]).toEqual([[], 'its log']);
  });

  it('keeps the one that is its only one, to which its own leads', () => {
    renameSync(record, join(folder, NAME));
    symlinkSync(NAME, record);
    expect([runs(), kept()]).toEqual([['mine'], [NAME]]);
  });
});

it('a record that made way for another has a name with the date', () => {
  const name = putAside(record, new Date('2026-01-02T03:04:05Z'));
  expect([name, existsSync(record)]).toEqual([join(folder, NAME), true]);
  writeFileSync(join(folder, 'new'), 'another');
  renameSync(join(folder, 'new'), record);
  mendPutAside(folder);
  renameSync(join(folder, NAME), join(folder, `${NAME}.away`)); // as where a file has one name only
  mendPutAside(folder);
  expect([kept(), readFileSync(record, 'utf8')]).toEqual([[NAME], 'another']);
});
