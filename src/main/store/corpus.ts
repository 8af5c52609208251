import { createHash, randomUUID } from 'node:crypto';

import type { CorpusInfo } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { compress, decompress, type PackedChunk } from './compression.ts';
import { parseStrings } from './json-columns.ts';
import { rechunk } from './rechunk.ts';
import type { Sql } from './sql.ts';
import type { NewCorpus } from './types.ts';

const COLUMNS = `id, name, sha256, characters, encoding, vocabulary_size AS vocabularySize, stored_bytes AS storedBytes,
  created_at AS createdAt`;

/** Of text, in one row. */
export const CHUNK_BYTES = 1 << 20;

/** Neither deleted nor still being stored. */
const VISIBLE = 'deleted_at IS NULL AND complete = 1';

/** The whole text at once. To be called inside a transaction. */
export function insertCorpus(sql: Sql, corpus: NewCorpus, now: number): number {
  const id = beginCorpus(sql, corpus, now);
  const hash = createHash('sha256');
  let position = 0;
  for (const chunk of rechunk(corpus.chunks, CHUNK_BYTES)) {
    hash.update(chunk);
    insertChunk(sql, id, position++, compress(chunk));
  }
  return finishCorpus(sql, id, corpus, hash.digest('hex'));
}

/** The row of a text whose chunks are to come. Nothing shows it before {@link finishCorpus}, and it does not have its hash yet. */
export function beginCorpus(sql: Sql, corpus: NewCorpus, now: number): number {
  return sql.insert(
    `INSERT INTO corpus (sha256, name, encoding, characters, vocabulary_size, stored_bytes, created_at, vocabulary, complete)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?, 0)`,
    `unfinished ${randomUUID()}`,
    corpus.name,
    corpus.encoding,
    corpus.characters,
    corpus.vocabulary.length,
    now,
    JSON.stringify(corpus.vocabulary),
  );
}

export function insertChunk(sql: Sql, corpusId: number, position: number, { codec, data }: PackedChunk): void {
  sql.run(
    'INSERT INTO corpus_chunk (corpus_id, position, codec, data) VALUES (?, ?, ?, ?)',
    corpusId,
    position,
    codec,
    data,
  );
}

/**
 * Makes a text visible and returns its id, which is another's when the same text was stored meanwhile. To be called inside a
 * transaction.
 *
 * @param sha256 of what was stored; throws FolioError 'corpus' when it is not the announced one.
 */
export function finishCorpus(sql: Sql, id: number, corpus: NewCorpus, sha256: string): number {
  if (sha256 !== corpus.sha256) {
    throw new FolioError(
      'corpus',
      `the text "${corpus.name}" changed while it was read; nothing was stored`,
      'Try again.',
    );
  }
  const known = takeBack(sql, sha256);
  if (known !== null) {
    discardCorpus(sql, id);
    giveToWaiting(sql, known.id, sha256);
    return known.id;
  }
  sql.run(
    `UPDATE corpus SET complete = 1, sha256 = ?,
            stored_bytes = (SELECT coalesce(sum(length(data)), 0) FROM corpus_chunk WHERE corpus_id = corpus.id)
     WHERE id = ?`,
    sha256,
    id,
  );
  giveToWaiting(sql, id, sha256);
  return id;
}

/** Runs that came without their text have it now. */
function giveToWaiting(sql: Sql, id: number, sha256: string): void {
  sql.run(
    'UPDATE run SET corpus_id = ?, awaited_sha256 = NULL, awaited_name = NULL WHERE awaited_sha256 = ? AND corpus_id IS NULL',
    id,
    sha256,
  );
}

/** What {@link beginCorpus} began. */
export function discardCorpus(sql: Sql, id: number): void {
  sql.run('DELETE FROM corpus WHERE id = ? AND complete = 0', id);
}

/** What dead processes began and never finished. Sound only for the process that holds the writer's lock. */
export function sweepUnfinishedCorpora(sql: Sql): void {
  // Looks first, so that opening a record writes nothing.
  const rows = sql.all<{ id: number }>('SELECT id FROM corpus WHERE complete = 0');
  if (rows.length === 0) return;
  sql.transaction(() => {
    for (const { id } of rows) discardCorpus(sql, id);
  });
}

