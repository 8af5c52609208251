import { FolioError } from '../../shared/errors.ts';
import { storedBytes, deleteCheckpoints } from './checkpoint.ts';
import { deleteSomeMetrics } from './metric.ts';
import type { DeletedThing } from '../../shared/domain.ts';
import { isCorruption } from './sqlite-errors.ts';
import type { Sql } from './sql.ts';
import type { Deletable, Purged } from './types.ts';

/** `deleted_at` of what is being purged: there is no way back. */
const CONDEMNED = 0;
/** `deleted_at` of a run whose parts are still being stored: nothing shows it yet, and a process that dies leaves it to be swept. */
export const IMPORTING = -1;

/** So much goes in one slice of a purge. */
const STEPS_A_SLICE = 10_000;
const CHUNKS_A_SLICE = 16;

const WORDS = { run: 'run', corpus: 'corpus', sample: 'text' } as const satisfies Record<Deletable, string>;

/** See {@link Store.trash}. To be called inside a transaction. */
export function trash(sql: Sql, what: Deletable, ids: readonly number[], now: number): number {
  let bytes = 0;
  for (const id of ids) {
    const rows = sql.run(
      `UPDATE ${what} SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL${visible(what)}`,
      now,
      id,
    );
    if (rows === 0) throw new FolioError('not-found', `there is no ${WORDS[what]} ${id}`);
    bytes += bytesOf(sql, what, id);
  }
  return bytes;
}

/** See {@link Store.restore}. To be called inside a transaction. What is not deleted stays as it is. */
export function restore(sql: Sql, what: Deletable, ids: readonly number[]): void {
  for (const id of ids) {
    const rows = sql.run(
      `UPDATE ${what} SET deleted_at = NULL WHERE id = ? AND (deleted_at IS NULL OR deleted_at > ${CONDEMNED})${visible(what)}`,
      id,
    );
    if (rows === 0) {
      throw new FolioError('not-found', `${WORDS[what]} ${id} is gone for good`, 'Deleted things are kept for a day.');
    }
    if (what !== 'run') continue;
    sql.run('UPDATE corpus SET deleted_at = NULL WHERE id = (SELECT corpus_id FROM run WHERE id = ?)', id);
  }
}

/** See {@link Store.trashed}. */
export function trashed(sql: Sql): DeletedThing[] {
  const rows = (kind: DeletedThing['kind']): Omit<DeletedThing, 'bytes' | 'kind'>[] =>
    sql.all(`SELECT id, name, deleted_at AS deletedAt FROM ${kind} WHERE deleted_at > ${CONDEMNED}`);
  return (['run', 'corpus'] as const)
    .flatMap((kind) => rows(kind).map((row) => ({ ...row, kind, bytes: bytesOf(sql, kind, row.id) })))
    .sort((a, b) => b.deletedAt - a.deletedAt);
}

/**
 * Puts what was deleted at `before` or earlier beyond {@link restore}. A text stays as long as a run that can still be had back uses
 * it. To be called inside a transaction.
 */
export function condemn(sql: Sql, before: number): void {
  sql.run(`UPDATE run SET deleted_at = ${CONDEMNED} WHERE deleted_at <= ? AND deleted_at > ${CONDEMNED}`, before);
  sql.run(`UPDATE sample SET deleted_at = ${CONDEMNED} WHERE deleted_at <= ?`, before);
  sql.run(
    // It gives its hash away, so that the same text can be added anew.
    `UPDATE corpus SET deleted_at = ${CONDEMNED}, sha256 = 'purged ' || id WHERE deleted_at <= ? AND NOT EXISTS
       (SELECT 1 FROM run WHERE corpus_id = corpus.id AND run.deleted_at IS NOT ${CONDEMNED})`,
    before,
  );
}

/**
 * See {@link Store.purgeNext}. To be called inside a transaction. Runs go checkpoint by checkpoint, and before the texts that they
 * refer to.
 */
