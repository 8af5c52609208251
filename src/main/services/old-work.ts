/** What a record holds, in a few letters for each run and text: whether anything was done in it since it was left behind. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { connectReader } from '../store/read-connection.ts';
import { explaining } from '../store/sqlite-errors.ts';

const RUNS = `SELECT 'run' AS kind, id, name, notes, step,
    (SELECT count(*) FROM sample WHERE run_id = run.id) AS samples,
    (SELECT count(*) FROM checkpoint WHERE run_id = run.id) AS checkpoints
  FROM run`;
const TEXTS = `SELECT 'text' AS kind, id, name, sha256 FROM corpus`;

const named = z.object({ name: z.string() });

/** A run or a text. */
interface Work {
  readonly mark: string;
  readonly name: string;
}

export interface NewWork {
  /** Runs and texts that are new or were changed. */
  readonly count: number;
  /** Their names; none where the record cannot be read. */
  readonly names: readonly string[];
}

/** The marks of all that it holds. Throws FolioError 'damaged', 'file' when it cannot be read. */
export function workIn(record: string): string[] {
  return read(record).map(({ mark }) => mark);
}

/**
 * What a record holds that is not among these marks; of a record that cannot be read, all that it held: it may be the one copy of something.
 *
 * @param known marks of {@link workIn}
 */
export function workSince(known: readonly string[], record: string): NewWork {
  const marks = new Set(known);
  try {
    const work = read(record).filter(({ mark }) => !marks.has(mark));
    return { count: work.length, names: work.map(({ name }) => name) };
  } catch {
    return { count: Math.max(known.length, 1), names: [] };
  }
}

function read(record: string): Work[] {
  return explaining(record, () => {
    const db = connectReader(record);
    try {
      return [RUNS, TEXTS].flatMap((query) =>
        db
          .prepare(query)
          .all()
          .map((row) => ({ mark: shortHash(row), name: named.parse(row).name })),
      );
    } finally {
      db.close();
    }
  });
}

function shortHash(row: unknown): string {
  return createHash('sha256').update(JSON.stringify(row)).digest('hex').slice(0, 16);
}
