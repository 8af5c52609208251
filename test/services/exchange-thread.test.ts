/** Weights exchanged with other programs while the main thread is free: the same files and refusals, and each can be given up. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as settled } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { initialWeights } from '../../src/main/model/initializers.ts';
import { encodeSafetensors } from '../../src/main/model/safetensors.ts';
import { createExchangeService } from '../../src/main/services/exchange.ts';
import type { ExchangeThreads } from '../../src/main/services/exchange.ts';
import { workAside, workHere } from '../../src/main/services/exchange-thread.ts';
import { createTrashService } from '../../src/main/services/trash.ts';
import { CheckpointReader } from '../../src/main/store/checkpoint-reader.ts';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Purged, Store } from '../../src/main/store/types.ts';
import { atOnce, hold, useHolds } from '../support/hold.ts';

const VOCABULARY = ['\n', 'a', '字'];
const CONFIG = { cell: 'gru', layers: 1, embeddingSize: 3, units: 4 } as const;
const METADATA = { vocabulary: JSON.stringify(VOCABULARY), config: JSON.stringify(CONFIG) };
const FILE = encodeSafetensors(initialWeights({ ...CONFIG, vocabularySize: VOCABULARY.length }, 5), METADATA);
const ENTRY = pathToFileURL(join(import.meta.dirname, '../../src/main/services/exchange-worker.ts'));

let folder: string;
let store: Store;
let threads: Required<Omit<ExchangeThreads, 'owner'>>;
let discarded: number[];
/** What was discarded, as it is freed. */
let purged: Promise<Purged> | null;
let close: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-exchange-'));
  store = openStore(join(folder, 'data'), { mode: 'write' });
  const [stored, checkpoints] = [new CheckpointReader(store.path), new CheckpointWriter(store.path)];
  store.shareWith(() => checkpoints.stored());
  purged = null;
  discarded = [];
  const trash = createTrashService(store, Date.now, () => checkpoints);
  const purge = (): void => void (purged = trash.empty(60_000));
  threads = { stored, checkpoints, work: workAside(ENTRY), purge, discarded: (run) => void discarded.push(run) };
  close = () => {
    stored.close();
    checkpoints.close();
    store.close();
  };
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true, force: true });
});
useHolds();

function given(name: string, bytes: Uint8Array | string = FILE): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe('in threads', () => {
  it('comes in and goes out the same as in this one', async () => {
    const aside = createExchangeService(store, threads);
    const here = createExchangeService(store);
    const [one, other] = [await aside.importWeights(given('one')), await here.importWeights(given('other'))];
    const bytes = (run: number): Uint8Array => store.checkpointWeights(store.run(run).checkpoints[0]?.id ?? -1);
    expect(Buffer.compare(bytes(one), bytes(other))).toBe(0);
    expect(store.run(one)).toMatchObject({
      status: 'finished',
      statusReason: 'imported from one',
      vocabulary: VOCABULARY,
    });
    const out = join(folder, 'out');
    expect(await aside.exportWeights(one, 'last', out)).toEqual({ bytes: FILE.length, replaced: false });
    await here.exportWeights(other, 'last', join(folder, 'out here'));
    expect(readFileSync(out).equals(readFileSync(join(folder, 'out here')))).toBe(true);
    expect(store.check()).toEqual([]);
  });

  it.each([
    ['text', 'hello, this is no file of weights'],
    ['half', FILE.subarray(0, FILE.length - 5)],
    ['anonymous', encodeSafetensors(initialWeights({ ...CONFIG, vocabularySize: 3 }, 5), {})],
  ])('refuses a wrong file (%s) with the same words', async (name, bytes) => {
    const file = given(name, bytes);
    const said = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
    const expected = await said(workHere.fromFile(file));
    expect(expected).toMatchObject({ name: 'FolioError' });
    expect(await said(createExchangeService(store, threads).importWeights(file))).toEqual(expected);
    expect(store.listRuns()).toEqual([]);
  });

  it('says so when its program dies', async () => {
    const program = given(
      'dies.mjs',
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
    );
    await expect(workAside(pathToFileURL(program)).fromFile(given('one'))).rejects.toThrow('ended with code 3');
  });
});

