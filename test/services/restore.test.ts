/** A record that is put aside for a backup: alone, with all that belongs to it, or not at all. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackupService } from '../../src/main/services/backup.ts';
import { restoreRecord } from '../../src/main/services/restore.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

let folder: string;
let data: string;
let backup: string;
let readers: ChildProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-restore-'));
  data = join(folder, 'data');
  backup = join(folder, 'backup.db');
  readers = [];
  const store = openStore(data, { mode: 'write' });
  const run = addRun(store);
  store.recordCheckpoint(epochCheckpoint(run, 1), KEEP_ALL);
  await createBackupService(() => store.path).backUp(backup, () => undefined);
  store.recordCheckpoint(epochCheckpoint(run, 2), KEEP_ALL);
  store.close();
});
afterEach(() => {
  for (const reader of readers) reader.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Another process that has the record open for reading, and goes on until it is told to end. */
async function read(): Promise<ChildProcess> {
  const module = resolve(import.meta.dirname, '../../src/main/store/open.ts');
  const script = join(folder, 'reader.mjs');
  writeFileSync(
    script,
    `import { openStore } from ${JSON.stringify(module)};
    const store = openStore(${JSON.stringify(data)}, { mode: 'read' });
    process.send(store.listRuns().length);
    process.on('message', () => { store.close(); process.disconnect(); });`,
  );
  const reader = spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  readers.push(reader);
  await once(reader, 'message');
  return reader;
}

const epochs = (): number => {
  const store = openStore(data, { mode: 'read' });
  try {
    expect(store.check()).toEqual([]);
    return store.run(1).checkpoints.length;
  } finally {
    store.close();
  }
};

describe('a backup put in the place of a record', () => {
  it('is refused while another process only reads that, and nothing changes', async () => {
    const reader = await read();
    const before = readdirSync(data);
    await expect(restoreRecord(backup, data, { replace: true })).rejects.toMatchObject({
      code: 'locked',
      message: `another Folio reads the record in ${data}`,
    });
    expect([readdirSync(data), epochs()]).toEqual([before, 2]);
    reader.send('end');
    await once(reader, 'exit');
    await restoreRecord(backup, data, { replace: true });
    expect(epochs()).toBe(1);
  });

  it('is refused as well when the reader comes while it is copied', async () => {
    const late: Store[] = [];
    const progress = (): void => {
      if (late.length === 0) late.push(openStore(data, { mode: 'read' }));
    };
    await expect(restoreRecord(backup, data, { replace: true, progress })).rejects.toMatchObject({ code: 'locked' });
    for (const store of late) store.close();
    expect([late.length, epochs()]).toEqual([1, 2]);
  });

  it('that is killed when the record had its second name leaves the record with its own', () => {
    const [second, other] = ['folio-2026-01-02T03-04-05.db', 'folio-2025-01-02T03-04-05.db'];
    linkSync(join(data, 'folio.db'), join(data, second));
    copyFileSync(backup, join(data, other)); // kept by an earlier one
    openStore(data, { mode: 'write' }).close();
    expect(readdirSync(data).filter((name) => name.startsWith('folio-'))).toEqual([other]);
    expect(epochs()).toBe(2);
  });

  it('that fails after the record was put aside has all as it was', async () => {
    const record = join(data, 'folio.db');
    writeFileSync(record, 'no database at all');
    for (const end of ['-wal', '-shm']) writeFileSync(record + end, end);
    const names = readdirSync(data).filter((name) => name !== 'folio.lock');
    const progress = (): void => {
      // The copy is gone when it is to get its name: as a disk that is pulled out.
      for (const name of readdirSync(data)) if (name.endsWith('.part')) rmSync(join(data, name));
    };
    await expect(restoreRecord(backup, data, { replace: true, progress })).rejects.toMatchObject({
      name: 'FolioError',
    });
    expect(readdirSync(data).filter((name) => name !== 'folio.lock')).toEqual(names);
    expect(readFileSync(record, 'utf8')).toBe('no database at all');
  });

  it('takes what lies beside a damaged record along with it', async () => {
    const record = join(data, 'folio.db');
    writeFileSync(record, 'no database at all');
    for (const end of ['-wal', '-shm', '-journal']) writeFileSync(record + end, end);
    const { kept } = await restoreRecord(backup, data, { replace: true });
    expect(['-wal', '-shm', '-journal'].map((end) => readFileSync((kept ?? '') + end, 'utf8'))).toEqual([
      '-wal',
      '-shm',
      '-journal',
    ]);
    expect(readFileSync(kept ?? '', 'utf8')).toBe('no database at all');
    expect(epochs()).toBe(1);
  });

  it.each(['-wal', '-journal'])(
    'leaves the log (%s) of an empty record, which may hold all that is left',
    async (end) => {
      const record = join(data, 'folio.db');
      writeFileSync(record, '');
      writeFileSync(record + end, 'all that is left');
      const { kept } = await restoreRecord(backup, data, { replace: true });
      expect(readFileSync((kept ?? '') + end, 'utf8')).toBe('all that is left');
      expect(epochs()).toBe(1);
    },
  );

  it('says in its own words that a name is too long', async () => {
    await expect(restoreRecord(join(folder, 'x'.repeat(300)), data, { replace: true })).rejects.toMatchObject({
      name: 'FolioError',
      code: 'file',
    });
  });
});

