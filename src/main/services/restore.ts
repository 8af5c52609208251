/** A backup put back in the place of a record: `folio restore`, and the window. */
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { copyRecordAside } from '../store/aside.ts';
import { describeOwner, takeWriterLock, type WriterLock } from '../store/lock.ts';
import { closeTheLog, isAlone } from '../store/log.ts';
import { makeFolder } from '../store/make-folder.ts';
import { sweepParts } from '../store/part-sweep.ts';
import { explaining } from '../store/sqlite-errors.ts';
import { requireBackup } from './import-kind.ts';
import { isSameFile, withPartFile } from './part-file.ts';

export interface RestoreOptions {
  /** Puts a record that is there aside, under a name with the date. */
  readonly replace: boolean;
  readonly progress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
  /** Where the record is open for writing in this process: closes it, for good. Called when the copy is there, and only then. */
  readonly letGo?: () => void;
}

/** Threads of this process that have been told to end need milliseconds. */
const THREADS_MS = 3000;
const LOOK_MS = 50;

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
 * @throws FolioError 'file' for a single run's file, when the folder holds a record and it is not to be replaced, or cannot be written;
 *   'not-found', 'damaged' and 'newer-database' for a file that is no backup; 'locked' when another Folio works with the folder or reads its record; 'cancelled'
 */
export async function restoreRecord(
  file: string,
  dataDir: string,
  { replace, progress, signal, now = () => new Date(), letGo }: RestoreOptions,
): Promise<Restored> {
  const record = join(dataDir, 'folio.db');
  const expectedBytes = await refuseRecordItself(file, record);
  const isThere = [record, `${record}-wal`].some((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0);
  if (isThere && !replace) {
    throw new FolioError(
      'file',
      `${dataDir} holds a record already`,
      'With --replace it is kept beside the restored one, under a name with the date; --data names another folder.',
    );
  }
  explaining(dataDir, () => makeFolder(dataDir));
  const locks = letGo === undefined ? [lockOf(dataDir)] : [];
  const aside: Aside[] = [];
  const before = async (): Promise<void> => {
    letGo?.();
    if (letGo !== undefined) locks.push(lockOf(dataDir));
    if (!isThere) return;
    if (!(await closesTheLog(record, letGo === undefined ? 0 : THREADS_MS))) throw inUse(dataDir);
    aside.push(explaining(record, () => putAside(record, dataDir, now())));
  };
  const options = { signal, ...(progress === undefined ? {} : { progress }) };
  try {
    sweepParts(dataDir);
    if (isThere && letGo === undefined && !isAlone(record)) throw inUse(dataDir);
    const { made } = await withPartFile(record, { expectedBytes, signal, before }, (part) =>
      copyRecordAside({ from: file, to: part }, options),
    );
    return { record, bytes: made.bytes, runs: made.counts.run, damage: made.damage, kept: aside[0]?.name ?? null };
  } catch (error) {
    aside[0]?.undo();
    throw error;
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** The size of a backup in bytes. Throws FolioError 'not-found' for what is no file, 'file' for the record itself, and what requireBackup throws. */
export async function refuseRecordItself(file: string, record: string): Promise<number> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) throw new FolioError('not-found', `there is no file ${file}`, 'Check the path.');
  await requireBackup(file);
  if (await isSameFile(file, record)) {
    throw new FolioError('file', `${file} is the record of this folder already`, 'There is nothing to restore.');
  }
  return found.size;
}

function lockOf(dataDir: string): WriterLock {
  const attempt = takeWriterLock(dataDir, 0);
  if (attempt.held) return attempt.lock;
  throw new FolioError('locked', `${describeOwner(attempt.owner)} is working with ${dataDir}`, 'Close it first.');
}

/** See closeTheLog. @param patience for as many milliseconds it is tried again */
async function closesTheLog(record: string, patience: number): Promise<boolean> {
  const end = performance.now() + patience;
  while (!closeTheLog(record)) {
    if (performance.now() >= end) return false;
    await delay(LOOK_MS);
  }
  return true;
}

/** A reader would go on with files that are another record's by then, and leave them damaged. */
function inUse(dataDir: string): FolioError {
  return new FolioError('locked', `another Folio reads the record in ${dataDir}`, 'Close it first.');
}

interface Aside {
  readonly name: string;
  /** Has all as it was. */
  undo(): void;
}

/**
 * Gives the record a second name, with what a damaged one still has beside it under names that belong to it, so that the new record never
 * meets the log of the old. When it fails, all is as it was.
 */
function putAside(record: string, dataDir: string, now: Date): Aside {
  const name = freeName(dataDir, now);
  const undoing: (() => void)[] = [];
  const undo = (): void => {
    for (const step of undoing.splice(0).reverse()) step();
  };
  try {
    if (existsSync(record)) undoing.push(secondName(record, name));
    for (const end of ['-wal', '-shm', '-journal']) {
      if (!existsSync(record + end)) continue;
      renameSync(record + end, name + end);
      undoing.push(() => renameSync(name + end, record + end));
    }
  } catch (error) {
    undo();
    throw error;
  }
  return { name, undo };
}

function freeName(dataDir: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const isFree = (path: string): boolean => ['', '-wal', '-shm', '-journal'].every((end) => !existsSync(path + end));
  for (let number = 1; ; number++) {
    const name = join(dataDir, `folio-${stamp}${number === 1 ? '' : `-${number}`}.db`);
    if (isFree(name)) return name;
  }
}

/** Returns what takes it back. */
function secondName(record: string, name: string): () => void {
  try {
    linkSync(record, name);
    return () => rmSync(name);
  } catch {
    renameSync(record, name); // a file system on which a file has one name
    return () => renameSync(name, record);
  }
}
