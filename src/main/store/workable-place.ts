import { join } from 'node:path';

import Database from 'better-sqlite3';

import { FolioError } from '../../shared/errors.ts';
import { sweepParts, UNNAMED } from './part-sweep.ts';
import { explained } from './sqlite-errors.ts';

/**
 * A record keeps its log in memory that processes share, which not every network drive has: a copy would be made there and never be opened.
 * Tried with a file of its own, under a name that the next sweep removes. Only for who holds the folder's writer's lock.
 *
 * @throws FolioError 'file' when no record could be worked with in this folder
 */
export function requireWorkablePlace(folder: string): void {
  let db: Database.Database | undefined;
  try {
    db = new Database(join(folder, UNNAMED));
    const journal = db.pragma('journal_mode = WAL', { simple: true });
    if (journal !== 'wal') {
      throw new FolioError(
        'file',
        `${folder} lies on a file system without shared memory (journal mode ${String(journal)})`,
        'Choose a folder on a local disk.',
      );
    }
    db.exec('CREATE TABLE IF NOT EXISTS tried (value INTEGER) STRICT');
  } catch (error) {
    throw explained(error, folder);
  } finally {
    db?.close();
    sweepParts(folder);
  }
}
