/** What a record holds, in a few letters for each run and text: whether anything was done in it since it was left behind. */
import { createHash } from 'node:crypto';
import { connectReader } from '../store/read-connection.ts';
import { explaining } from '../store/sqlite-errors.ts';

const WORK = `SELECT 'run' AS kind, id, name, notes, step,
    (SELECT count(*) FROM sample WHERE run_id = run.id) AS samples,
    (SELECT count(*) FROM checkpoint WHERE run_id = run.id) AS checkpoints
  FROM run`;
const TEXTS = `SELECT 'text' AS kind, id, name, sha256 FROM corpus`;

/** @throws FolioError 'damaged', 'file' when it cannot be read */
export function workIn(record: string): string[] {
  return explaining(record, () => {
    const db = connectReader(record);
    try {
      return [WORK, TEXTS].flatMap((query) => db.prepare(query).all().map(shortHash));
    } finally {
      db.close();
    }
  });
}

/** Runs and texts that are new or were changed since; of a record that cannot be read, all that it held: it may be the one copy of something. */
export function workSince(left: readonly string[], record: string): number {
  const known = new Set(left);
  try {
    return workIn(record).filter((work) => !known.has(work)).length;
  } catch {
    return Math.max(left.length, 1);
  }
}

function shortHash(row: unknown): string {
  return createHash('sha256').update(JSON.stringify(row)).digest('hex').slice(0, 16);
}
