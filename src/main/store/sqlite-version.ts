/** Of SQLite itself, which comes with better-sqlite3. */
import Database from 'better-sqlite3';

/** For example "3.50.4". Throws whatever loading the native module throws. */
export function sqliteVersion(): string {
  const database = new Database(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
}
