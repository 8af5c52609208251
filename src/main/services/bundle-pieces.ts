/** A bundle, checked piece by piece: what comes out of here can be stored. */
import { createHash } from 'node:crypto';
import { brotliDecompressSync, zstdDecompressSync } from 'node:zlib';
import type { z } from 'zod';
import type { RunConfig } from '../../shared/config.ts';
import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { decodeSafetensors } from '../model/safetensors.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import { checkWeights, networkShapeOf } from '../model/weights.ts';
import type { OpenBundle } from '../store/bundle-read.ts';
import type { BundleTable } from '../store/bundle-schema.ts';
import type { HashedBlob } from '../store/checkpoint-blob.ts';
import type { ImportedCheckpoint, ImportedRun, ImportedText, ImportPiece } from '../store/import-types.ts';
import { ROWS } from './bundle-rows.ts';
import { meansAnotherRun } from './run-names.ts';
import { parsePosition } from './training-position.ts';

/** Rows of one piece: a transaction of some hundredths of a second. */
const ROWS_A_PIECE = 5000;
/** Texts of one piece, in characters. */
const TEXT_A_PIECE = 4_000_000;
/** Of one chunk of text when it is unpacked: Folio writes pieces of a megabyte, a character longer at the most. */
const MOST_UNPACKED = 2 << 20;

export interface BundlePiece {
  readonly piece: ImportPiece;
  readonly progress: CopyProgress;
}

/** Only what a list would show, before anything is stored. */
export interface BundleHead {
  readonly run: ImportedRun;
  readonly text: ImportedText | null;
}

/** Throws FolioError 'file' that says what is wrong with it. */
export function readHead(bundle: OpenBundle): BundleHead {
  const [row, ...others] = [...parsed(bundle, 'run')];
  if (row === undefined || others.length > 0) throw wrong('it does not hold one run');
  const text = readText(bundle);
  const [
    name,
    status,
    statusReason,
    preset,
    engine,
    device,
    epoch,
    step,
    activeSeconds,
    createdAt,
    updatedAt,
    ...more
  ] = row;
  const [keepEvery, tags, notes, config, characters, rejected, firstLook, textSha256, textName] = more;
  if (text !== null && text.sha256 !== textSha256) throw wrong('its text is not the one that the run learnt from');
  const run: ImportedRun = {
    ...{
      name: nameFrom(name),
      status,
      statusReason,
      preset,
      engine,
      device,
      epoch,
      step,
      activeSeconds,
      createdAt,
      updatedAt,
    },
    ...{ keepEvery, tags, notes, config, vocabulary: new Vocabulary(characters).characters },
    beginning: rejected === '[]' && firstLook === null ? null : { rejected, firstLook },
    text: textSha256 === null ? null : { sha256: textSha256, name: textName ?? '' },
  };
  return { run, text };
}

/** As it was called there, unless that would mean another run where a run is named. */
function nameFrom(name: string): string {
  const plain = name.trim().slice(0, 200);
  return plain === '' || meansAnotherRun(plain) ? `imported ${plain}`.trim() : plain;
}

function readText(bundle: OpenBundle): ImportedText | null {
  const [row, ...others] = [...parsed(bundle, 'corpus')];
  if (others.length > 0) throw wrong('it holds more than one text');
  if (row === undefined) return null;
  const [sha256, name, encoding, characters, vocabulary] = row;
  return { sha256, name, encoding, characters, vocabulary: new Vocabulary(vocabulary).characters };
}

/**
 * All pieces in their order, each checked against its hash and against what the others say.
 *
 * @param storeText whether the text is wanted: not where it is there already
 * @throws FolioError 'file' that says what is wrong, 'vocabulary'
 */
export function* readPieces(
  bundle: OpenBundle,
  { run, text }: BundleHead,
  storeText: boolean,
): Generator<BundlePiece, void, undefined> {
  const stored = storeText ? text : null;
  const checkpoints = [...parsed(bundle, 'checkpoint')];
  const chunks = stored === null ? [] : [...parsed(bundle, 'corpus_chunk')];
  const blobs = new Map([...parsed(bundle, 'checkpoint_blob')].map(([id, kind, sha256]) => [`${id} ${kind}`, sha256]));
  const total = checkpoints.reduce((sum, [, , , , , , , weights, optimizer]) => sum + weights + optimizer, 1);
  let done = 0;
  const step = (piece: ImportPiece, bytes = 0): BundlePiece => ({
    piece,
    progress: { phase: 'copy', done: (done += bytes), total },
  });

  yield step({ type: 'run', run, text: stored });
  if (stored !== null) for (const piece of readChunks(bundle, chunks, stored)) yield step(piece);
  for (const table of ['metric', 'epoch', 'sample'] as const) {
    for (const rows of inPieces(parsed(bundle, table))) yield step({ type: 'rows', table, rows });
  }
  for (const row of checkpoints) {
    const checkpoint = readCheckpoint(bundle, row, blobs, run);
    yield step({ type: 'checkpoint', checkpoint }, row[7] + row[8]);
  }
  if (blobs.size > 0) throw wrong('it holds weights that belong to no checkpoint');
  done = total;
  yield step({ type: 'end', text: stored, awaited: run.text });
}

