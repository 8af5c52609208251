/** No backup and no export ever takes the place of a record. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createBackupService } from '../../src/main/services/backup.ts';
import { createBundleService } from '../../src/main/services/bundles.ts';
import { refuseTarget } from '../../src/main/services/chosen-target.ts';
import { createExchangeService } from '../../src/main/services/exchange.ts';
import { writeLocation } from '../../src/main/services/location.ts';
import { openStore } from '../../src/main/store/open.ts';
import { addRun } from '../store/support.ts';
import { data, folder, nothing, run, store, useRecord } from './record-harness.ts';

const ENTRY = pathToFileURL(join(import.meta.dirname, '../../src/main/services/bundle-worker.ts'));

useRecord(1);

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

  it('is never written over another record that is open, or was', async () => {
    const other = openStore(join(folder, 'other'), { mode: 'write' });
    addRun(other);
    const file = join(folder, 'other', 'folio.db');
    await expect(write(file)).rejects.toThrow(`there is a file ${file}-wal beside it`);
    for (const name of ['folio.db-wal', 'folio.db-shm', 'folio.lock']) {
      await expect(write(join(folder, 'other', name))).rejects.toMatchObject({ code: 'file' });
    }
    expect([other.check(), other.listRuns().length]).toEqual([[], 1]);
    other.close();
    await expect(write(file)).rejects.toThrow(`${file} belongs to another record, and is never written over`);
  });

  it.each(['-wal', '-journal'])('is never written where a database has left its %s', async (end) => {
    const file = join(folder, 'given');
    writeFileSync(file + end, 'log');
    await expect(write(file)).rejects.toMatchObject({ code: 'file' });
    expect([existsSync(file), readFileSync(file + end, 'utf8')]).toEqual([false, 'log']);
  });

  it('is never written over the note that says where a record lies', async () => {
    const note = join(folder, 'location.json');
    writeLocation(folder, { folder: data, before: [] });
    await expect(write(note)).rejects.toThrow('belongs to another record');
    writeFileSync(note, 'of something else');
    expect(() => refuseTarget(note, store.path)).not.toThrow();
  });
});