export function purgeNext(sql: Sql): Purged | null {
  return purgeRun(sql) ?? purgeCorpus(sql) ?? purgeSamples(sql);
}

/** Whether {@link purgeNext} would find something. */
export function anyToPurge(sql: Sql): boolean {
  return ['run', 'corpus', 'sample'].some(
    (table) => sql.get(`SELECT 1 FROM ${table} WHERE deleted_at = ${CONDEMNED} LIMIT 1`) !== undefined,
  );
}

/** See {@link Store.discardRun}. To be called inside a transaction. */
export function discardRun(sql: Sql, id: number): void {
  if (sql.run(`UPDATE run SET deleted_at = ${CONDEMNED} WHERE id = ?`, id) === 0) {
    throw new FolioError('not-found', `there is no run ${id}`);
  }
}

/** Condemns what dead processes began to import. Sound only for the process that holds the writer's lock. */
export function sweepUnfinishedImports(sql: Sql): void {
  try {
    // Looks first, so that opening a record writes nothing.
    if (sql.get(`SELECT 1 FROM run WHERE deleted_at = ${IMPORTING} LIMIT 1`) === undefined) return;
    sql.run(`UPDATE run SET deleted_at = ${CONDEMNED} WHERE deleted_at = ${IMPORTING}`);
  } catch (error) {
    // A broken list of runs must not keep the rest from being opened: what is left is not shown.
    if (!isCorruption(error)) throw error;
  }
}

function purgeRun(sql: Sql): Purged | null {
  const run = sql.get<{ id: number }>(`SELECT id FROM run WHERE deleted_at = ${CONDEMNED} LIMIT 1`);
  if (run === undefined) return null;
  const checkpoint = sql.get<{ id: number }>('SELECT id FROM checkpoint WHERE run_id = ? LIMIT 1', run.id);
  if (checkpoint !== undefined) return purged({ bytesFreed: deleteCheckpoints(sql, [checkpoint.id]) });
  if (deleteSomeMetrics(sql, run.id, STEPS_A_SLICE) === STEPS_A_SLICE) return purged({});
  sql.run('DELETE FROM run WHERE id = ?', run.id);
  return purged({ runs: 1 });
}

function purgeCorpus(sql: Sql): Purged | null {
  const corpus = sql.get<{ id: number }>(`SELECT id FROM corpus WHERE deleted_at = ${CONDEMNED} LIMIT 1`);
  if (corpus === undefined) return null;
  const bytesFreed = bytesOf(sql, 'corpus', corpus.id);
  const chunks = sql.run(
    'DELETE FROM corpus_chunk WHERE id IN (SELECT id FROM corpus_chunk WHERE corpus_id = ? LIMIT ?)',
    corpus.id,
    CHUNKS_A_SLICE,
  );
  if (chunks === CHUNKS_A_SLICE) return purged({});
  sql.run('DELETE FROM corpus WHERE id = ?', corpus.id);
  return purged({ corpora: 1, bytesFreed });
}

function purgeSamples(sql: Sql): Purged | null {
  const samples = sql.run(
    `DELETE FROM sample WHERE id IN (SELECT id FROM sample WHERE deleted_at = ${CONDEMNED} LIMIT 500)`,
  );
  return samples === 0 ? null : purged({ samples });
}

function purged(part: Partial<Purged>): Purged {
  return { runs: 0, corpora: 0, samples: 0, bytesFreed: 0, ...part };
}

/** Of weights and compressed text; a generated text is too small to count. */
function bytesOf(sql: Sql, what: Deletable, id: number): number {
  switch (what) {
    case 'run':
      return storedBytes(sql, id);
    case 'corpus':
      return sql.get<{ bytes: number }>('SELECT stored_bytes AS bytes FROM corpus WHERE id = ?', id)?.bytes ?? 0;
    case 'sample':
      return 0;
  }
}

/** A corpus that is still being stored does not exist yet. */
function visible(what: Deletable): string {
  return what === 'corpus' ? ' AND complete = 1' : '';
}