type Row<Table extends BundleTable> = z.output<(typeof ROWS)[Table]>;

function* parsed<Table extends BundleTable>(bundle: OpenBundle, table: Table): Generator<Row<Table>, void, undefined> {
  for (const row of bundle.rows(table)) {
    const result = ROWS[table].safeParse(row);
    if (!result.success) {
      const [issue] = result.error.issues;
      throw wrong(`the table ${table}, column ${Number(issue?.path[0] ?? 0) + 1}, is not what Folio writes`);
    }
    yield result.data as Row<Table>; // of this very schema
  }
}

function* inPieces<R extends readonly (string | number | null)[]>(
  rows: Iterable<R>,
): Generator<readonly R[], void, undefined> {
  let piece: R[] = [];
  let characters = 0;
  for (const row of rows) {
    piece.push(row);
    for (const value of row) characters += typeof value === 'string' ? value.length : 0;
    if (piece.length < ROWS_A_PIECE && characters < TEXT_A_PIECE) continue;
    yield piece;
    [piece, characters] = [[], 0];
  }
  if (piece.length > 0) yield piece;
}

/** The chunks as they are, once all of them together were found to be the text that they say they are. */
function* readChunks(
  bundle: OpenBundle,
  chunks: readonly Row<'corpus_chunk'>[],
  text: ImportedText,
): Generator<ImportPiece, void, undefined> {
  const hash = createHash('sha256');
  const vocabulary = new Vocabulary(text.vocabulary);
  const seen = new Set<number>();
  let characters = 0;
  for (const [index, [position, codec, sha256]] of chunks.entries()) {
    if (position !== index) throw wrong('a piece of its text is missing');
    const data = bundle.chunk(position);
    if (hashOf(data) !== sha256) throw wrong('a piece of its text does not match its SHA-256');
    const plain = unpack(codec, data);
    hash.update(plain);
    for (const character of decode(plain)) {
      seen.add(vocabulary.idOf(character.codePointAt(0) ?? -1));
      characters += 1;
    }
    yield { type: 'chunk', position, chunk: { codec, data } };
  }
  if (hash.digest('hex') !== text.sha256) throw wrong('its text does not match its SHA-256');
  if (characters !== text.characters || seen.size !== vocabulary.size || seen.has(-1)) {
    throw wrong('its text has other characters than it says');
  }
}

function unpack(codec: 'zstd' | 'brotli', data: Uint8Array): Uint8Array {
  try {
    const options = { maxOutputLength: MOST_UNPACKED };
    return codec === 'zstd' ? zstdDecompressSync(data, options) : brotliDecompressSync(data, options);
  } catch (error) {
    throw wrong('a piece of its text cannot be unpacked', error);
  }
}

function decode(plain: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch (error) {
    throw wrong('its text is not UTF-8', error);
  }
}

/** Takes what belongs to it out of `blobs`. */
function readCheckpoint(
  bundle: OpenBundle,
  row: Row<'checkpoint'>,
  blobs: Map<string, string>,
  run: ImportedRun,
): ImportedCheckpoint {
  const [id, , , , , , , weightsBytes, optimizerBytes, , positionSha256, position] = row;
  if (hashOf(Buffer.from(position)) !== positionSha256)
    throw wrong('the position of a checkpoint does not match its SHA-256');
  const take = (kind: 'weights' | 'optimizer', bytes: number): HashedBlob | null => {
    const key = `${id} ${kind}`;
    const sha256 = blobs.get(key);
    blobs.delete(key);
    if (bytes === 0 && sha256 === undefined) return null;
    const data = bundle.blob(id, kind);
    if (sha256 === undefined || data === null || data.byteLength !== bytes)
      throw wrong('weights of a checkpoint are missing');
    if (hashOf(data) !== sha256) throw wrong('weights of a checkpoint do not match their SHA-256');
    return { data, sha256 };
  };
  const weights = take('weights', weightsBytes);
  const optimizer = take('optimizer', optimizerBytes);
  if (weights !== null) requireFitting(weights.data, run);
  if (optimizer !== null) {
    if (weights === null) throw wrong('weights of a checkpoint are missing');
    decodeSafetensors(optimizer.data);
    parsePosition(position);
  }
  return { row: row.slice(1), weights, optimizer };
}

function requireFitting(
  weights: Uint8Array,
  run: { readonly config: RunConfig; readonly vocabulary: readonly string[] },
): void {
  checkWeights(decodeSafetensors(weights).arrays, networkShapeOf(run.config, run.vocabulary.length));
}

function hashOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** As the cause of an error: what was found, in words. */
export class NotWhole extends Error {}

/** @param reason what was found */
function wrong(reason: string, cause?: unknown): FolioError {
  return new FolioError(
    'file',
    `The file is not whole, or not as Folio wrote it: ${reason}.`,
    'Export the run again.',
    {
      cause: new NotWhole(reason, { cause }),
    },
  );
}
