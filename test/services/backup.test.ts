/** The whole record in one file while others write to it, and back. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createBackupService } from '../../src/main/services/backup.ts';
import { withPartFile } from '../../src/main/services/part-file.ts';
import { restoreRecord } from '../../src/main/services/restore.ts';
import { doAside } from '../../src/main/store/aside.ts';
import { openStore } from '../../src/main/store/open.ts';
import { toErrorMessage } from '../../src/shared/errors.ts';
import type { CopyProgress } from '../../src/shared/keeping.ts';
import { bytes, epochCheckpoint, KEEP_ALL, metric } from '../store/support.ts';
import { data, folder, nothing, openRecord, run, store, useRecord } from './record-harness.ts';

useRecord(2);

const backups = (): ReturnType<typeof createBackupService> =>
  createBackupService(
    () => store.path,
    () => 4711,
  );
const beside = (): string[] => readdirSync(folder).sort();

/** All that a record says, without when it was read. */
function everything(dir: string): unknown {
  const opened = openStore(dir, { mode: 'read' });
  try {
    return opened.listRuns().map(({ id }) => [opened.run(id), opened.metrics(id), opened.samples(id)]);
  } finally {
    opened.close();
  }
}

function nameIn(dir: string): string | undefined {
  const opened = openStore(dir, { mode: 'read' });
  const [first] = opened.listRuns();
  opened.close();
  return first?.name;
}

