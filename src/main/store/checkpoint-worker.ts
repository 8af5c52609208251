/**
 * A thread with a connection of its own that stores checkpoints and frees deleted ones: hashing, writing and copying the log back take a tenth of a second
 * and more for a large one, and in here nobody waits for it. Started by checkpoint-writer.ts; never imported.
 */
import { parentPort, workerData } from 'node:worker_threads';

import Database from 'better-sqlite3';

import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import { hashedBlobs } from './checkpoint.ts';
import { CheckpointParts } from './checkpoint-parts.ts';
import type { FromWriterThread, ToWriterThread, WriterThreadData } from './checkpoint-writer.ts';
import { Housekeeping } from './housekeeping.ts';
import { writeImportPiece } from './import-piece.ts';
import { writeCheckpoint } from './record-checkpoint.ts';
import { Sql } from './sql.ts';
import { explaining } from './sqlite-errors.ts';
import { purgeNext } from './trash.ts';

/** How long a transaction waits for one of the main thread, which are short. */
const BUSY_MS = 10_000;

if (parentPort === null)
  throw new FolioError('internal', 'the thread that stores checkpoints was started as a program');
const port = parentPort;
const { path, closed } = workerData as WriterThreadData;
const parts = new CheckpointParts();
let connection: { readonly sql: Sql; readonly housekeeping: Housekeeping } | null = null;

/** Opened with the first checkpoint: an error in it has somebody to be told to. */
function connect(): NonNullable<typeof connection> {
  const db = new Database(path, { fileMustExist: true, timeout: BUSY_MS });
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('wal_autocheckpoint = 0'); // Housekeeping does it, outside of the transaction
  const sql = new Sql(db);
  return { sql, housekeeping: new Housekeeping(sql) };
}

function record({ checkpoint, sizes, policy, now }: Extract<ToWriterThread, { type: 'record' }>): FromWriterThread {
  try {
    const blobs = sizes === null ? {} : parts.take(sizes);
    const { sql, housekeeping } = (connection ??= explaining(path, connect));
    const whole = { ...checkpoint, ...blobs };
    const hashed = hashedBlobs(whole);
    const result = explaining(path, () => sql.transaction(() => writeCheckpoint(sql, whole, hashed, policy, now)));
    housekeeping.wroteBlobs(result.info.bytes);
    return { type: 'recorded', result };
  } catch (error) {
    return { type: 'failed', error: toErrorMessage(error) };
  }
}

function importPiece({ piece, target, now }: Extract<ToWriterThread, { type: 'import' }>): FromWriterThread {
  try {
    const { sql, housekeeping } = (connection ??= explaining(path, connect));
    const next = explaining(path, () => sql.transaction(() => writeImportPiece(sql, piece, target, now)));
    housekeeping.wroteBlobs(null);
    return { type: 'imported', target: next };
  } catch (error) {
    return { type: 'failed', error: toErrorMessage(error) };
  }
}

function purge(): FromWriterThread {
  try {
    const { sql, housekeeping } = (connection ??= explaining(path, connect));
    const purged = explaining(path, () => sql.transaction(() => purgeNext(sql)));
    if (purged !== null) housekeeping.wroteBlobs(null);
    return { type: 'purged', purged };
  } catch (error) {
    return { type: 'failed', error: toErrorMessage(error) };
  }
}

/** All that is left is done and the file closed; whoever waits for that is blocked until the flag is set. */
function close(): void {
  try {
    connection?.housekeeping.finish();
  } catch {
    // What could not be given back now is given back after the next checkpoint.
  } finally {
    connection?.sql.db.close();
    connection = null;
    tellClosed();
    port.close();
  }
}

function tellClosed(): void {
  Atomics.store(closed, 0, 1);
  Atomics.notify(closed, 0);
}

// However it ends, nobody waits in vain.
process.on('exit', tellClosed);

port.on('message', (message: ToWriterThread) => {
  if (message.type === 'piece') parts.add(message.part, message.bytes);
  else if (message.type === 'discard') parts.clear();
  else if (message.type === 'record') port.postMessage(record(message));
  else if (message.type === 'import') port.postMessage(importPiece(message));
  else if (message.type === 'purge') port.postMessage(purge());
  else close();
});
