/** Free space is given back between other work, and never while another thread stores something. */
import { setImmediate as settled } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../src/main/store/store.ts';
import { atOnce, hold, useHolds } from '../support/hold.ts';
import { addRun, epochCheckpoint, KEEP_ALL, Scratch } from './support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());
useHolds();

/** A record out of which a large checkpoint was just deleted. */
function thinned(): SqliteStore {
  const store = scratch.open();
  const run = addRun(store);
  store.recordCheckpoint({ ...epochCheckpoint(run, 1), weights: new Uint8Array(3_000_000).fill(7) }, KEEP_ALL);
  store.recordCheckpoint(epochCheckpoint(run, 2), KEEP_ALL); // space for one as small as the last is kept
  store.deleteRun(run);
  return store;
}

function freePages(store: SqliteStore): number {
  const db = new Database(store.path, { readonly: true });
  const pages = db.pragma('freelist_count', { simple: true }) as number;
  db.close();
  return pages;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settled();
}

describe('free space', () => {
  it('is given back soon after a run was deleted', async () => {
    const store = thinned();
    expect(freePages(store)).toBeGreaterThan(100);
    await turns(10);
    expect(freePages(store)).toBeLessThan(5);
    expect(store.check()).toEqual([]);
  });

  it('waits for another thread, which it would stand still behind, and is no damage', async () => {
    const store = thinned();
    const release = hold(store);
    const before = performance.now();
    await turns(10);
    expect(performance.now() - before).toBeLessThan(1500);
    expect(freePages(store)).toBeGreaterThan(100);
    expect(store.check()).toEqual([]);
    release();
    await turns(10);
    expect(freePages(store)).toBeLessThan(5);
  });

  it('is given back at the end, whoever was waited for', async () => {
    const store = thinned();
    const release = hold(store);
    await turns(3);
    release();
    atOnce(() => store.close());
    await turns(10); // nothing is begun on a record that is closed
    expect(freePages(store)).toBeLessThan(5);
  });
});

describe('whether the record can be written without standing still', () => {
  it('is asked again when another thread has begun something new meanwhile', async () => {
    const store = scratch.open();
    const stored = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let busy = 0;
    for (const { promise } of stored) void promise.then(() => busy++);
    store.shareWith(() => stored[busy]?.promise ?? null);
    let told = false;
    const telling = store.writable()?.then(() => (told = true));
    stored[0]?.resolve();
    await turns(3);
    expect([busy, told]).toEqual([1, false]);
    stored[1]?.resolve();
    await telling;
    expect([told, store.writable()]).toEqual([true, null]);
  });
});
