/**
 * A bundle from elsewhere, opened as what it is: a database that nobody vouches for. SQLite's advice for such files (sqlite.org/security.html)
 * is followed: nothing of its schema is trusted, cells are checked, nothing is written; and no statement but Folio's own tables' may be in it.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

import Database from 'better-sqlite3';

import { FolioError } from '../../shared/errors.ts';
import { MAX_STORED_BYTES } from '../../shared/limits.ts';
import { manifestOf } from './bundle-manifest.ts';
import {
  BUNDLE_ID,
  BUNDLE_STATEMENTS,
  BUNDLE_TABLE_NAMES,
  BUNDLE_TABLES,
  BUNDLE_VERSION,
  type BundleTable,
} from './bundle-schema.ts';
import { Sql, type Value } from './sql.ts';
import { explaining, isCorruption, systemCode } from './sqlite-errors.ts';

const MAGIC = 'SQLite format 3\0';
/** Bytes 18 and 19 of the file: 1 is a file that stands alone, 2 one with a log beside it. */
const ALONE = 1;

/** More than any run of Folio has: a file with more is not one. */
const MOST_ROWS: Readonly<Record<BundleTable, number>> = {
  run: 1,
  corpus: 1,
  corpus_chunk: 20_000,
  metric: 20_000_000,
  epoch: 1_000_000,
  checkpoint: 100_000,
  checkpoint_blob: 200_000,
  sample: 5_000_000,
};

/** Bytes of a text in a row: a vocabulary is the longest that a run has, a sample that of a text. */
const LONGEST_TEXT = 16_000_000;
/** A chunk is a megabyte before it is compressed. */
const LARGEST_CHUNK = 4_000_000;

export interface OpenBundle {
  /** Rows as the columns of BUNDLE_TABLES, in their order. */
  rows(table: BundleTable): IterableIterator<readonly Value[]>;
  chunk(position: number): Uint8Array;
  blob(checkpointId: number, kind: string): Uint8Array | null;
  close(): void;
}

/**
 * Throws FolioError 'file' for what is no bundle, is damaged or holds what no bundle holds, 'newer-database' for a newer Folio's. What the
 * rows say is still to be checked.
 */