describe('given up', () => {
  it('while the file is being read: no run is made', async () => {
    const controller = new AbortController();
    const importing = createExchangeService(store, threads).importWeights(given('one'), undefined, controller.signal);
    controller.abort();
    await expect(importing).rejects.toMatchObject({ code: 'cancelled' });
    expect(store.listRuns()).toEqual([]);
  });

  it('while it is being stored: the run is gone again, whole', async () => {
    const controller = new AbortController();
    const checkpoints: ExchangeThreads['checkpoints'] = {
      record: (...args) => {
        controller.abort();
        return threads.checkpoints.record(...args);
      },
    };
    const service = createExchangeService(store, { ...threads, checkpoints });
    await expect(service.importWeights(given('one'), undefined, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(store.listRuns()).toEqual([]);
    expect(discarded).toHaveLength(1); // windows that showed it are told
    expect(await purged).toMatchObject({ runs: 1, bytesFreed: expect.any(Number) as number });
    expect([store.anyToPurge(), store.trashed(), store.check()]).toEqual([false, [], []]);
  });

  it('while it is being stored, because the program ends: the next start discards what is left', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const checkpoints: ExchangeThreads['checkpoints'] = {
      record: (...args) => {
        const recording = threads.checkpoints.record(...args);
        resolve();
        return recording;
      },
    };
    const importing = createExchangeService(store, { ...threads, checkpoints }).importWeights(given('one'));
    const refused = expect(importing).rejects.toMatchObject({ code: 'cancelled' });
    await promise;
    expect(store.listRuns()).toHaveLength(1);
    close();
    await refused;
    store = openStore(join(folder, 'data'), { mode: 'write' });
    expect(store.sweepDeadRuns()).toEqual([]);
    expect([store.listRuns(), store.trashed(), store.anyToPurge()]).toEqual([[], [], true]);
    close = () => store.close();
  });

  it('while a file is being written: what was there stays, and nothing lies beside it', async () => {
    const service = createExchangeService(store, threads);
    const run = await service.importWeights(given('one'));
    const file = given('kept', 'before');
    for (const exporting of [
      (signal: AbortSignal) => service.exportWeights(run, 'last', file, signal),
      (signal: AbortSignal) => service.exportMetrics(run, file, signal),
    ]) {
      const controller = new AbortController();
      const written = exporting(controller.signal);
      controller.abort();
      await expect(written).rejects.toMatchObject({ code: 'cancelled' });
    }
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder).sort()).toEqual(['data', 'kept', 'one']);
  });
});

describe('while another thread holds the record', () => {
  /** An import whose weights are stored in this thread, and what becomes of it then. */
  const importing = (recorded: () => Promise<void> = () => Promise.resolve()): Promise<number> => {
    const record: Required<Omit<ExchangeThreads, 'owner'>>['checkpoints']['record'] = async (checkpoint, policy) => {
      const stored = store.recordCheckpoint(checkpoint, policy);
      await recorded();
      return stored;
    };
    return createExchangeService(store, { ...threads, work: workHere, checkpoints: { record } }).importWeights(
      given('one'),
    );
  };
  let release: () => void;
  const held = (): void => void (release = hold(store));
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await settled();
  };

  it('a run is made afterwards', async () => {
    const work = Promise.withResolvers<void>();
    const fromFile: typeof workHere.fromFile = async (file) => {
      const found = await workHere.fromFile(file);
      held();
      work.resolve();
      return found;
    };
    const run = createExchangeService(store, { ...threads, work: { ...workHere, fromFile } }).importWeights(
      given('one'),
    );
    await work.promise;
    await turns();
    expect(store.listRuns()).toEqual([]);
    release();
    expect(store.run(await run).status).toBe('finished');
  });

  it('it is called finished afterwards', async () => {
    const stored = Promise.withResolvers<void>();
    const run = importing(async () => {
      held();
      stored.resolve();
    });
    await stored.promise;
    await turns();
    expect(store.listRuns()).toMatchObject([{ status: 'queued' }]);
    release();
    expect(store.run(await run).status).toBe('finished');
  });

  it('what could not be stored is discarded afterwards', async () => {
    const stored = Promise.withResolvers<void>();
    const run = importing(() => {
      held();
      stored.resolve();
      return Promise.reject(new Error('the disk is full'));
    });
    const refused = expect(run).rejects.toThrow('the disk is full');
    await stored.promise;
    await turns();
    expect(store.listRuns()).toHaveLength(1);
    atOnce(() => release());
    await refused;
    expect(store.listRuns()).toEqual([]);
    await purged;
  });
});
