/** What was deleted is freed by the other thread: the same comes of it, and its end in the middle is no failure. */
import { setImmediate as settled } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createTrashService } from '../../src/main/services/trash.ts';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import type { SqliteStore } from '../../src/main/store/store.ts';
import type { Purged } from '../../src/main/store/types.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { atOnce, hold, useHolds } from '../support/hold.ts';
import { addRun, epochCheckpoint, KEEP_ALL, Scratch } from '../store/support.ts';

const scratch = new Scratch();
const writers: CheckpointWriter[] = [];
afterEach(() => {
  for (const writer of writers.splice(0)) writer.close();
  scratch.clean();
});
useHolds();

function deleted(): { store: SqliteStore; writer: CheckpointWriter } {
  const store = scratch.open();
  const run = addRun(store);
  for (const epoch of [1, 2]) store.recordCheckpoint(epochCheckpoint(run, epoch), { ...KEEP_ALL, optimizerStates: 2 });
  store.trash('run', [run]);
  const writer = new CheckpointWriter(store.path);
  writers.push(writer);
  store.shareWith(() => writer.stored());
  return { store, writer };
}

describe('freeing what was deleted', () => {
  it('is the work of the thread, where there is one', async () => {
    const { store, writer } = deleted();
    store.purgeNext = () => {
      throw new Error('this thread stands still');
    };
    const freed = await createTrashService(store, Date.now, () => writer).empty(0);
    expect(freed).toEqual({ runs: 1, corpora: 0, samples: 0, bytesFreed: 3000 });
    expect([store.anyToPurge(), store.trashed(), store.check()]).toEqual([false, [], []]);
  });

  it('ends when the record is to be replaced: the copy has what is left', async () => {
    const { store, writer } = deleted();
    const purger = {
      purgeNext: () => {
        store.freeze('the record is being moved');
        return writer.purgeNext();
      },
    };
    await expect(createTrashService(store, Date.now, () => purger).empty(0)).rejects.toThrow(
      'the record is being moved',
    );
    expect(store.anyToPurge()).toBe(true);
    store.freeze(null);
    await createTrashService(store, Date.now, () => writer).empty(0);
    expect(store.anyToPurge()).toBe(false);
  });

  it('starts no thread for nothing', async () => {
    const { store } = deleted();
    const thread = (): never => {
      throw new Error('there is nothing to free');
    };
    const freed = await createTrashService(store, () => 2000, thread).empty(2000);
    expect(freed.bytesFreed).toBe(0);
    expect(store.trashed()).toHaveLength(1);
  });

  it('tells what went wrong, but not that the record was closed meanwhile: the next start goes on', async () => {
    const { store } = deleted();
    const failing = { purgeNext: () => Promise.reject(new FolioError('cancelled', 'the record was closed')) };
    const open = createTrashService(store, Date.now, () => failing);
    await expect(open.empty(0)).rejects.toThrow('the record was closed');
    const closing = createTrashService(store, Date.now, () => {
      closing.close();
      return failing;
    });
    expect(await closing.empty(0)).toMatchObject({ runs: 0 });
    expect(store.anyToPurge()).toBe(true);
  });

  it('begins when no other thread stores something', async () => {
    const { store } = deleted();
    const release = hold(store);
    let freeing: Promise<unknown> = Promise.resolve();
    atOnce(() => void (freeing = createTrashService(store).empty(0)));
    await settled();
    expect(store.trashed()).toHaveLength(1);
    release();
    expect(await freeing).toMatchObject({ runs: 1 });
  });

  it('lets what another thread stores meanwhile come before its next piece', async () => {
    const { store } = deleted();
    const PIECE = { runs: 0, corpora: 0, samples: 0, bytesFreed: 1 };
    let asked = 0;
    let release: () => void = () => expect.fail('nothing was freed');
    const purgeNext = async (): Promise<Purged | null> => {
      if (++asked === 1) release = hold(store);
      return asked < 3 ? PIECE : null;
    };
    const freeing = createTrashService(store, Date.now, () => ({ purgeNext })).empty(0);
    for (let turn = 0; turn < 5; turn++) await settled();
    expect(asked).toBe(1);
    release();
    expect(await freeing).toEqual({ ...PIECE, bytesFreed: 2 });
  });
});
