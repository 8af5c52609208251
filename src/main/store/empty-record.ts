import { connectReader, leavingNothing } from './read-connection.ts';
import { countRows, requireRecord } from './record-copy.ts';

/** Whether a record is whole, as far as can be seen, and holds nothing at all: as it was begun. False for what cannot be read. */
export function isEmptyRecord(record: string): boolean {
  try {
    const tidy = leavingNothing(record);
    const db = connectReader(record);
    try {
      requireRecord(db);
      return Object.values(countRows(db)).every((count) => count === 0);
    } finally {
      db.close();
      tidy();
    }
  } catch {
    return false; // as said above
  }
}
