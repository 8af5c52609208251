import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';

import { FolioError } from '../../shared/errors.ts';
import { sweepUnfinishedCorpora } from './corpus.ts';
import { Housekeeping } from './housekeeping.ts';
import { describeOwner, takeWriterLock, type LockOwner, type WriterLock } from './lock.ts';
import { requireLog } from './log.ts';
import { makeFolder } from './make-folder.ts';
import { fileVersion, migrate, type Migration } from './migrate.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { sweepParts } from './part-sweep.ts';
import { isPutAside, mendPutAside } from './put-aside.ts';
import { connectReader } from './read-connection.ts';
import { Sql } from './sql.ts';
import { explained, explaining, systemCode } from './sqlite-errors.ts';
import { SqliteStore } from './store.ts';
import { sweepUnfinishedImports } from './trash.ts';

/** The record's file in its folder. */
export const RECORD = 'folio.db';

export interface OpenOptions {
  /** `write`: the one writer, or an error 'locked'. `read`: never writes. `auto`: the writer if nobody else is, else read-only. */
  readonly mode: 'write' | 'read' | 'auto';
  /** How long `write` waits for another instance to end (`folio runs` holds the lock for a moment); milliseconds. */
  readonly lockWait?: number;
  /** Milliseconds since 1970; a test's own clock. */
  readonly now?: () => number;
  /** Called when a copy was removed that a move or a restore had begun to make here before it was killed. */
  readonly swept?: () => void;
  /** A test's own history of the schema. */
  readonly migrations?: readonly Migration[];
  /** Largest size of the file in pages of 16 KiB: a test's full disk. */
  readonly maxPages?: number;
}

/**
 * Opens the record of a data folder (`folio.db` in it), creating or upgrading it when this is the writer.
 *
 * @throws FolioError 'locked' (another process writes; the cause has the fields of its LockOwner, where it is known), 'newer-database', 'damaged' (not a database, not Folio's), 'file'
 *   (no right to write, no space), 'not-found' (nothing to read there). Whatever it throws, the file is as it was.
 */
export function openStore(dataDir: string, options: OpenOptions): SqliteStore {
  const path = join(dataDir, RECORD);
  if (options.mode === 'read') return openReader(path, 'it was opened for reading only', null, options);
  let attempt;
  try {
    makeFolder(dataDir);
    attempt = takeWriterLock(dataDir, options.mode === 'write' ? (options.lockWait ?? 2000) : 0);
  } catch (error) {
    const unwritable = error instanceof FolioError && error.code === 'file' && sizeOf(path) > 0;
    if (options.mode === 'write' || !unwritable) throw explained(error, dataDir);
    return openReader(path, error.message, null, options);
  }
  if (attempt.held) {
    try {
      mendPutAside(dataDir); // before a new record is begun
      if (sweepParts(dataDir)) options.swept?.();
      return openWriter(path, attempt.lock, options);
    } catch (error) {
      attempt.lock.release();
      throw explained(error, path);
    }
  }
  if (options.mode === 'auto') {
    return openReader(path, `${describeOwner(attempt.owner)} is working with ${dataDir}`, attempt.owner, options);
  }
  throw new FolioError(
    'locked',
    `${describeOwner(attempt.owner)} is working with ${dataDir}`,
    'Wait until it has ended, or name another folder with --data.',
    attempt.owner === null ? {} : { cause: Object.assign(new Error(describeOwner(attempt.owner)), attempt.owner) },
  );
}

function openWriter(path: string, lock: WriterLock, options: OpenOptions): SqliteStore {
  if (sizeOf(path) === 0 && sizeOf(`${path}-wal`) > 0) {
    // SQLite would take the file for a new one and delete the log, which may hold all that is left.
    throw new FolioError(
      'damaged',
      `${path} is empty although its log ${path}-wal is not`,
      'Both were left untouched. Move them away, or copy a file from the folder "backups" over the empty one.',
    );
  }
  const migrations = options.migrations ?? MIGRATIONS;
  const db = new Database(path, { timeout: 5000 });
  try {
    fileVersion(db, migrations.at(-1)?.version ?? 0); // refuses a file that is not ours before anything is changed
    db.pragma('page_size = 16384'); // this and the next line count only for a new file
    db.pragma('auto_vacuum = INCREMENTAL');
    requireLog(db, path, 'Choose a folder on a local disk with --data.');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('wal_autocheckpoint = 0'); // Housekeeping does it, outside of the caller's transaction
    if (options.maxPages !== undefined) db.pragma(`max_page_count = ${options.maxPages}`);
    const backup = migrate(db, migrations);
    const sql = new Sql(db);
    sweepUnfinishedCorpora(sql);
    sweepUnfinishedImports(sql);
    return new SqliteStore({
      sql,
      path,
      readOnlyReason: '',
      backup,
      housekeeping: new Housekeeping(sql),
      now: options.now ?? Date.now,
      closed: () => {
        lock.release();
      },
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

function openReader(path: string, reason: string, writer: LockOwner | null, options: OpenOptions): SqliteStore {
  if (sizeOf(path) === 0) throw nothingThere(path, writer);
  let db: Database.Database | undefined;
  try {
    db = connectReader(path);
    const newest = (options.migrations ?? MIGRATIONS).at(-1)?.version ?? 0;
    const version = fileVersion(db, newest);
    if (version === 0) throw nothingThere(path, writer);
    if (version < newest) {
      throw new FolioError(
        'read-only',
        `${path} has the older format ${version} and this Folio needs ${newest}; ${reason}`,
        'Open it once for writing: it is backed up and upgraded.',
      );
    }
    return new SqliteStore({
      sql: new Sql(db),
      path,
      readOnlyReason: reason,
      backup: null,
      housekeeping: null,
      now: options.now ?? Date.now,
      closed: () => undefined,
    });
  } catch (error) {
    db?.close();
    throw explained(error, path);
  }
}

function nothingThere(path: string, writer: LockOwner | null): FolioError {
  if (writer === null && isPutAside(dirname(path))) {
    return new FolioError(
      'read-only',
      `${path} was put aside for a backup, and that was broken off`,
      'Open it once for writing: it gets its place back.',
    );
  }
  return writer === null
    ? new FolioError(
        'not-found',
        `there is no record at ${path}`,
        '`folio train` begins one; --data names another folder.',
      )
    : new FolioError('locked', `${describeOwner(writer)} is just creating ${path}`, 'Try again in a moment.');
}

/** 0 for a file that is not there. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return 0;
    return explaining(path, () => {
      throw error;
    });
  }
}
