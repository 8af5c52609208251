/**
 * The record moved to another folder: copied, checked, and then pointed to. Whatever fails before the last step, the old record
 * counts and nothing of the new one is left; after it the new one counts, and the old one stays until a person has it deleted. A process that is
 * killed before the last step may leave a copy in the new folder: an unfinished one goes with the next move there, a whole one stays.
 */
import { readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress, OldRecord } from '../../shared/keeping.ts';
import { copyRecordAside } from '../store/aside.ts';
import { takeWriterLock } from '../store/lock.ts';
import { makeFolder } from '../store/make-folder.ts';
import { sweepParts } from '../store/part-sweep.ts';
import { holdsRecord, readLocation, writeLocation } from './location.ts';
import { workIn, workSince } from './old-work.ts';
import { withPartFile } from './part-file.ts';
import { cannotWrite } from './replace-file.ts';

export interface MoveOptions {
  /** The folder that never moves: it holds the note that says where the record is. */
  readonly defaultFolder: string;
  readonly progress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal | undefined;
  /** A test's own: called before each step, to be killed there. */
  readonly before?: (step: 'copy' | 'name' | 'point') => void;
}

export interface Moved {
  readonly folder: string;
  readonly bytes: number;
  readonly damage: readonly string[];
}

/** The record's own files; what else lies in its folder (a log, older backups, the window's) is no part of it. */
const FILES = ['folio.db', 'folio.db-wal', 'folio.db-shm'];

/**
 * To be called by the process that has the record open for writing and lets nobody write meanwhile. Afterwards it must end, or open
 * the new folder.
 *
 * @throws FolioError 'file' (the folder holds a record, is inside of the old one, cannot be written to, has no room), 'damaged' (the copy is
 *   not what was copied), 'cancelled'
 */
export async function moveRecord(from: string, to: string, options: MoveOptions): Promise<Moved> {
  const { defaultFolder, progress, signal, before } = options;
  const source = join(from, 'folio.db');
  const made = madeFolder(to);
  try {
    refuseUnfit(from, to, defaultFolder);
    const lock = takeWriterLock(to, 0);
    if (!lock.held) throw new FolioError('locked', `another Folio is working with ${to}`, 'Close it first.');
    try {
      sweepParts(to); // of a move that was killed
      before?.('copy');
      const target = join(to, 'folio.db');
      const room = { expectedBytes: sizeOf(from), signal, before: () => before?.('name') };
      const copied = await withPartFile(target, room, (part) =>
        copyRecordAside({ from: source, to: part }, { signal, ...(progress === undefined ? {} : { progress }) }),
      );
      try {
        before?.('point');
        const location = readLocation(defaultFolder);
        const left = { ...location?.left, [from]: workIn(source) };
        writeLocation(defaultFolder, { folder: to, before: [...(location?.before ?? []), from], left });
      } catch (error) {
        rmSync(target, { force: true });
        throw cannotWrite(defaultFolder, error);
      }
      return { folder: to, bytes: copied.made.bytes, damage: copied.made.damage };
    } finally {
      lock.lock.release();
    }
  } catch (error) {
    if (!holdsRecord(to)) tidy(to, made);
    throw error;
  }
}

/** What was left behind, when it can be deleted: the record is open elsewhere. Null when there is nothing. */
export function oldRecord(defaultFolder: string, openFolder: string): OldRecord | null {
  const location = readLocation(defaultFolder);
  if (location === null || !isSamePlace(location.folder, openFolder)) return null;
  const folder = location.before.find((path) => !isSamePlace(path, openFolder) && holdsRecord(path));
  if (folder === undefined) return null;
  const left = location.left?.[folder];
  return { folder, bytes: sizeOf(folder), newer: left === undefined ? 0 : workSince(left, join(folder, 'folio.db')) };
}

/**
 * Deletes it for good, or leaves it and asks no more. Bytes freed.
 *
 * @throws FolioError 'not-found' when there is none, 'locked' when another Folio works with it, 'file' when work was done in it since
 */
export function settleOldRecord(defaultFolder: string, openFolder: string, what: 'delete' | 'keep'): number {
  const old = oldRecord(defaultFolder, openFolder);
  if (old === null) throw new FolioError('not-found', 'there is no old record to delete');
  if (what === 'delete') {
    if (old.newer > 0) throw newerWork(old);
    deleteRecord(old.folder);
  }
  const location = readLocation(defaultFolder);
  const before = (location?.before ?? []).filter((path) => path !== old.folder);
  writeLocation(defaultFolder, { folder: openFolder, before, left: location?.left });
  return what === 'delete' ? old.bytes : 0;
}

function newerWork({ folder, newer }: OldRecord): FolioError {
  return new FolioError(
    'file',
    `${folder} holds work since the move (runs and texts: ${newer})`,
    'Export it first; then delete that folder yourself.',
  );
}

function deleteRecord(folder: string): void {
  const lock = takeWriterLock(folder, 0);
  if (!lock.held) throw new FolioError('locked', `another Folio is working with ${folder}`, 'Close it first.');
  try {
    for (const name of FILES) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  } finally {
    lock.lock.release();
  }
  rmSync(join(folder, 'folio.lock'), { force: true });
}

/** Whether it was made here: then it goes again when the move fails. */
function madeFolder(folder: string): boolean {
  const isThere = statSync(folder, { throwIfNoEntry: false });
  if (isThere !== undefined) {
    if (isThere.isDirectory()) return false;
    throw new FolioError('file', `${folder} is a file, not a folder`, 'Choose another folder.');
  }
  try {
    makeFolder(folder);
    return true;
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

function refuseUnfit(from: string, to: string, defaultFolder: string): void {
  if (isSamePlace(from, to)) {
    throw new FolioError('file', `the record is in ${to} already`, 'Choose another folder.');
  }
  if (isInside(to, from)) {
    throw new FolioError(
      'file',
      `${to} is inside of the folder that the record is moved from`,
      'Choose another folder.',
    );
  }
  const before = readLocation(defaultFolder)?.before ?? [];
  if (holdsRecord(to) && before.some((path) => isSamePlace(path, to))) {
    throw new FolioError(
      'file',
      `${to} still holds the record as it was before it was moved from there`,
      'Delete that first in Settings, then move the record back. `folio move --delete-old` does it, too.',
    );
  }
  if (holdsRecord(to)) {
    throw new FolioError(
      'file',
      `${to} holds a record already`,
      'Choose an empty folder. A record is never written over, and two are never made one.',
    );
  }
}

function tidy(folder: string, made: boolean): void {
  rmSync(join(folder, 'folio.lock'), { force: true });
  if (made && readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}

function isSamePlace(one: string, other: string): boolean {
  return real(one) === real(other);
}

function isInside(path: string, folder: string): boolean {
  const way = relative(real(folder), real(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way;
}

/** Links followed, as far as there is something. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(real(dirname(path)), relative(dirname(path), path));
  }
}

function sizeOf(folder: string): number {
  return FILES.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}