describe('a backup put in the place of a record where not all goes as it should', () => {
  const keptNames = (): string[] => readdirSync(data).filter((name) => name.startsWith('folio-'));

  /** In a process of its own, with other functions in the place of the system's. */
  function restoreWith(patch: string): { readonly signal: string | null; readonly told: string } {
    const script = join(folder, 'restorer.mjs');
    const module = resolve(import.meta.dirname, '../../src/main/services/restore.ts');
    writeFileSync(
      script,
      `import fs from 'node:fs';
      import fsp from 'node:fs/promises';
      import { syncBuiltinESMExports } from 'node:module';
      const { rename, open, copyFile, writeFile } = fsp;
      const data = ${JSON.stringify(data)};
      const kill = () => process.kill(process.pid, 'SIGKILL');
      const fail = (code) => { throw Object.assign(new Error(code), { code }); };
      ${patch}
      syncBuiltinESMExports();
      const { restoreRecord } = await import(${JSON.stringify(module)});
      await restoreRecord(${JSON.stringify(backup)}, data, { replace: true }).then(
        ({ kept }) => console.log('kept ' + kept),
        ({ message }) => console.log(message),
      );`,
    );
    const { signal, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    if (signal === null) expect(stdout, stderr).not.toBe('');
    return { signal, told: stdout.trim() };
  }

  /** Of the record that is kept under a name with the date. */
  function keptEpochs(): number {
    const [name = '', ...others] = keptNames();
    expect(others).toEqual([]);
    copyFileSync(join(data, name), join(data, 'folio.db'));
    return epochs();
  }

  const NO_LINKS = `fs.linkSync = () => fail('EPERM');`;

  it('has the record again when it was killed while that was away, as where a file has one name only', () => {
    expect(restoreWith(`${NO_LINKS} fsp.rename = kill;`).signal).toBe('SIGKILL');
    expect(readdirSync(data)).not.toContain('folio.db');
    openStore(data, { mode: 'write' }).close();
    expect([epochs(), keptNames(), readdirSync(data).filter((name) => name.endsWith('.part'))]).toEqual([2, [], []]);
  });

  it('keeps the record under a name with the date when it was killed after that', () => {
    expect(restoreWith(`${NO_LINKS} fsp.rename = async (...names) => (await rename(...names), kill());`).signal).toBe(
      'SIGKILL',
    );
    openStore(data, { mode: 'write' }).close();
    expect([epochs(), keptEpochs()]).toEqual([1, 2]);
  });

  it('keeps it as well when nothing goes wrong', () => {
    expect(restoreWith(NO_LINKS).told).toMatch(/^kept .*folio-[-\dT]+\.db$/);
    expect([epochs(), keptEpochs()]).toEqual([1, 2]);
  });

  it('has the record again when the copy gets no name there', () => {
    expect(restoreWith(`${NO_LINKS} fsp.rename = () => fail('EIO');`).told).toContain('cannot be written: EIO');
    expect([epochs(), keptNames()]).toEqual([2, []]);
  });

  it('is in its place though the answer was lost, and keeps the record of before', () => {
    const { told } = restoreWith(`fsp.rename = async (...names) => { await rename(...names); fail('ENOENT'); };`);
    expect(told).toMatch(/^kept /);
    expect([epochs(), keptEpochs()]).toEqual([1, 2]);
  });

  it('never takes the last name from the record of before, whatever is told of the copy', () => {
    const { told } = restoreWith(
      `fsp.rename = async (from, to) => { await copyFile(from, to + 'x'); await rename(to + 'x', to); fail('EIO'); };`,
    );
    expect(told).toContain('cannot be written: EIO');
    expect([epochs(), keptEpochs()]).toEqual([1, 2]);
  });

  it('is in its place though its folder cannot be closed', () => {
    const { told } = restoreWith(
      `fsp.open = async (path, ...rest) => {
        const handle = await open(path, ...rest);
        if (path === data) handle.close = async () => fail('EIO');
        return handle;
      };`,
    );
    expect(told).toMatch(/^kept /);
    expect([epochs(), keptEpochs()]).toEqual([1, 2]);
  });
});