export function openBundle(path: string): OpenBundle {
  refuseForeign(path);
  const db = explaining(path, () => new Database(path, { readonly: true, fileMustExist: true, timeout: 0 }));
  try {
    return asDamage(path, () => {
      db.pragma('trusted_schema = OFF');
      db.pragma('query_only = ON');
      db.pragma('cell_size_check = ON');
      db.pragma('mmap_size = 0');
      requireVersion(db, path);
      requireSchema(db, path);
      const sql = new Sql(db);
      requireSound(sql, path);
      requireSizes(sql, path);
      requireManifest(sql, path);
      return opened(sql, path);
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

function opened(sql: Sql, path: string): OpenBundle {
  const data = (query: string, ...values: Value[]): Uint8Array | null =>
    asDamage(path, () => sql.get<{ data: Buffer }>(query, ...values)?.data ?? null);
  return {
    *rows(table) {
      const { columns, order } = BUNDLE_TABLES[table];
      const statement = sql.db.prepare<[], Value[]>(`SELECT ${columns} FROM ${table} ORDER BY ${order}`).raw();
      try {
        yield* statement.iterate();
      } catch (error) {
        throw damage(path, error);
      }
    },
    chunk(position) {
      const chunk = data('SELECT data FROM corpus_chunk WHERE position = ?', position);
      if (chunk === null) throw wrong(path, 'a piece of its text is missing');
      return chunk;
    },
    blob: (id, kind) => data('SELECT data FROM checkpoint_blob WHERE checkpoint_id = ? AND kind = ?', id, kind),
    close: () => sql.db.close(),
  };
}

/** Before SQLite looks at it: a log or a journal beside it would be taken for a part of it. */
function refuseForeign(path: string): void {
  const head = Buffer.alloc(100);
  const read = explaining(path, () => {
    const file = openSync(path, 'r');
    try {
      return readSync(file, head, 0, head.length, 0);
    } finally {
      closeSync(file);
    }
  });
  if (read < head.length || head.toString('latin1', 0, MAGIC.length) !== MAGIC || head.readUInt32BE(68) !== BUNDLE_ID) {
    throw new FolioError(
      'file',
      `${path} is not a run that Folio exported`,
      'Choose a file whose name ends in .folio.',
    );
  }
  const standsAlone = head[18] === ALONE && head[19] === ALONE;
  const beside = ['-wal', '-journal'].find((end) => existsSync(path + end));
  if (!standsAlone) throw wrong(path, 'it is not a single file as Folio writes it');
  if (beside !== undefined) throw wrong(path, `there is a file ${path}${beside} beside it, which may not belong to it`);
}

function requireVersion(db: Database.Database, path: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > BUNDLE_VERSION) {
    throw new FolioError(
      'newer-database',
      `${path} was exported by a newer Folio (format ${version}); this one knows formats up to ${BUNDLE_VERSION}`,
      'Update Folio. The file was left untouched.',
    );
  }
  if (version !== BUNDLE_VERSION) throw wrong(path, `there is no format ${version}`);
}

/** No triggers, views, indexes or tables but Folio's own, word for word. */
function requireSchema(db: Database.Database, path: string): void {
  const found = db
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql')
    .pluck()
    .all() as string[];
  const expected = [...BUNDLE_STATEMENTS].sort();
  if (found.length !== expected.length || found.sort().some((statement, i) => statement !== expected[i])) {
    throw wrong(path, 'it holds other tables than Folio writes');
  }
}

function requireSound(sql: Sql, path: string): void {
  const rows = sql.db.pragma('quick_check(1)') as { quick_check: string }[];
  if (rows.length !== 1 || rows[0]?.quick_check !== 'ok') throw damage(path, null);
}

/** All sizes are read from the rows' heads: nothing that is too large is ever fetched. */
function requireSizes(sql: Sql, path: string): void {
  for (const table of BUNDLE_TABLE_NAMES) {
    const { columns } = BUNDLE_TABLES[table];
    const longest = columns
      .split(',')
      .map((column) => `coalesce(octet_length(${column}), 0)`)
      .join(', ');
    const [size] = sql.all<{ rows: number; longest: number | null }>(
      `SELECT count(*) AS rows, max(max(${longest}, 0)) AS longest FROM ${table}`,
    );
    if ((size?.rows ?? 0) > MOST_ROWS[table] || (size?.longest ?? 0) > LONGEST_TEXT) {
      throw wrong(path, 'a part of it is larger than any that Folio writes');
    }
  }
  const largest = (table: string): number =>
    sql.column<number | null>(`SELECT max(octet_length(data)) FROM ${table}`)[0] ?? 0;
  if (largest('checkpoint_blob') > MAX_STORED_BYTES || largest('corpus_chunk') > LARGEST_CHUNK) {
    throw wrong(path, 'a part of it is larger than any that Folio writes');
  }
}

function requireManifest(sql: Sql, path: string): void {
  const noted = sql.all<{ part: string; rows: number; sha256: string }>('SELECT part, rows, sha256 FROM manifest');
  const found = manifestOf(sql);
  const isAsNoted = found.every(({ part, rows, sha256 }) =>
    noted.some((note) => note.part === part && note.rows === rows && note.sha256 === sha256),
  );
  if (!isAsNoted || noted.length !== found.length) throw wrong(path, 'what it holds does not match its SHA-256');
}

/** @param reason what was found */
function wrong(path: string, reason: string): FolioError {
  return new FolioError('file', `${path} is not whole, or not as Folio wrote it: ${reason}`, 'Export the run again.');
}

function damage(path: string, cause: unknown): unknown {
  if (cause !== null && !isCorruption(cause) && systemCode(cause)?.startsWith('SQLITE') !== true) return cause;
  const error = wrong(path, 'the file is damaged');
  if (cause !== null) error.cause = cause;
  return error;
}

function asDamage<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw damage(path, error);
  }
}
