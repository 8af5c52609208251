/** Checkpoints that another thread reads: the same bytes, the same errors, nobody left waiting. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { CheckpointReader, checkpointsOf } from '../../src/main/store/checkpoint-reader.ts';
import type { SqliteStore } from '../../src/main/store/store.ts';
import { addRun, epochCheckpoint, Scratch } from './support.ts';

const scratch = new Scratch();
const readers: CheckpointReader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
  scratch.clean();
});

function open(entry?: URL): { store: SqliteStore; reader: CheckpointReader; run: number } {
  const store = scratch.open();
  const run = addRun(store);
  for (const epoch of [1, 2, 3])
    store.recordCheckpoint(epochCheckpoint(run, epoch), { everyNth: 1, optimizerStates: 3 });
  const reader = new CheckpointReader(store.path, entry === undefined ? {} : { entry });
  readers.push(reader);
  return { store, reader, run };
}

describe('a checkpoint read by the other thread', () => {
  it('is what the store itself reads, several asked for at once too', async () => {
    const { store, reader, run } = open();
    const here = checkpointsOf(store);
    const [point, first, second] = await Promise.all([reader.resumePoint(run), reader.weights(1), reader.weights(2)]);
    const expected = await here.resumePoint(run);
    expect(point).toEqual({
      ...expected,
      weights: new Uint8Array(expected?.weights ?? []),
      optimizer: new Uint8Array(expected?.optimizer ?? []),
    });
    expect(Buffer.compare(first, await here.weights(1))).toBe(0);
    expect(Buffer.compare(second, await here.weights(2))).toBe(0);
    expect(Buffer.compare(first, second)).not.toBe(0);
  });

  it('is null where there is none, and refused like by the store', async () => {
    const { store, reader, run } = open();
    await expect(reader.resumePoint(addRun(store))).resolves.toBeNull();
    await expect(reader.weights(99)).rejects.toMatchObject({ code: 'not-found', message: 'there is no checkpoint 99' });
    await expect(reader.resumePoint(99)).rejects.toMatchObject({ code: 'not-found', message: 'there is no run 99' });
    store.trash('run', [run]);
    await expect(reader.resumePoint(run)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is checked: one that is damaged is passed over, and its weights are refused', async () => {
    const { store, reader, run } = open();
    const db = new Database(store.path);
    db.exec("UPDATE checkpoint_blob SET data = zeroblob(length(data)) WHERE checkpoint_id = 3 AND kind = 'weights'");
    db.close();
    const point = await reader.resumePoint(run);
    expect(point).toMatchObject({ checkpoint: { epoch: 2 }, damaged: [expect.stringContaining('SHA-256')] });
    await expect(reader.weights(3)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('is read beside a transaction that is under way', async () => {
    const { store, reader } = open();
    const db = new Database(store.path);
    db.exec('BEGIN IMMEDIATE; DELETE FROM checkpoint');
    await expect(reader.weights(1)).resolves.toHaveLength(epochCheckpoint(1, 1).weights.length);
    db.exec('ROLLBACK');
    db.close();
  });
});

describe('the end', () => {
  it('is told to who waits, and to who asks afterwards', async () => {
    const { reader } = open();
    const refused = expect(reader.weights(1)).rejects.toMatchObject({ code: 'cancelled' });
    reader.close();
    await refused;
    await expect(reader.weights(1)).rejects.toMatchObject({ code: 'cancelled', message: 'the record was closed' });
  });

  it('of the thread itself is told to who waits', async () => {
    const program = join(scratch.folder(), 'dies.mjs');
    writeFileSync(
      program,
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
    );
    const { reader } = open(pathToFileURL(program));
    await expect(reader.weights(1)).rejects.toThrow('the thread that reads checkpoints ended with code 3');
  });
});
