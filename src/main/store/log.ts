import { closeSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';

import { FolioError } from '../../shared/errors.ts';
import { systemCode } from './sqlite-errors.ts';

/**
 * A record keeps its log in memory that processes share, which not every network drive has.
 *
 * @param hint where else it can lie
 * @throws FolioError 'file' where `place` has none, and what SQLite throws
 */
export function requireLog(db: Database.Database, place: string, hint: string): void {
  const journal = db.pragma('journal_mode = WAL', { simple: true });
  if (journal === 'wal') return;
  throw new FolioError(
    'file',
    `${place} lies on a file system without shared memory (journal mode ${String(journal)})`,
    hint,
  );
}

/**
 * Copies what a record's log holds into the record and removes the log, so that the file is all there is. Only for who holds the writer's
 * lock, which does not keep readers out. A record that is too damaged for that keeps its log.
 *
 * @returns false when another process has the record open: all is as it was then
 */
export function closeTheLog(record: string): boolean {
  if (!isDatabase(record)) return true;
  return tryAlone(record, (db) => {
    db.pragma('wal_checkpoint(TRUNCATE)');
    return db.pragma('journal_mode = DELETE', { simple: true }) === 'delete';
  });
}

/**
 * The same for a record that is to go: it stays one with a log. A kill while it becomes one without leaves it as nobody can read it who may not write.
 *
 * @returns false when another process has the record open
 */
export function emptyTheLog(record: string): boolean {
  if (!isDatabase(record)) return true;
  return tryAlone(record, (db) => {
    db.pragma('locking_mode = EXCLUSIVE'); // see isAlone
    db.pragma('wal_checkpoint(TRUNCATE)');
    return true; // and what closes last removes it
  });
}

/** What is told then: a reader would go on with files that are another record's by then, and leave them damaged. */
export function readElsewhere(dataDir: string): FolioError {
  return new FolioError('locked', `another Folio reads the record in ${dataDir}`, 'Close it first.');
}

/** Whether no other process has the record open, as far as a record that may be damaged can be asked. */
export function isAlone(record: string): boolean {
  if (!isDatabase(record)) return true;
  return tryAlone(record, (db) => {
    db.pragma('locking_mode = EXCLUSIVE'); // before the first read: that takes the whole file then, and fails when anybody has it
    db.pragma('user_version');
    return true;
  });
}

function tryAlone(record: string, ask: (db: Database.Database) => boolean): boolean {
  let db: Database.Database | undefined;
  try {
    db = new Database(record, { fileMustExist: true, timeout: 0 });
    return ask(db);
  } catch (error) {
    return systemCode(error)?.startsWith('SQLITE_BUSY') !== true; // anything else is the damage that was spoken of
  } finally {
    db?.close();
  }
}

/** SQLite would delete the log beside a file that is empty or no database, and that may hold all that is left. */
function isDatabase(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const begin = Buffer.alloc(16);
    readSync(file, begin, 0, 16, 0);
    return begin.toString('latin1') === 'SQLite format 3\0';
  } catch {
    return false; // not there, or not to be read
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
