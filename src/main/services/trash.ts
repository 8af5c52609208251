/** Frees what was deleted, some time after it was, in pieces with other work in between. */
import { setImmediate as otherWork } from 'node:timers/promises';
import type { DeletedThing } from '../../shared/domain.ts';
import type { Purged, Store } from '../store/types.ts';

/** How long what was deleted can be had back. */
export const TRASH_MS = 24 * 60 * 60 * 1000;

export interface TrashService {
  /** What can still be had back, the last deleted first. */
  list(): DeletedThing[];
  /**
   * Frees what was deleted at least so long ago (0: all of it), and what an earlier call left when the program ended. Resolves with
   * what was freed; rejects with FolioError 'read-only' when the record is to be replaced. One call at a time works; another waits for it.
   */
  empty(olderThanMs: number): Promise<Purged>;
  /** Leaves what is left to the next start. */
  close(): void;
}

/** @param thread frees, and is asked for only when there is something to free; null frees in the caller's thread, which stands still meanwhile */
export function createTrashService(
  store: Pick<Store, 'trashed' | 'condemn' | 'anyToPurge' | 'purgeNext' | 'writable' | 'requireWritable'>,
  now: () => number = Date.now,
  thread: () => { purgeNext(): Promise<Purged | null> } | null = () => null,
): TrashService {
  let closed = false;
  let queue: Promise<unknown> = Promise.resolve();

  const empty = async (olderThanMs: number): Promise<Purged> => {
    let total: Purged = { runs: 0, corpora: 0, samples: 0, bytesFreed: 0 };
    if (closed) return total;
    await store.writable();
    if (closed) return total;
    store.condemn(now() - olderThanMs);
    if (!store.anyToPurge()) return total;
    const purger = thread() ?? store;
    const next = async (): Promise<Purged | null> => {
      try {
        store.requireWritable(); // of which the other thread knows nothing
        return await purger.purgeNext();
      } catch (error) {
        if (closed) return null;
        throw error;
      }
    };
    for (let purged = await next(); purged !== null; purged = await next()) {
      total = {
        runs: total.runs + purged.runs,
        corpora: total.corpora + purged.corpora,
        samples: total.samples + purged.samples,
        bytesFreed: total.bytesFreed + purged.bytesFreed,
      };
      await otherWork();
      await store.writable();
      if (closed) break;
    }
    return total;
  };

  return {
    list: () => store.trashed(),
    empty(olderThanMs) {
      const result = queue.then(() => empty(olderThanMs));
      queue = result.catch(() => undefined);
      return result;
    },
    close() {
      closed = true;
    },
  };
}
