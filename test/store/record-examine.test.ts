/** A record that was copied by hand: reading it leaves nothing beside it. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyRecord } from '../../src/main/store/record-copy.ts';
import { examineRecord } from '../../src/main/store/record-examine.ts';
import { addRun, Scratch } from './support.ts';

const scratch = new Scratch();
const nothing = (): void => undefined;
let folder: string;
let byHand: string;

beforeEach(() => {
  folder = scratch.folder();
  byHand = join(folder, 'by-hand.db');
  const data = scratch.folder();
  const store = scratch.open(data);
  addRun(store, 'mine');
  store.close();
  copyFileSync(join(data, 'folio.db'), byHand);
});
afterEach(() => scratch.clean());

describe('a record that was copied by hand', () => {
  it('is as it was when it was looked at, and nothing is beside it', () => {
    const before = readFileSync(byHand);
    expect(examineRecord(byHand, nothing)).toMatchObject({ runs: 1, damage: [] });
    expect([readdirSync(folder), readFileSync(byHand).equals(before)]).toEqual([['by-hand.db'], true]);
  });

  it('is as it was when it was copied', async () => {
    await copyRecord(byHand, join(folder, 'copy.db'), nothing);
    expect(readdirSync(folder)).toEqual(['by-hand.db', 'copy.db']);
  });

  it('keeps its log while somebody has it open', () => {
    const other = scratch.folder();
    const store = scratch.open(other);
    addRun(store, 'only in the log');
    const files = readdirSync(other);
    expect(examineRecord(join(other, 'folio.db'), nothing)).toMatchObject({ runs: 1 });
    expect(readdirSync(other)).toEqual(files);
    expect(files).toContain('folio.db-wal');
  });
});
