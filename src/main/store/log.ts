import Database from 'better-sqlite3';

/**
 * Copies what a record's log holds into the record and removes the log, so that the file is all there is. Only for who holds the writer's
 * lock. A record that is too damaged for that keeps its log.
 */
export function closeTheLog(record: string): void {
  let db: Database.Database | undefined;
  try {
    db = new Database(record, { fileMustExist: true, timeout: 0 });
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.pragma('journal_mode = DELETE');
  } catch {
    // as said above
  } finally {
    db?.close();
  }
}