describe('a backup', () => {
  it('is one whole file with all that the record holds, and is remembered', async () => {
    const file = join(folder, 'backup.db');
    const heard: CopyProgress[] = [];
    expect(backups().last()).toBeNull();
    const made = await backups().backUp(file, (progress) => heard.push(progress));
    expect(made).toMatchObject({ runs: 1, checkpoints: 2, damage: [], replaced: false, notNoted: null });
    expect(beside()).toEqual(['backup.db', 'data']);
    // Each phase is heard of to its end.
    for (const phase of ['copy', 'check']) {
      const end = heard.findLast((progress) => progress.phase === phase);
      expect(end?.total).toBeGreaterThan(0);
      expect(end?.done).toBe(end?.total);
    }
    expect(heard.at(-1)?.phase).toBe('check');
    expect(heard.every(({ done, total }) => done <= total)).toBe(true);
    expect(backups().last()).toEqual({ at: 4711, bytes: made.bytes, name: 'backup.db', folder });

    await restoreRecord(file, join(folder, 'restored'), { replace: false });
    expect(everything(join(folder, 'restored'))).toEqual(everything(data));
    expect((await backups().backUp(file, nothing)).replaced).toBe(true);
  });

  it('is one state of the record, however much is written meanwhile', async () => {
    for (let epoch = 3; epoch < 12; epoch++) {
      store.recordCheckpoint(epochCheckpoint(run, epoch, { weights: bytes(2_000_000, epoch) }), KEEP_ALL);
    }
    const file = join(folder, 'backup.db');
    let written = 1000;
    let open = true;
    const writing = (async () => {
      while (open) {
        store.appendMetrics(run, [metric(++written, 12)]);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const made = await backups().backUp(file, nothing);
    open = false;
    await writing;
    expect(written).toBeGreaterThan(1001);
    expect(made.checkpoints).toBe(11);
    await restoreRecord(file, join(folder, 'restored'), { replace: false });
    const restored = openStore(join(folder, 'restored'), { mode: 'read' });
    const steps = restored.metrics(run).map(({ step }) => step);
    expect([restored.check(), steps.filter((step) => step > 1000)]).toEqual([
      [],
      Array.from({ length: steps.length - 11 }, (_, i) => 1001 + i),
    ]);
    restored.close();
  });

  it('takes the place of no other file, be it one that comes while it is made', async () => {
    const file = join(folder, 'a run.folio');
    writeFileSync(file, 'something that is dear to somebody');
    const refused = `${file} is there already and is no backup, so none takes its place`;
    await expect(backups().backUp(file, () => expect.unreachable('nothing is copied'))).rejects.toThrow(refused);
    const late = join(folder, 'late.db');
    const come = ({ phase }: CopyProgress): void => void (phase === 'check' && writeFileSync(late, 'dear as well'));
    await expect(backups().backUp(late, come)).rejects.toThrow('so none takes its place');
    expect([readFileSync(file, 'utf8'), readFileSync(late, 'utf8')]).toEqual([
      'something that is dear to somebody',
      'dear as well',
    ]);
  });

  it.each(['', '-wal', '-shm'])('is refused over the record itself (%s)', async (end) => {
    const file = join(data, `folio.db${end}`);
    await expect(backups().backUp(file, nothing)).rejects.toMatchObject({
      code: 'file',
      message: `${file} belongs to the record itself, and is never written over`,
    });
    expect(store.check()).toEqual([]);
  });

  it('is refused where the folder is missing, is a file or not to be written to, in words', async () => {
    writeFileSync(join(folder, 'a file'), '');
    mkdirSync(join(folder, 'a folder'));
    const said = async (file: string): Promise<string> =>
      backups()
        .backUp(join(folder, file), nothing)
        .then(
          () => 'made',
          (error: unknown) => toErrorMessage(error).message.replace(folder, ''),
        );
    expect(await said('missing/b.db')).toBe('/missing/b.db cannot be written: its folder does not exist');
    expect(await said('a file/b.db')).toBe(
      '/a file/b.db cannot be written: a part of its path is a file, not a folder',
    );
    expect(await said('a folder')).toBe('/a folder cannot be written: it is a folder');
  });

  it('is refused without the right to write there', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no such permissions');
    skip(process.getuid?.() === 0, 'the superuser may write anywhere');
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o500);
    await expect(backups().backUp(join(folder, 'closed', 'b.db'), nothing)).rejects.toMatchObject({
      message: expect.stringContaining('you may not write in its folder') as string,
    });
  });

  it('is refused where there is no room, and what had the name stays', async () => {
    const file = join(folder, 'kept');
    writeFileSync(file, 'before');
    const refused = async (expectedBytes: number, free: number): Promise<unknown> =>
      withPartFile(file, { expectedBytes, free: () => free }, () => Promise.reject(new Error('not asked'))).catch(
        (error: unknown) => toErrorMessage(error).message,
      );
    // What is missing is a few bytes, and the figures say that it is missing.
    expect(await refused(4_000_001, 19.9e6)).toBe(
      `${file} cannot be written: it needs 5 MB, and 16 MB more are to stay free; its disk has 19 MB left`,
    );
    expect(await refused(0, 3.9e6)).toBe(
      `${file} cannot be written: its disk has 3 MB left, of which 16 MB are to stay free`,
    );
    expect(await refused(4e6, 20e6)).toMatch(/not asked$/);
    expect([readFileSync(file, 'utf8'), beside()]).toEqual(['before', ['data', 'kept']]);
  });

  it('that is given up leaves nothing, and the record can be written', async () => {
    for (let epoch = 3; epoch < 8; epoch++) {
      store.recordCheckpoint(epochCheckpoint(run, epoch, { weights: bytes(2_000_000, epoch) }), KEEP_ALL);
    }
    const controller = new AbortController();
    const file = join(folder, 'backup.db');
    const heard: string[] = [];
    const made = backups().backUp(
      file,
      ({ phase }) => {
        heard.push(phase);
        controller.abort();
      },
      controller.signal,
    );
    await expect(made).rejects.toMatchObject({ code: 'cancelled' });
    expect([beside(), heard.includes('copy')]).toEqual([['data'], true]);
    store.appendMetrics(run, [metric(9000, 9)]);
    expect(backups().last()).toBeNull();
  });

  it('of a damaged record is as it is, and says so', async () => {
    const db = new Database(store.path);
    db.prepare("UPDATE checkpoint_blob SET data = zeroblob(500) WHERE kind = 'weights' AND id = 1").run();
    db.close();
    const file = join(folder, 'backup.db');
    expect((await backups().backUp(file, nothing)).damage).toEqual(['blob 1 does not match its SHA-256']);
  });

  it('that a browser fetches is remembered without a folder, as one is that was noted before folders were', async () => {
    const place = join(data, 'tmp', 'browser');
    mkdirSync(place, { recursive: true });
    await backups().backUp(join(place, 'backup.db'), nothing);
    expect(backups().last()).toMatchObject({ name: 'backup.db', folder: null });
    writeFileSync(join(data, 'last-backup.json'), '{"at":1,"bytes":2,"name":"old.db"}');
    expect(backups().last()).toEqual({ at: 1, bytes: 2, name: 'old.db', folder: null });
  });

  it('says when its time cannot be noted', async () => {
    mkdirSync(join(data, 'last-backup.json'));
    const made = await backups().backUp(join(folder, 'backup.db'), nothing);
    expect(made.notNoted).toMatch(/last-backup.json cannot be written: it is a folder$/);
    expect(backups().last()).toBeNull();
  });

  it('says so when its thread dies', async () => {
    const entry = join(folder, 'dies.mjs');
    writeFileSync(entry, 'process.exit(3)');
    await expect(doAside(pathToFileURL(entry), {})).rejects.toThrow('ended with code 3');
  });
});

describe('a restored backup', () => {
  const made = async (): Promise<string> => {
    const file = join(folder, 'backup.db');
    await backups().backUp(file, nothing);
    return file;
  };

  it('does not take the place of a record unless it is told to, and keeps that one under its date then', async () => {
    const file = await made();
    store.editRun(run, { name: 'after the backup' });
    store.close();
    await expect(restoreRecord(file, data, { replace: false })).rejects.toMatchObject({ code: 'file' });
    expect(nameIn(data)).toBe('after the backup');
    const now = (): Date => new Date('2026-09-14T16:05:01Z');
    const { kept } = await restoreRecord(file, data, { replace: true, now });
    expect(kept).toBe(join(data, 'folio-2026-09-14T16-05-01.db'));
    expect(await restoreRecord(file, data, { replace: true, now })).toMatchObject({
      kept: join(data, 'folio-2026-09-14T16-05-01-2.db'),
    });
    expect(existsSync(join(data, 'folio.db-wal'))).toBe(false);
    openRecord();
    expect([store.run(run).name, store.check()]).toEqual(['run', []]);
    mkdirSync(join(folder, 'old'));
    linkSync(kept ?? '', join(folder, 'old', 'folio.db'));
    expect(nameIn(join(folder, 'old'))).toBe('after the backup');
  });

  it('is refused while another works with the folder', async () => {
    const file = await made();
    await expect(restoreRecord(file, data, { replace: true })).rejects.toMatchObject({ code: 'locked' });
    expect(store.check()).toEqual([]);
  });

  it.each([
    ['nothing', null, 'not-found'],
    ['a text', 'hello, this is no record'.repeat(2000), 'damaged'],
    ['an empty file', '', 'damaged'],
  ])('is refused when it is %s, and the record that was there stays', async (_, content, code) => {
    const file = join(folder, 'given');
    if (content !== null) writeFileSync(file, content);
    store.close();
    const before = createHash('sha256').update(readFileSync(store.path)).digest('hex');
    await expect(restoreRecord(file, data, { replace: true })).rejects.toMatchObject({ code });
    expect(createHash('sha256').update(readFileSync(store.path)).digest('hex')).toBe(before);
    expect(readdirSync(data).filter((name) => /part|folio-/.test(name))).toEqual([]);
  });

  it('is refused when it was cut off', async () => {
    const file = await made();
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 20_000));
    await expect(restoreRecord(file, join(folder, 'new'), { replace: false })).rejects.toMatchObject({
      name: 'FolioError',
    });
    expect(existsSync(join(folder, 'new', 'folio.db'))).toBe(false);
  });

  it('is refused when it is of a newer Folio', async () => {
    const file = await made();
    const db = new Database(file);
    db.pragma('user_version = 999');
    db.close();
    await expect(restoreRecord(file, join(folder, 'new'), { replace: false })).rejects.toMatchObject({
      code: 'newer-database',
    });
  });
});
