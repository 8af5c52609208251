/** A backup put back in the place of a record: `folio restore`, and the window. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { copyRecordAside } from '../store/aside.ts';
import { isEmptyRecord } from '../store/empty-record.ts';
import { describeOwner, takeWriterLock, type WriterLock } from '../store/lock.ts';
import { closeTheLog, isAlone, readElsewhere } from '../store/log.ts';
import { makeFolder } from '../store/make-folder.ts';
import { sweepParts } from '../store/part-sweep.ts';
import { mendPutAside, putAside, settleAside } from '../store/put-aside.ts';
import { explaining } from '../store/sqlite-errors.ts';
import { forgetRestore, noteRestore } from './broken-restore.ts';
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
 * Puts a checked copy of a backup into a data folder. Until the copy is there, whole, nothing else is touched. A record that was begun and never held
 * anything gives way without a word: opening a folder is enough to begin one.
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
  explaining(dataDir, () => makeFolder(dataDir));
  const locks = letGo === undefined ? [lockOf(dataDir)] : [];
  const aside: string[] = [];
  const before = async (): Promise<void> => {
    letGo?.();
    if (letGo !== undefined) locks.push(lockOf(dataDir));
    if (!isThere(record)) return;
    const isInTheWay = replace || !isEmptyRecord(record);
    if (!replace && isInTheWay) throw taken(dataDir);
    if (!(await closesTheLog(record, letGo === undefined ? 0 : THREADS_MS))) throw readElsewhere(dataDir);
    if (isInTheWay) aside.push(explaining(record, () => putAside(record, now())));
  };
  const options = { signal, ...(progress === undefined ? {} : { progress }) };
  try {
    explaining(record, () => mendPutAside(dataDir));
    sweepParts(dataDir);
    if (isThere(record)) {
      if (!replace && !isEmptyRecord(record)) throw taken(dataDir);
      if (letGo === undefined && !isAlone(record)) throw readElsewhere(dataDir);
    }
    noteRestore(dataDir, file);
    const { made } = await withPartFile(record, { expectedBytes, signal, before }, (part) =>
      readingBackup(file, () => copyRecordAside({ from: file, to: part }, options)),
    );
    return { record, bytes: made.bytes, runs: made.counts.run, damage: made.damage, kept: aside[0] ?? null };
  } finally {
    for (const name of aside) settleQuietly(record, name);
    forgetRestore(dataDir);
    for (const lock of locks) lock.release();
  }
}

/** The size of a backup in bytes. Throws FolioError 'not-found' for what is no file, 'file' for the record itself, and what requireBackup throws. */
export async function refuseRecordItself(file: string, record: string): Promise<number> {
  const found = explaining(file, () => statSync(file, { throwIfNoEntry: false }));
  if (found?.isDirectory() === true) {
    throw new FolioError('file', `${file} is a folder`, 'Choose a file that `folio backup` or the app wrote.');
  }
  if (found?.isFile() !== true) throw new FolioError('not-found', `there is no file ${file}`, 'Check the path.');
  await requireBackup(file);
  if (await isSameFile(file, record)) {
    throw new FolioError('file', `${file} is the record of this folder already`, 'There is nothing to restore.');
  }
  return found.size;
}

/** What is advised of a damaged record is for one that is worked with: of a backup there is another copy, or another backup, or none. */
export async function readingBackup<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FolioError) || !error.message.startsWith(`the database ${file} is damaged`)) throw error;
    throw new FolioError(
      'damaged',
      `${file} is damaged, or not all of it is there, so it cannot be put back`,
      'Copy it once more from where it came from, or choose another backup. Nothing else was changed.',
      { cause: error },
    );
  }
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

/** The record of before has its place again, or, where the new one is there, its name with the date. */
function settleQuietly(record: string, name: string): void {
  try {
    settleAside(record, name);
  } catch {
    // The first error says more; the next opening tries it again, and begins no record before.
  }
}

/** Under the lock only: what is found without it may be another's work a moment later. */
function isThere(record: string): boolean {
  return [record, `${record}-wal`, `${record}-journal`].some(
    (path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0,
  );
}

function taken(dataDir: string): FolioError {
  return new FolioError(
    'file',
    `${dataDir} holds a record already`,
    'With --replace it is kept beside the restored one, under a name with the date; --data names another folder.',
  );
}
