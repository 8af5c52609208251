/** A record that another thread writes to, for as long as a test wants. */
import Database from 'better-sqlite3';
import { afterEach, expect } from 'vitest';
import type { Store } from '../../src/main/store/types.ts';

/** Much less than SQLite waits for a lock before it gives up. */
const AT_ONCE_MS = 1500;
const letGo: (() => void)[] = [];

/** To be called after the hook that removes the record was set: hooks end in the reverse of their order. */
export function useHolds(): void {
  afterEach(() => {
    for (const release of letGo.splice(0)) release();
  });
}

/** Another connection writes, as the thread that stores checkpoints does, until the function that this returns is called. */
export function hold(store: Pick<Store, 'path' | 'shareWith'>): () => void {
  const other = new Database(store.path);
  other.exec('BEGIN IMMEDIATE');
  const { promise, resolve } = Promise.withResolvers<void>();
  let busy: Promise<void> | null = promise.then(() => {
    busy = null;
  });
  store.shareWith(() => busy);
  const release = (): void => {
    other.close();
    resolve();
  };
  letGo.push(release);
  return release;
}

/** Does what must not wait for the other thread. */
export function atOnce(work: () => void): void {
  const before = performance.now();
  work();
  expect(performance.now() - before).toBeLessThan(AT_ONCE_MS);
}
