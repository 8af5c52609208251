/** Backups: the whole record in one file, made while the program goes on working, and remembered beside the record. */
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';

import { toErrorMessage } from '../../shared/errors.ts';
import type { CopyProgress, LastBackup } from '../../shared/keeping.ts';
import { copyRecordAside } from '../store/aside.ts';
import type { CopiedRecord } from '../store/record-copy.ts';
import { refuseTarget } from './chosen-target.ts';
import { refuseOtherThanBackup } from './import-kind.ts';
import { withPartFile } from './part-file.ts';
import { replaceFile } from './replace-file.ts';

export interface MadeBackup extends Omit<CopiedRecord, 'counts'> {
  readonly runs: number;
  readonly checkpoints: number;
  readonly replaced: boolean;
  /** Bytes of what backups to this name had left that were broken off; it is gone. */
  readonly bytesFreed: number;
  /** Why the time could not be noted; null when it was. */
  readonly notNoted: string | null;
}

export interface BackupService {
  /** Null where none was made, or none is known of. */
  last(): LastBackup | null;
  /**
   * Copies the record, whoever writes to it, into a file that is there whole and checked or not at all.
   *
   * @throws FolioError 'file' (the record itself, a file that is no backup, no room, no right), 'damaged', 'cancelled', 'not-found'
   */
  backUp(file: string, progress: (progress: CopyProgress) => void, signal?: AbortSignal): Promise<MadeBackup>;
}

/** Lies beside the record: a backup is made while another process has the right to write to that. */
const NOTE = 'last-backup.json';

const noteSchema = z.object({
  at: z.number(),
  bytes: z.number(),
  name: z.string(),
  folder: z.string().nullable().default(null),
}) satisfies z.ZodType<LastBackup>;

/** @param record the record's file, which is asked for when it is needed */
export function createBackupService(record: () => string, now: () => number = Date.now): BackupService {
  const note = (): string => join(dirname(record()), NOTE);
  return {
    last() {
      try {
        return noteSchema.parse(JSON.parse(readFileSync(note(), 'utf8')));
      } catch {
        return null; // there is none, or nothing to be made of it
      }
    },

    async backUp(file, progress, signal) {
      const source = record();
      const before = async (): Promise<void> => {
        await refuseOtherThanBackup(file);
        refuseTarget(file, source); // last: nothing comes in between then
      };
      refuseTarget(file, source);
      await before();
      const expectedBytes = await sizeWithLog(source);
      let bytesFreed = 0;
      const removed = (bytes: number): void => void (bytesFreed = bytes);
      const { made, replaced } = await withPartFile(file, { expectedBytes, signal, before, removed }, (part) =>
        copyRecordAside({ from: source, to: part }, { progress, signal }),
      );
      const { counts, ...rest } = made;
      const folder = folderOf(file, source);
      const noted: LastBackup = { at: now(), bytes: made.bytes, name: basename(file), folder };
      const notNoted = await replaceFile(note(), Buffer.from(JSON.stringify(noted))).then(
        () => null,
        (error: unknown) => toErrorMessage(error).message,
      );
      return { ...rest, runs: counts.run, checkpoints: counts.checkpoint, replaced, bytesFreed, notNoted };
    },
  };
}

/** Null of one that lies among the record's temporary files, from where a browser fetches it. */
function folderOf(file: string, source: string): string | null {
  const folder = dirname(resolve(file));
  const temporary = join(dirname(resolve(source)), 'tmp');
  return folder === temporary || folder.startsWith(temporary + sep) ? null : folder;
}

async function sizeWithLog(record: string): Promise<number> {
  const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size; // no log is an empty one
  return (await sizeOf(record)) + (await sizeOf(`${record}-wal`));
}
