/** A file that is to take the place of a record, looked at as a whole and left as it is. */
import { statSync } from 'node:fs';

import type { CopyProgress } from '../../shared/keeping.ts';
import { connectReader, leavingNothing } from './read-connection.ts';
import { findDamage, requireRecord } from './record-copy.ts';
import { explaining } from './sqlite-errors.ts';

export interface ExaminedRecord {
  readonly bytes: number;
  /** Without those that a person deleted. */
  readonly runs: number;
  /** When a run of it was last worked on, in milliseconds since 1970; null when there is none. */
  readonly last: number | null;
  /** What is damaged in it, in words. */
  readonly damage: readonly string[];
}

/** Deleted runs are kept for a while since this version of the schema. */
const WITH_TRASH = 2;

/** Reads all of it. Throws FolioError 'damaged' for what is no record, 'newer-database', 'file'. */
export function examineRecord(file: string, progress: (progress: CopyProgress) => void): ExaminedRecord {
  return explaining(file, () => {
    const tidy = leavingNothing(file);
    const db = connectReader(file);
    try {
      db.exec('BEGIN');
      const which = requireRecord(db) < WITH_TRASH ? '' : 'WHERE deleted_at IS NULL';
      const ask = (what: string): unknown => db.prepare(`SELECT ${what} FROM run ${which}`).pluck().get();
      const last = ask('max(updated_at)');
      const runs = Number(ask('count(*)'));
      const damage = findDamage(db, db, progress);
      return { bytes: statSync(file).size, runs, last: typeof last === 'number' ? last : null, damage };
    } finally {
      db.close();
      tidy();
    }
  });
}
