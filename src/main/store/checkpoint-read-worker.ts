/**
 * A thread that fetches checkpoints from the record and compares them with their hashes, on a connection of its own that cannot write.
 * Started by checkpoint-reader.ts; never imported.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { assertNever, FolioError, toErrorMessage } from '../../shared/errors.ts';
import { findResumePoint, readWeights } from './checkpoint.ts';
import type { FromReaderThread, ReaderThreadData, ToReaderThread } from './checkpoint-reader.ts';
import { connectReader } from './read-connection.ts';
import { requireRun } from './run.ts';
import { Sql } from './sql.ts';
import { explaining } from './sqlite-errors.ts';
import { listenUntilEnd } from './thread-end.ts';

if (parentPort === null) throw new FolioError('internal', 'the thread that reads checkpoints was started as a program');
const port = parentPort;
const { path } = workerData as ReaderThreadData;

/** Everything of one answer is read from the same state of the record. */
function reading<T>(work: (sql: Sql) => T): T {
  return explaining(path, () => {
    const db = connectReader(path);
    try {
      const sql = new Sql(db);
      return sql.snapshot(() => work(sql));
    } finally {
      db.close();
    }
  });
}

/** Bytes in a buffer of their own, so that they can be handed over without being copied. */
function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

function answer(message: ToReaderThread): { readonly message: FromReaderThread; readonly moved: ArrayBuffer[] } {
  switch (message.type) {
    case 'resume-point': {
      const point = reading((sql) => {
        requireRun(sql, message.runId);
        return findResumePoint(sql, message.runId);
      });
      if (point === null) return { message: { type: 'resume-point', point }, moved: [] };
      const [weights, optimizer] = [movable(point.weights), movable(point.optimizer)];
      return {
        message: { type: 'resume-point', point: { ...point, weights, optimizer } },
        moved: [weights.buffer, optimizer.buffer],
      };
    }
    case 'weights': {
      const weights = movable(reading((sql) => readWeights(sql, message.checkpointId)));
      return { message: { type: 'weights', weights }, moved: [weights.buffer] };
    }
    default:
      return assertNever(message, 'message to the thread that reads checkpoints');
  }
}

listenUntilEnd(port, (message: ToReaderThread) => {
  try {
    const { message: told, moved } = answer(message);
    port.postMessage(told, moved);
  } catch (error) {
    const failed: FromReaderThread = { type: 'failed', error: toErrorMessage(error) };
    port.postMessage(failed);
  }
});
