/** What is left where the record lay before: offered to be deleted, and never deleted while it may hold what is nowhere else. */
import { join } from 'node:path';
import { FolioError } from '../../shared/errors.ts';
import type { OldRecord } from '../../shared/keeping.ts';
import { underWriterLock } from '../store/lock.ts';
import { emptyTheLog, readElsewhere } from '../store/log.ts';
import { RECORD } from '../store/open.ts';
import { changingLocation, locationOf, readLocation, writeLocation } from './location.ts';
import { comparable, workIn, workSince } from './old-work.ts';
import { holdsRecord, isSamePlace, recordBytes, removeRecord } from './places.ts';
import { cannotDelete } from './replace-file.ts';

/** Of what is new in it, so many are named. */
const NAMED = 5;

/** What was left behind last, when it can be deleted: the record is open elsewhere. Null when there is nothing. */
export function oldRecord(defaultFolder: string, openFolder: string): OldRecord | null {
  const location = readLocation(defaultFolder);
  if (location === null || !isSamePlace(location.folder, openFolder)) return null;
  const folder = location.before.findLast((path) => !isSamePlace(path, openFolder) && holdsRecord(path));
  if (folder === undefined) return null;
  const left = comparable(location.left?.[folder]);
  // Of what was not noted when it was left only that is known to be nothing new which this record holds as well.
  const { count, names } = workSince(left ?? workIn(join(openFolder, RECORD)), join(folder, RECORD));
  const isLeftKnown = left !== undefined;
  return { folder, bytes: recordBytes(folder), newer: count, names: names.slice(0, NAMED), isLeftKnown };
}

/**
 * Deletes it for good, or leaves it and asks no more. Bytes freed.
 *
 * @throws FolioError 'not-found' when there is none, 'locked' when another Folio works with it or reads it, 'file' when it holds work that was done in
 *   it since, or may hold some
 */
export function settleOldRecord(defaultFolder: string, openFolder: string, what: 'delete' | 'keep'): number {
  return changingLocation(defaultFolder, () => settle(defaultFolder, openFolder, what));
}

function settle(defaultFolder: string, openFolder: string, what: 'delete' | 'keep'): number {
  const old = oldRecord(defaultFolder, openFolder);
  if (old === null) throw nothingOld();
  if (what === 'delete') {
    underWriterLock(old.folder, 0, () => {
      // Not before: another Folio may have been at work until the lock was free.
      const now = oldRecord(defaultFolder, openFolder);
      if (now?.folder !== old.folder) throw nothingOld();
      if (now.newer > 0) throw newerWork(now);
      deleteRecord(old.folder);
    });
  }
  const { left = {}, ...location } = locationOf(defaultFolder);
  const before = location.before.filter((path) => path !== old.folder);
  // What is begun there after a deletion is all new.
  const known = Object.entries(left).filter(([path]) => what === 'keep' || path !== old.folder);
  writeLocation(defaultFolder, { ...location, before, left: Object.fromEntries(known) });
  return what === 'delete' ? old.bytes : 0;
}

function newerWork({ folder, newer, names, isLeftKnown }: OldRecord): FolioError {
  const hint =
    'Export it first; then delete its files yourself: folio.db, folio.db-wal and folio.db-shm. --data names the folder, and `folio move --keep-old` leaves it and asks no more.';
  if (names.length === 0) {
    return new FolioError('file', `what ${folder} holds cannot be read, and may be the one copy of something`, hint);
  }
  const which = names.map((name) => `“${name}”`).join(', ');
  return new FolioError(
    'file',
    isLeftKnown
      ? `${folder} holds work since the move (runs and texts: ${newer}; ${which})`
      : `it is not known what ${folder} held when it was left, and it holds what this record does not (runs and texts: ${newer}; ${which})`,
    hint,
  );
}

/**
 * Without its log, which a kill would leave alone, to be played over the next record there. The lock's file stays: another process may be waiting
 * for it.
 */
function deleteRecord(folder: string): void {
  if (!emptyTheLog(join(folder, RECORD))) throw readElsewhere(folder);
  try {
    removeRecord(folder);
  } catch (error) {
    throw cannotDelete(join(folder, RECORD), error);
  }
}

function nothingOld(): FolioError {
  return new FolioError('not-found', 'there is no old record to delete');
}
