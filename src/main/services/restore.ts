/** A backup put back in the place of a record: `folio restore`. */
import { existsSync, linkSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { copyRecordAside } from '../store/aside.ts';
import { describeOwner, takeWriterLock } from '../store/lock.ts';
import { closeTheLog } from '../store/log.ts';
import { explaining } from '../store/sqlite-errors.ts';
import { isSameFile, withPartFile } from './part-file.ts';

export interface RestoreOptions {
  /** Puts a record that is there aside, under a name with the date. */
  readonly replace: boolean;
  readonly progress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
}

export interface Restored {
  readonly record: string;
  readonly bytes: number;
  readonly runs: number;
  readonly damage: readonly string[];
  /** Where the record that was there before lies now; null when there was none. */
  readonly kept: string | null;
}

/**
 * Puts a checked copy of a backup into a data folder. Until the copy is there, whole, nothing else is touched.
 *
 * @throws FolioError 'file' when the folder holds a record and it is not to be replaced, or cannot be written; 'not-found', 'damaged' and
 *   'newer-database' for a file that is no backup; 'locked' when another Folio works with the folder; 'cancelled'
 */
export async function restoreRecord(
  file: string,
  dataDir: string,
  { replace, progress, signal, now = () => new Date() }: RestoreOptions,
): Promise<Restored> {
  const record = join(dataDir, 'folio.db');
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) throw new FolioError('not-found', `there is no file ${file}`, 'Check the path.');
  if (await isSameFile(file, record)) {
    throw new FolioError('file', `${file} is the record of this folder already`, 'There is nothing to restore.');
  }
  const isThere = [record, `${record}-wal`].some((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0);
  if (isThere && !replace) {
    throw new FolioError(
      'file',
      `${dataDir} holds a record already`,
      'With --replace it is kept beside the restored one, under a name with the date; --data names another folder.',
    );
  }
  explaining(dataDir, () => mkdirSync(dataDir, { recursive: true }));
  const attempt = takeWriterLock(dataDir, 0);
  if (!attempt.held) {
    throw new FolioError('locked', `${describeOwner(attempt.owner)} is working with ${dataDir}`, 'Close it first.');
  }
  let kept: string | null = null;
  const before = (): void => {
    if (isThere) kept = explaining(record, () => putAside(record, dataDir, now()));
  };
  const options = { signal, ...(progress === undefined ? {} : { progress }) };
  try {
    const { made } = await withPartFile(record, { expectedBytes: found.size, signal, before }, (part) =>
      copyRecordAside({ from: file, to: part }, options),
    );
    return { record, bytes: made.bytes, runs: made.counts.run, damage: made.damage, kept };
  } catch (error) {
    if (kept !== null && !existsSync(record)) renameSync(kept, record);
    throw error;
  } finally {
    attempt.lock.release();
  }
}

/**
 * Gives the record a second name, with its log under one that belongs to it, so that at no moment one of both is without the other and the new
 * record never meets the log of the old.
 */
function putAside(record: string, dataDir: string, now: Date): string {
  closeTheLog(record);
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const names = (function* (): Generator<string> {
    yield join(dataDir, `folio-${stamp}.db`);
    for (let number = 2; ; number++) yield join(dataDir, `folio-${stamp}-${number}.db`);
  })();
  for (const name of names) {
    if (existsSync(name)) continue;
    if (existsSync(record)) secondName(record, name);
    if (existsSync(`${record}-wal`)) renameSync(`${record}-wal`, `${name}-wal`);
    return name;
  }
  throw new FolioError('internal', 'no name is free');
}

function secondName(record: string, name: string): void {
  try {
    linkSync(record, name);
  } catch {
    renameSync(record, name); // a file system on which a file has one name
  }
}