/** The stored text with this hash, back from the deleted ones if it was among them. To be called inside a transaction. */
export function takeBack(sql: Sql, sha256: string): CorpusInfo | null {
  sql.run('UPDATE corpus SET deleted_at = NULL WHERE sha256 = ? AND deleted_at IS NOT NULL', sha256);
  return findCorpusByHash(sql, sha256);
}

/** The newest first. */
export function readCorpora(sql: Sql): CorpusInfo[] {
  return sql.all<CorpusInfo>(`SELECT ${COLUMNS} FROM corpus WHERE ${VISIBLE} ORDER BY id DESC`);
}

export function findCorpusByHash(sql: Sql, sha256: string): CorpusInfo | null {
  return sql.get<CorpusInfo>(`SELECT ${COLUMNS} FROM corpus WHERE sha256 = ? AND ${VISIBLE}`, sha256) ?? null;
}

export function renameCorpus(sql: Sql, id: number, name: string): void {
  if (sql.run(`UPDATE corpus SET name = ? WHERE id = ? AND ${VISIBLE}`, name, id) === 0) throw notFound(id);
}

export function readCorpusUses(sql: Sql): ReadonlyMap<number, number> {
  const rows = sql.all<{ id: number; runs: number }>(
    'SELECT corpus_id AS id, count(*) AS runs FROM run WHERE corpus_id IS NOT NULL AND deleted_at IS NULL GROUP BY corpus_id',
  );
  return new Map(rows.map(({ id, runs }) => [id, runs]));
}

export function readRunsOfCorpus(sql: Sql, id: number): { readonly id: number; readonly name: string }[] {
  return sql.all('SELECT id, name FROM run WHERE corpus_id = ? AND deleted_at IS NULL ORDER BY id', id);
}

function notFound(id: number): FolioError {
  return new FolioError('not-found', `there is no corpus ${id}`);
}

/** Throws FolioError 'not-found', for a deleted one too. */
export function readCorpus(sql: Sql, id: number): CorpusInfo & { readonly vocabulary: readonly string[] } {
  const row = sql.get<CorpusInfo & { vocabulary: string }>(
    `SELECT ${COLUMNS}, vocabulary FROM corpus WHERE id = ? AND ${VISIBLE}`,
    id,
  );
  if (row === undefined) throw notFound(id);
  return { ...row, vocabulary: parseStrings(row.vocabulary, `the vocabulary of corpus ${id}`) };
}

/**
 * The text, a chunk in memory at a time. Each chunk is a query of its own, so that writes may go on in between.
 * Throws FolioError 'damaged' at a chunk that cannot be unpacked, or after the last when the whole is not what was stored.
 */
export function* readCorpusChunks(sql: Sql, id: number): Generator<Uint8Array, void, undefined> {
  // A deleted text too: who reads it has begun before, or looks for damage.
  const corpus = sql.get<{ name: string; sha256: string }>('SELECT name, sha256 FROM corpus WHERE id = ?', id);
  if (corpus === undefined) throw notFound(id);
  const { name, sha256 } = corpus;
  const hash = createHash('sha256');
  for (let position = 0; ; position++) {
    const row = sql.get<{ codec: string; data: Buffer }>(
      'SELECT codec, data FROM corpus_chunk WHERE corpus_id = ? AND position = ?',
      id,
      position,
    );
    if (row === undefined) break;
    let chunk: Uint8Array;
    try {
      chunk = decompress(row.codec, row.data);
    } catch (error) {
      if (error instanceof FolioError) throw error;
      throw new FolioError('damaged', `chunk ${position} of the stored text "${name}" cannot be unpacked`, WAY_OUT, {
        cause: error,
      });
    }
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) {
    throw new FolioError('damaged', `the stored text "${name}" does not match its SHA-256`, WAY_OUT);
  }
}

const WAY_OUT = 'Run `folio doctor`; add the text again from its file under another data folder (--data).';
