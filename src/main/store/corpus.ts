import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';

import type { CorpusInfo } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { parseStrings } from './json-columns.ts';
import { rechunk } from './rechunk.ts';
import type { Sql } from './sql.ts';
import type { Store } from './types.ts';

type NewCorpus = Parameters<Store['addCorpus']>[0];

const COLUMNS = `id, name, sha256, characters, encoding, vocabulary_size AS vocabularySize, stored_bytes AS storedBytes,
  created_at AS createdAt`;

const CHUNK_BYTES = 1 << 20;

/** Reads, compresses and writes about a megabyte at a time. To be called inside a transaction. */
export function insertCorpus(sql: Sql, corpus: NewCorpus, now: number): number {
  const id = sql.insert(
    `INSERT INTO corpus (sha256, name, encoding, characters, vocabulary_size, stored_bytes, created_at, vocabulary)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?)`,
    corpus.sha256,
    corpus.name,
    corpus.encoding,
    corpus.characters,
    corpus.vocabulary.length,
    now,
    JSON.stringify(corpus.vocabulary),
  );
  const hash = createHash('sha256');
  let storedBytes = 0;
  let position = 0;
  for (const chunk of rechunk(corpus.chunks, CHUNK_BYTES)) {
    hash.update(chunk);
    const { codec, data } = compress(chunk);
    storedBytes += data.byteLength;
    sql.run(
      'INSERT INTO corpus_chunk (corpus_id, position, codec, data) VALUES (?, ?, ?, ?)',
      id,
      position++,
      codec,
      data,
    );
  }
  if (hash.digest('hex') !== corpus.sha256) {
    throw new FolioError(
      'corpus',
      `the text "${corpus.name}" changed while it was read; nothing was stored`,
      'Try again.',
    );
  }
  sql.run('UPDATE corpus SET stored_bytes = ? WHERE id = ?', storedBytes, id);
  return id;
}

/** The newest first. */
export function readCorpora(sql: Sql): CorpusInfo[] {
  return sql.all<CorpusInfo>(`SELECT ${COLUMNS} FROM corpus ORDER BY id DESC`);
}

export function findCorpusByHash(sql: Sql, sha256: string): CorpusInfo | null {
  return sql.get<CorpusInfo>(`SELECT ${COLUMNS} FROM corpus WHERE sha256 = ?`, sha256) ?? null;
}

export function readCorpus(sql: Sql, id: number): CorpusInfo & { readonly vocabulary: readonly string[] } {
  const row = sql.get<CorpusInfo & { vocabulary: string }>(
    `SELECT ${COLUMNS}, vocabulary FROM corpus WHERE id = ?`,
    id,
  );
  if (row === undefined) throw new FolioError('not-found', `there is no corpus ${id}`);
  return { ...row, vocabulary: parseStrings(row.vocabulary, `the vocabulary of corpus ${id}`) };
}

/**
 * The text, a chunk in memory at a time. Each chunk is a query of its own, so that writes may go on in between.
 * Throws FolioError 'damaged' at a chunk that cannot be unpacked, or after the last when the whole is not what was stored.
 */
export function* readCorpusChunks(sql: Sql, id: number): Generator<Uint8Array, void, undefined> {
  const { name, sha256 } = readCorpus(sql, id);
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

// Node before 22.15 has no zstd; what one wrote, every later one reads.
function compress(chunk: Uint8Array): { codec: string; data: Uint8Array } {
  if (typeof zlib.zstdCompressSync === 'function') return { codec: 'zstd', data: zlib.zstdCompressSync(chunk) };
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 };
  return { codec: 'brotli', data: zlib.brotliCompressSync(chunk, { params }) };
}

function decompress(codec: string, data: Uint8Array): Uint8Array {
  if (codec === 'brotli') return zlib.brotliDecompressSync(data);
  if (typeof zlib.zstdDecompressSync === 'function') return zlib.zstdDecompressSync(data);
  throw new FolioError(
    'corpus',
    'this text was compressed with zstd, which this Node does not have',
    'Use Node 22.15 or later.',
  );
}
