import { existsSync } from 'node:fs';

import Database from 'better-sqlite3';

import { FolioError } from '../../shared/errors.ts';
import { systemCode } from './sqlite-errors.ts';

/** How long a read waits while SQLite recovers or truncates the log. */
const BUSY_MS = 5000;

/**
 * A connection that cannot write to the database; it still needs the log's index beside it, or the right to make one.
 *
 * @throws FolioError 'file' without that right, and what SQLite raises
 */
export function connectReader(path: string): Database.Database {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  try {
    db.pragma('user_version');
    return db;
  } catch (error) {
    db.close();
    if (!/^SQLITE_(READONLY|CANTOPEN)/.test(systemCode(error) ?? '')) throw error;
    throw new FolioError(
      'file',
      `${path} cannot be read without the right to write to its folder`,
      'Copy the folder to where you may write, and name the copy with --data.',
      { cause: error },
    );
  }
}

/**
 * To be asked before a file at rest is read; what comes back, after that. A connection that cannot write leaves an empty log and its index beside a
 * file that was copied by hand. SQLite takes them away when the last connection that can write ends, and never those that anybody still uses.
 */
export function leavingNothing(path: string): () => void {
  const log = ['-wal', '-shm'].map((end) => path + end);
  if ([...log, `${path}-journal`].some((file) => existsSync(file))) return () => undefined;
  return () => {
    if (!log.some((file) => existsSync(file))) return;
    try {
      const db = new Database(path, { fileMustExist: true, timeout: 0 });
      try {
        db.pragma('user_version');
      } finally {
        db.close();
      }
    } catch {
      // they do no harm
    }
  };
}
