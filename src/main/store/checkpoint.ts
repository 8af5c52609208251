import type { CheckpointInfo } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { MAX_STORED_BYTES } from '../../shared/limits.ts';
import { deleteBlob, insertBlob, readBlob, sha256, type BlobKind, type HashedBlob } from './checkpoint-blob.ts';
import { finiteOrNull, type Sql } from './sql.ts';
import type { NewCheckpoint, ResumePoint } from './types.ts';

interface CheckpointRow {
  readonly id: number;
  readonly kind: 'epoch' | 'recovery';
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly weightsBytes: number;
  readonly optimizerBytes: number;
  readonly createdAt: number;
}

const COLUMNS = `id, kind, epoch, step, train_loss AS trainLoss, validation_loss AS validationLoss,
  weights_bytes AS weightsBytes, optimizer_bytes AS optimizerBytes, created_at AS createdAt`;

function toInfo({ weightsBytes, optimizerBytes, ...row }: CheckpointRow): CheckpointInfo {
  return { ...row, bytes: weightsBytes + optimizerBytes, resumable: weightsBytes > 0 && optimizerBytes > 0 };
}

/** In the order of their steps. */
export function readCheckpoints(sql: Sql, runId: number): CheckpointInfo[] {
  return sql
    .all<CheckpointRow>(`SELECT ${COLUMNS} FROM checkpoint WHERE run_id = ? ORDER BY step, id`, runId)
    .map(toInfo);
}

/** A checkpoint's blobs, ready to be stored. */
export interface CheckpointBlobs {
  readonly weights: HashedBlob;
  readonly optimizer: HashedBlob | null;
}

/**
 * Looks at all bytes of a checkpoint. To be called before the transaction that stores it: hashing takes as long as writing, and nobody
 * else can write meanwhile.
 *
 * @throws FolioError 'file' when they are too many to be stored, 'damaged' when they are not what was sent.
 */
export function hashedBlobs({ weights, optimizer, sha256: sent }: NewCheckpoint): CheckpointBlobs {
  if (weights.byteLength === 0) throw new FolioError('internal', 'a checkpoint needs weights');
  const largest = Math.max(weights.byteLength, optimizer?.byteLength ?? 0);
  if (largest > MAX_STORED_BYTES) {
    const [gigabytes, most] = [largest, MAX_STORED_BYTES].map((size) => (size / 1e9).toFixed(2));
    throw new FolioError(
      'file',
      `this checkpoint cannot be stored: a part of it has ${gigabytes} GB and ${most} GB is the most`,
      'Train a network with fewer units or layers.',
    );
  }
  return {
    weights: hashed('weights', weights, sent?.weights),
    optimizer: optimizer === null ? null : hashed('optimizer', optimizer, sent?.optimizer),
  };
}

function hashed(kind: BlobKind, data: Uint8Array, sent: string | undefined): HashedBlob {
  const hash = sha256(data);
  if (sent === undefined || sent === hash) return { data, sha256: hash };
  throw new FolioError('damaged', `a checkpoint's ${kind} data changed on the way from the training process`);
}

