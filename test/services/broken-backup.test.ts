/** What a backup or an export leaves whose process was killed, and who may take it away. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createBackupService, type MadeBackup } from '../../src/main/services/backup.ts';
import { computer, lockPart } from '../../src/main/store/part-lock.ts';
import { killedBackup } from './killed-copy.ts';
import { folder, nothing, store, useRecord } from './record-harness.ts';

useRecord(1);

const backUp = (name: string): Promise<MadeBackup> =>
  createBackupService(() => store.path).backUp(join(folder, name), nothing);
const parts = (): string[] => readdirSync(folder).filter((name) => name.includes('.part'));

describe('a backup that was killed', () => {
  it('is gone with the next one to the same name, which says how much it was', async () => {
    killedBackup(folder, store.path, join(folder, 'b.db'));
    expect(parts().filter((name) => /^b\.db\.[0-9a-f]{6}\.part$/.test(name))).toHaveLength(1);
    expect((await backUp('other.db')).bytesFreed).toBe(0);
    expect(parts()).not.toEqual([]);
    expect((await backUp('b.db')).bytesFreed).toBeGreaterThan(100_000);
    expect(parts()).toEqual([]);
    expect((await backUp('b.db')).bytesFreed).toBe(0);
  });

  it('is gone although the next one fails', async () => {
    killedBackup(folder, store.path, join(folder, 'b.db'));
    const controller = new AbortController();
    controller.abort();
    const next = createBackupService(() => store.path).backUp(join(folder, 'b.db'), nothing, controller.signal);
    await expect(next).rejects.toMatchObject({ code: 'cancelled' });
    expect(parts()).toEqual([]);
  });
});

describe('a file that looks like what a killed backup left', () => {
  const name = 'b.db.abcdef.part';
  const isLeft = async (): Promise<boolean> => {
    writeFileSync(join(folder, name), 'work');
    expect((await backUp('b.db')).bytesFreed).toBe(0);
    return existsSync(join(folder, name));
  };

  it('stays while its maker lives', async () => {
    const lock = lockPart(join(folder, name));
    expect(await isLeft()).toBe(true);
    lock?.release();
    expect(parts()).toEqual([name]);
  });

  it('goes once it is known that its maker is gone', async () => {
    abandon(join(folder, name));
    writeFileSync(join(folder, name), 'work');
    expect((await backUp('b.db')).bytesFreed).toBe(4);
    expect(parts()).toEqual([]);
  });

  it('stays where no lock says whose it is', async () => {
    expect(await isLeft()).toBe(true);
  });

  it('stays where its maker may live on another computer', async () => {
    abandon(join(folder, name), computer() ^ 1);
    expect(await isLeft()).toBe(true);
    expect(existsSync(join(folder, `${name}.lock`))).toBe(true);
  });

  it.each(['b.db.ABCDEF.part', 'b.db.abcdef1.part', 'ab.db.abcdef.part', 'b.db.x.abcdef.part'])(
    'stays under another name (%s)',
    async (other) => {
      writeFileSync(join(folder, other), 'work');
      abandon(join(folder, other));
      await backUp('b.db');
      expect(existsSync(join(folder, other))).toBe(true);
    },
  );

  /** The lock of a maker that is gone: its file alone. */
  function abandon(part: string, maker = computer()): void {
    const left = new Database(`${part}.lock`);
    left.pragma(`application_id = ${maker}`);
    left.close();
  }
});
