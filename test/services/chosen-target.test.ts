/** No backup and no export ever takes the place of a record. */
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackupService } from '../../src/main/services/backup.ts';
import { createBundleService } from '../../src/main/services/bundles.ts';
import { createExchangeService } from '../../src/main/services/exchange.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

const ENTRY = pathToFileURL(join(import.meta.dirname, '../../src/main/services/bundle-worker.ts'));
let folder: string;
let data: string;
let store: Store;
let run: number;
const nothing = (): void => undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-target-'));
  data = join(folder, 'data');
  store = openStore(data, { mode: 'write' });
  run = addRun(store);
  store.recordCheckpoint(epochCheckpoint(run, 1), KEEP_ALL);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All that writes to a file that a person chose. */
const WRITERS: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  'a backup': (file) => createBackupService(() => store.path).backUp(file, nothing),
  'a run': (file) =>
    createBundleService(store, { entry: ENTRY }).exportRun(run, file, { checkpoints: 'all', text: false }, nothing),
  'its weights': (file) => createExchangeService(store).exportWeights(run, 1, file),
  'its metrics': (file) => createExchangeService(store).exportMetrics(run, file),
  curves: (file) => createExchangeService(store).exportCurves([run], file),
};

describe.each(Object.keys(WRITERS))('%s', (writer) => {
  const write = (file: string): Promise<unknown> => WRITERS[writer]?.(file) ?? Promise.reject(new Error(writer));

  it.each(['', '-wal', '-shm', '-journal'])('is never written over the open record (%s)', async (end) => {
    symlinkSync(data, join(folder, 'link'));
    for (const file of [join(data, `folio.db${end}`), join(folder, 'link', `Folio.db${end}`)]) {
      await expect(write(file)).rejects.toMatchObject({
        code: 'file',
        message: `${file} belongs to the record itself, and is never written over`,
      });
    }
    expect([store.check(), store.run(run).id]).toEqual([[], run]);
  });

  it.each(['folio.lock', 'location.json'])('is never written over %s beside it', async (name) => {
    const before = existsSync(join(data, name));
    await expect(write(join(data, name))).rejects.toThrow('belongs to the record itself');
    expect(existsSync(join(data, name))).toBe(before);
  });
});