/** Both blobs and their row. To be called inside a transaction. */
export function insertCheckpoint(
  sql: Sql,
  checkpoint: NewCheckpoint,
  { weights, optimizer }: CheckpointBlobs,
  now: number,
): CheckpointInfo {
  const id = sql.insert(
    `INSERT INTO checkpoint (run_id, kind, epoch, step, active_seconds, train_loss, validation_loss, weights_bytes,
                             optimizer_bytes, created_at, position_sha256, position)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    checkpoint.runId,
    checkpoint.kind,
    checkpoint.epoch,
    checkpoint.step,
    checkpoint.activeSeconds,
    finiteOrNull(checkpoint.epochRecord?.trainLoss ?? null),
    finiteOrNull(checkpoint.epochRecord?.validationLoss ?? null),
    weights.data.byteLength,
    optimizer?.data.byteLength ?? 0,
    now,
    sha256(Buffer.from(checkpoint.position)),
    checkpoint.position,
  );
  insertBlob(sql, id, 'weights', weights);
  if (optimizer !== null) insertBlob(sql, id, 'optimizer', optimizer);
  const row = sql.get<CheckpointRow>(`SELECT ${COLUMNS} FROM checkpoint WHERE id = ?`, id);
  if (row === undefined) throw new FolioError('internal', `checkpoint ${id} vanished inside its transaction`);
  return toInfo(row);
}

/** Removes one part of a checkpoint and returns the bytes freed; the row stays, as the history of the run. */
export function thinCheckpoint(sql: Sql, checkpointId: number, kind: BlobKind): number {
  const column = kind === 'weights' ? 'weights_bytes' : 'optimizer_bytes';
  const bytes =
    sql.get<{ bytes: number }>(`SELECT ${column} AS bytes FROM checkpoint WHERE id = ?`, checkpointId)?.bytes ?? 0;
  if (bytes === 0) return 0;
  deleteBlob(sql, checkpointId, kind);
  sql.run(`UPDATE checkpoint SET ${column} = 0 WHERE id = ?`, checkpointId);
  return bytes;
}

/** Removes whole checkpoints (rows and blobs) and returns the bytes freed. */
export function deleteCheckpoints(sql: Sql, ids: readonly number[]): number {
  let freed = 0;
  for (const id of ids) {
    freed +=
      sql.get<{ bytes: number }>('SELECT weights_bytes + optimizer_bytes AS bytes FROM checkpoint WHERE id = ?', id)
        ?.bytes ?? 0;
    sql.run('DELETE FROM checkpoint WHERE id = ?', id);
  }
  return freed;
}

/** Bytes of all the blobs of a run. */
export function storedBytes(sql: Sql, runId: number): number {
  const row = sql.get<{ bytes: number | null }>(
    'SELECT sum(weights_bytes + optimizer_bytes) AS bytes FROM checkpoint WHERE run_id = ?',
    runId,
  );
  return row?.bytes ?? 0;
}

/** Throws FolioError 'not-found' when there are no such weights (any more), 'damaged' when they are not what was stored. */
export function readWeights(sql: Sql, checkpointId: number): Uint8Array {
  const row = sql.get<CheckpointRow>(`SELECT ${COLUMNS} FROM checkpoint WHERE id = ?`, checkpointId);
  if (row === undefined) throw new FolioError('not-found', `there is no checkpoint ${checkpointId}`);
  if (row.weightsBytes === 0) {
    throw new FolioError(
      'not-found',
      `the weights of epoch ${row.epoch} (checkpoint ${checkpointId}) were thinned out to save space`,
      'Choose another epoch: the best and the last are always kept.',
    );
  }
  const { data, damage } = readBlob(sql, checkpointId, 'weights');
  if (data === null)
    throw new FolioError(
      'damaged',
      `${place(row)}: ${damage}`,
      'Choose another epoch; `folio doctor` lists all damage.',
    );
  return data;
}

/** The newest undamaged checkpoint that training can go on from, with the damage that was passed over on the way. */
export function findResumePoint(sql: Sql, runId: number): ResumePoint | null {
  const damaged: string[] = [];
  const rows = sql.all<CheckpointRow & { position: string; positionSha256: string }>(
    `SELECT ${COLUMNS}, position, position_sha256 AS positionSha256 FROM checkpoint
     WHERE run_id = ? AND weights_bytes > 0 AND optimizer_bytes > 0 ORDER BY step DESC, id DESC`,
    runId,
  );
  for (const { position, positionSha256, ...row } of rows) {
    if (sha256(Buffer.from(position)) !== positionSha256) {
      damaged.push(`${place(row)}: the stored position does not match its SHA-256`);
      continue;
    }
    const weights = readBlob(sql, row.id, 'weights');
    const optimizer = weights.data === null ? null : readBlob(sql, row.id, 'optimizer');
    if (weights.data !== null && optimizer !== null && optimizer.data !== null) {
      return { checkpoint: toInfo(row), position, weights: weights.data, optimizer: optimizer.data, damaged };
    }
    damaged.push(`${place(row)}: ${optimizer?.damage ?? weights.damage}`);
  }
  return null;
}

/** What is wrong with the position that training would go on from, in words; null when nothing is. */
export function positionDamage(sql: Sql, checkpointId: number): string | null {
  const row = sql.get<{ position: string; positionSha256: string }>(
    'SELECT position, position_sha256 AS positionSha256 FROM checkpoint WHERE id = ?',
    checkpointId,
  );
  const isWhole = row !== undefined && sha256(Buffer.from(row.position)) === row.positionSha256;
  return isWhole ? null : 'the stored position does not match its SHA-256';
}

/** Where a checkpoint stands, in words. */
export function place(row: {
  readonly id: number;
  readonly kind: 'epoch' | 'recovery';
  readonly epoch: number;
  readonly step: number;
}): string {
  return row.kind === 'epoch'
    ? `the checkpoint of epoch ${row.epoch} (step ${row.step}, number ${row.id})`
    : `the checkpoint inside epoch ${row.epoch} (step ${row.step}, number ${row.id})`;
}
