/** What the tests of moves share: a record in a default folder, and a place that it is moved to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { homeOf } from '../../src/main/services/location.ts';
import { createMoveService, type MoveService } from '../../src/main/services/moves.ts';
import { RecordOwner } from '../../src/main/services/replacing.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { addRun, bytes, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

export const nothing = (): void => undefined;

/** Set anew before each test by `useMovableRecord`. */
export let folder: string;
/** The default folder, which the record is in. */
export let home: string;
export let to: string;
export let store: Store;

/** Each test gets a record with one run whose weights have so many bytes. */
export function useMovableRecord(weightBytes: number): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'folio-move-'));
    home = join(folder, 'home');
    to = join(folder, 'new', 'place');
    store = openStore(home, { mode: 'write' });
    store.recordCheckpoint(epochCheckpoint(addRun(store), 1, { weights: bytes(weightBytes, 1) }), KEEP_ALL);
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** After a move, or where there was another. */
export function openAt(place: string): void {
  store = openStore(place, { mode: 'write' });
}

export const moveService = (training: number | null = null, dataDir = home): MoveService =>
  createMoveService({
    ...{ store, owner: new RecordOwner(store), dataDir, defaultFolder: home },
    ...{ home: homeOf(dataDir, home), training: () => training },
  });
