/** What the tests of files beside a record share: a folder with an open record in it, and one run in that. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

/** Set anew before each test by `useRecord`. */
export let folder: string;
/** The folder of the record, in `folder`. */
export let data: string;
export let store: Store;
export let run: number;

export const nothing = (): void => undefined;

/** Each test gets a record whose run has a checkpoint of each of its first `epochs` epochs. */
export function useRecord(epochs: number): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'folio-record-'));
    data = join(folder, 'data');
    openRecord();
    run = addRun(store);
    for (let epoch = 1; epoch <= epochs; epoch++) store.recordCheckpoint(epochCheckpoint(run, epoch), KEEP_ALL);
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Opens the record, again when a test has closed it. */
export function openRecord(): void {
  store = openStore(data, { mode: 'write' });
}
