import { join } from 'node:path';

import Database from 'better-sqlite3';

import { requireLog } from './log.ts';
import { sweepParts, UNNAMED } from './part-sweep.ts';
import { explained } from './sqlite-errors.ts';

/**
 * Not every place can have a record's log (see requireLog): a copy would be made there and never be opened.
 * Tried with a file of its own, under a name that the next sweep removes. Only for who holds the folder's writer's lock.
 *
 * @throws FolioError 'file' when no record could be worked with in this folder
 */
export function requireWorkablePlace(folder: string): void {
  let db: Database.Database | undefined;
  try {
    db = new Database(join(folder, UNNAMED));
    requireLog(db, folder, 'Choose a folder on a local disk.');
    db.exec('CREATE TABLE IF NOT EXISTS tried (value INTEGER) STRICT');
  } catch (error) {
    throw explained(error, folder);
  } finally {
    db?.close();
    sweepParts(folder);
  }
}
