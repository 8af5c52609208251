/**
 * A whole copy of a record, made while others write to it, and checked before anybody relies on it.
 *
 * SQLite's backup copies page by page. It begins anew whenever the source changes, which a training does every second; here the connection holds
 * one read transaction over all of it, so that it copies one state of the record to its end and can report and be given up in between. The
 * writer is not held up: its log grows until the copy is there, and is copied back by the checkpoint after.
 */
import { closeSync, fstatSync, fsyncSync, openSync } from 'node:fs';

import Database from 'better-sqlite3';

import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { sha256 } from './checkpoint-blob.ts';
import { fileVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { connectReader, leavingNothing } from './read-connection.ts';
import { explained, explaining, isCorruption } from './sqlite-errors.ts';

/** Of one step: about 4 MB, a few milliseconds. */
const STEP_PAGES = 256;

/** What a record holds, in rows. */
export type RecordCounts = Readonly<Record<(typeof COUNTED)[number], number>>;

const COUNTED = [
  'run',
  'checkpoint',
  'checkpoint_blob',
  'corpus',
  'corpus_chunk',
  'epoch',
  'metric',
  'sample',
  'setting',
] as const;

export interface CopiedRecord {
  readonly bytes: number;
  readonly counts: RecordCounts;
  /** What was damaged already in the record that was copied, in words; the copy is as it was. */
  readonly damage: readonly string[];
}

/**
 * Copies a record into a new file that stands alone (no log beside it), flushed to the disk, and checks the copy: its structure, the
 * numbers of its rows, and each checkpoint against its SHA-256.
 *
 * @param to a file that is not there yet, or an empty one; what is left of it after an error is the caller's to remove
 * @throws FolioError 'damaged' when the copy is not what was copied or `from` is no record, 'newer-database', 'file' (no space, no right)
 */
export async function copyRecord(
  from: string,
  to: string,
  progress: (progress: CopyProgress) => void,
): Promise<CopiedRecord> {
  let source: Database.Database | undefined;
  let copy: Database.Database | undefined;
  const tidy = leavingNothing(from);
  try {
    source = explaining(from, () => connectReader(from));
    const counts = await copyPages(source, to, progress);
    copy = new Database(to, { fileMustExist: true });
    copy.pragma('journal_mode = DELETE'); // one file, wherever it is carried
    const damage = findDamage(copy, source, progress);
    requireEqual(to, counts, countRows(copy));
    copy.close();
    return { bytes: flush(to), counts, damage };
  } catch (error) {
    // Pages are copied as they are: where they make no database, they made none before.
    throw explained(error, isCorruption(error) ? from : to);
  } finally {
    copy?.close();
    source?.close();
    tidy();
  }
}

/** The version of its schema. Throws FolioError 'damaged' for what is no record, 'newer-database'. */
export function requireRecord(db: Database.Database): number {
  const version = fileVersion(db, MIGRATIONS.at(-1)?.version ?? 0);
  if (version === 0) throw new FolioError('damaged', `${db.name} holds no record`, 'Choose a file that Folio made.');
  return version;
}

async function copyPages(
  source: Database.Database,
  to: string,
  progress: (progress: CopyProgress) => void,
): Promise<RecordCounts> {
  source.exec('BEGIN');
  try {
    requireRecord(source);
    const counts = countRows(source);
    const pageSize = source.pragma('page_size', { simple: true }) as number;
    const { totalPages } = await source.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        progress({ phase: 'copy', done: (totalPages - remainingPages) * pageSize, total: totalPages * pageSize });
        return STEP_PAGES;
      },
    });
    // It is asked before each step, and not after the last.
    progress({ phase: 'copy', done: totalPages * pageSize, total: totalPages * pageSize });
    return counts;
  } finally {
    if (source.inTransaction) source.exec('ROLLBACK');
  }
}

/**
 * Damage that was there before, in words: the structure, and each checkpoint against its SHA-256. Throws 'damaged' for what the copying
 * brought about: nothing where both are the same.
 */
export function findDamage(
  copy: Database.Database,
  source: Database.Database,
  progress: (progress: CopyProgress) => void,
): string[] {
  return [...checkStructure(copy, source), ...checkBlobs(copy, source, progress)];
}

function checkStructure(copy: Database.Database, source: Database.Database): string[] {
  const findings = (db: Database.Database): string[] =>
    (db.pragma('integrity_check') as { integrity_check: string }[]).map((row) => row.integrity_check);
  const found = findings(copy);
  if (found.length === 1 && found[0] === 'ok') return [];
  // Pages are copied as they are: what is wrong with them was wrong before. Anything else came in between.
  const before = new Set(findings(source));
  const own = found.find((line) => !before.has(line));
  if (own === undefined) return found;
  throw spoiled(copy.name, own);
}

interface BlobRow {
  readonly id: number;
  readonly sha256: string;
  readonly data: Buffer;
}

/** Null for what lies on a broken page. */
function rowOf(statement: Database.Statement<[number], BlobRow>, id: number): BlobRow | null {
  try {
    return statement.get(id) ?? null;
  } catch (error) {
    if (isCorruption(error)) return null;
    throw error;
  }
}

function checkBlobs(
  copy: Database.Database,
  source: Database.Database,
  progress: (progress: CopyProgress) => void,
): string[] {
  const read = 'SELECT id, sha256, data FROM checkpoint_blob WHERE id = ?';
  const [ofCopy, ofSource] = [copy.prepare<[number], BlobRow>(read), source.prepare<[number], BlobRow>(read)];
  const sizes = copy.prepare<[], { id: number; bytes: number }>(
    'SELECT id, length(data) AS bytes FROM checkpoint_blob',
  );
  const damage: string[] = [];
  const rows = sizes.all();
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { id, bytes } of rows) {
    const blob = rowOf(ofCopy, id);
    if (blob === null || sha256(blob.data) !== blob.sha256) {
      const before = rowOf(ofSource, id);
      const isAsBefore = blob === null || before === null ? blob === before : blob.data.equals(before.data);
      if (!isAsBefore) throw spoiled(copy.name, 'a checkpoint differs');
      damage.push(`blob ${id} does not match its SHA-256`);
    }
    done += bytes;
    progress({ phase: 'check', done, total });
  }
  return damage;
}

export function countRows(db: Database.Database): RecordCounts {
  const count = (table: string): number => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  return Object.fromEntries(COUNTED.map((table) => [table, count(table)])) as RecordCounts; // of just these names
}

function requireEqual(path: string, expected: RecordCounts, found: RecordCounts): void {
  if (COUNTED.some((table) => expected[table] !== found[table])) {
    throw spoiled(path, 'it has not as many rows');
  }
}

/** @param reason what was found */
function spoiled(path: string, reason: string): FolioError {
  return new FolioError(
    'damaged',
    `${path} did not come out as a true copy: ${reason}`,
    'Try again, on another disk if you can; `folio doctor` looks at the record itself.',
  );
}

/** Makes a file durable. Its size in bytes. */
export function flush(path: string): number {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}
