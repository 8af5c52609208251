/** What a record holds, in a few letters for each run and text: whether anything was done in it since it was left behind. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { connectReader } from '../store/read-connection.ts';
import { explaining } from '../store/sqlite-errors.ts';

const NEWEST = 'SELECT max(id) FROM checkpoint WHERE run_id = run.id';
/** Two records that were begun apart may hold a run of one number, name and length: the moment of its beginning and what it learnt tell them apart. */
const RUNS = `SELECT 'run' AS kind, id, created_at, name, notes, tags, step,
    (SELECT count(*) FROM sample WHERE run_id = run.id) AS samples,
    (SELECT max(created_at) FROM sample WHERE run_id = run.id) AS sampled,
    (SELECT count(*) FROM checkpoint WHERE run_id = run.id) AS checkpoints,
    (SELECT position_sha256 FROM checkpoint WHERE id = (${NEWEST})) AS position,
    (SELECT sha256 FROM checkpoint_blob WHERE kind = 'weights' AND checkpoint_id = (${NEWEST} AND weights_bytes > 0)) AS weights
  FROM run`;
const TEXTS = `SELECT 'text' AS kind, id, name, sha256 FROM corpus`;

const rowSchema = z.looseObject({
  kind: z.enum(['run', 'text']),
  id: z.number(),
  name: z.string(),
  created_at: z.number().optional(),
  sha256: z.string().optional(),
});

/** Of how a mark is made. What was noted in another way says nothing about what a record holds. */
const VERSION = '2';

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

/** What was noted, when it can be compared with what {@link workIn} gives. */
export function comparable(noted: readonly string[] | undefined): readonly string[] | undefined {
  return noted?.every((mark) => mark.startsWith(`${VERSION}.`)) === true ? noted : undefined;
}

/** Those marks of which a record holds the run or the text, be it as it was or trained further. Throws what {@link workIn} throws. */
export function stillIn(record: string, marks: readonly string[]): string[] {
  const there = new Set(workIn(record).map(whichOf));
  return marks.filter((mark) => there.has(whichOf(mark)));
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
      return [RUNS, TEXTS].flatMap((query) => db.prepare(query).all().map(workOf));
    } finally {
      db.close();
    }
  });
}

/** A mark says which one it is, and how it is now. */
function workOf(row: unknown): Work {
  const { kind, id, name, created_at, sha256 } = rowSchema.parse(row);
  const which = kind === 'run' ? [kind, id, created_at] : [kind, sha256];
  return { mark: [VERSION, shortHash(which), shortHash(row)].join('.'), name };
}

function whichOf(mark: string): string {
  return mark.slice(0, mark.lastIndexOf('.'));
}

function shortHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
