/** Puts a run from elsewhere into the record, a piece at a time: see import-types.ts. */
import { insertBlob } from './checkpoint-blob.ts';
import { beginCorpus, discardCorpus, finishCorpus, insertChunk, takeBack } from './corpus.ts';
import { bestEpoch } from './epoch.ts';
import type { ImportedCheckpoint, ImportedRun, ImportedText, ImportPiece, ImportTarget } from './import-types.ts';
import { updateBestEpoch } from './run.ts';
import type { Sql, Value } from './sql.ts';
import { discardRun, IMPORTING } from './trash.ts';

/** To be called inside a transaction. @param target what the first piece gave; null with that */
export function writeImportPiece(sql: Sql, piece: ImportPiece, target: ImportTarget | null, now: number): ImportTarget {
  if (piece.type === 'run') return begin(sql, piece.run, piece.text, now);
  const { runId, corpusId } = target ?? { runId: -1, corpusId: null };
  switch (piece.type) {
    case 'chunk':
      if (corpusId !== null) insertChunk(sql, corpusId, piece.position, piece.chunk);
      break;
    case 'rows':
      insertRows(sql, piece.table, runId, piece.rows);
      break;
    case 'checkpoint':
      insertCheckpoint(sql, runId, piece.checkpoint);
      break;
    case 'end':
      finish(sql, { runId, corpusId }, piece.text, piece.awaited);
      break;
    case 'discard':
      if (corpusId !== null) discardCorpus(sql, corpusId);
      discardRun(sql, runId);
  }
  return { runId, corpusId };
}

function begin(sql: Sql, run: ImportedRun, text: ImportedText | null, now: number): ImportTarget {
  const runId = sql.insert(
    `INSERT INTO run (name, status, status_reason, preset, engine, device, epoch, step, active_seconds, created_at, updated_at,
                      keep_every, tags, notes, config, vocabulary, deleted_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${IMPORTING})`,
    run.name,
    run.status,
    run.statusReason,
    run.preset,
    run.engine,
    run.device,
    run.epoch,
    run.step,
    run.activeSeconds,
    run.createdAt,
    run.updatedAt,
    run.keepEvery,
    JSON.stringify(run.tags),
    run.notes,
    JSON.stringify(run.config),
    JSON.stringify(run.vocabulary),
  );
  if (run.beginning !== null) {
    sql.run(
      'INSERT INTO run_beginning (run_id, rejected, first_look) VALUES (?, ?, ?)',
      runId,
      run.beginning.rejected,
      run.beginning.firstLook,
    );
  }
  const corpusId = text === null ? null : beginCorpus(sql, { ...text, chunks: [] }, now);
  return { runId, corpusId };
}

const INSERTS = {
  metric: `INSERT INTO metric (run_id, step, epoch, loss, gradient_norm, learning_rate, milliseconds, active_seconds)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  epoch: `INSERT INTO epoch (run_id, epoch, last_step, steps, complete, train_loss, validation_loss, seconds,
    characters_per_second, learning_rate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  sample: `INSERT INTO sample (run_id, epoch, step, stream, streams, origin, engine, app_version, created_at, settings, prompt, text)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
} as const;

function insertRows(sql: Sql, table: keyof typeof INSERTS, runId: number, rows: readonly (readonly Value[])[]): void {
  // A text's number in the bundle gives way to one of this record.
  for (const row of rows) sql.run(INSERTS[table], runId, ...(table === 'sample' ? row.slice(1) : row));
}

function insertCheckpoint(sql: Sql, runId: number, { row, weights, optimizer }: ImportedCheckpoint): void {
  const id = sql.insert(
    `INSERT INTO checkpoint (run_id, kind, epoch, step, active_seconds, train_loss, validation_loss, weights_bytes,
                             optimizer_bytes, created_at, position_sha256, position)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    runId,
    ...row,
  );
  if (weights !== null) insertBlob(sql, id, 'weights', weights);
  if (optimizer !== null) insertBlob(sql, id, 'optimizer', optimizer);
}

function finish(
  sql: Sql,
  { runId, corpusId }: ImportTarget,
  text: ImportedText | null,
  awaited: ImportedRun['text'],
): void {
  const stored =
    corpusId !== null && text !== null ? finishCorpus(sql, corpusId, { ...text, chunks: [] }, text.sha256) : null;
  const known = awaited === null ? null : (stored ?? takeBack(sql, awaited.sha256)?.id ?? null);
  const missing = known === null ? awaited : null;
  sql.run(
    'UPDATE run SET corpus_id = ?, awaited_sha256 = ?, awaited_name = ?, deleted_at = NULL WHERE id = ?',
    known,
    missing?.sha256 ?? null,
    missing?.name ?? null,
    runId,
  );
  updateBestEpoch(sql, runId, bestEpoch(sql, runId));
}
