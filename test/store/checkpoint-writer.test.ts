/** Checkpoints that another thread stores: the same record, pieces put together, errors told, nothing lost at the end. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import type { SqliteStore } from '../../src/main/store/store.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { addText, bytes, epochCheckpoint, KEEP_ALL, metric, recoveryCheckpoint, Scratch } from './support.ts';

const scratch = new Scratch();
const writers: CheckpointWriter[] = [];
afterEach(() => {
  for (const writer of writers.splice(0)) writer.close();
  scratch.clean();
});

function open(entry?: URL): { store: SqliteStore; writer: CheckpointWriter; run: number } {
  const store = scratch.open();
  const run = store.createRun({
    name: 'short',
    preset: 'quick',
    corpusId: addText(store),
    config: PRESETS.quick.config,
    vocabulary: ['a'],
    status: 'running',
  });
  const writer = new CheckpointWriter(store.path, { now: () => 4711, ...(entry === undefined ? {} : { entry }) });
  writers.push(writer);
  return { store, writer, run };
}

const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

describe('a checkpoint stored by the other thread', () => {
  it('is what the store itself would have stored', async () => {
    const here = open();
    const there = open();
    for (const epoch of [1, 2, 3]) {
      const direct = here.store.recordCheckpoint(
        { ...epochCheckpoint(here.run, epoch), metrics: [metric(epoch, epoch)] },
        KEEP_ALL,
      );
      const stored = await there.writer.record(
        { ...epochCheckpoint(there.run, epoch), metrics: [metric(epoch, epoch)] },
        KEEP_ALL,
        null,
      );
      const { createdAt: _, ...info } = direct.info;
      expect(stored.info).toMatchObject(info);
      expect([stored.bytesFreed, stored.samples.length]).toEqual([direct.bytesFreed, direct.samples.length]);
      expect(stored.info.createdAt).toBe(4711);
    }
    expect(there.store.metrics(there.run)).toEqual(here.store.metrics(here.run));
    expect(there.store.run(there.run).epochs).toEqual(here.store.run(here.run).epochs);
    expect(there.store.check()).toEqual([]);
  });

  it('is put together from its pieces, those of a checkpoint that never came left out', async () => {
    const { store, writer, run } = open();
    const [weights, optimizer] = [bytes(100_000, 1), bytes(200_000, 2)];
    writer.piece('weights', bytes(5, 3));
    writer.discard();
    for (let at = 0; at < 100_000; at += 40_000) writer.piece('weights', weights.subarray(at, at + 40_000));
    for (let at = 0; at < 200_000; at += 70_000) writer.piece('optimizer', optimizer.subarray(at, at + 70_000));
    const empty = new Uint8Array(0);
    const sha256 = { weights: hash(weights), optimizer: hash(optimizer) };
    const checkpoint = { ...recoveryCheckpoint(run, 1, 5), weights: empty, optimizer: empty, sha256 };
    const { info } = await writer.record(checkpoint, KEEP_ALL, { weights: 100_000, optimizer: 200_000 });
    expect(info).toMatchObject({ step: 5, bytes: 300_000, resumable: true });
    const point = store.resumePoint(run);
    expect(Buffer.compare(point?.weights ?? empty, weights)).toBe(0);
    expect(Buffer.compare(point?.optimizer ?? empty, optimizer)).toBe(0);
  });

  it('brings its thread the bytes of each piece, and none of those around them', async () => {
    const program = join(scratch.folder(), 'measures.mjs');
    writeFileSync(
      program,
      `import { parentPort, workerData } from 'node:worker_threads';
      const sizes = [];
      const note = ({ length, buffer }) => sizes.push([length, buffer.byteLength]);
      parentPort.on('message', ({ type, bytes, checkpoint }) => {
        if (type === 'piece') return note(bytes);
        if (type !== 'record') return Atomics.store(workerData.closed, 0, 1), Atomics.notify(workerData.closed, 0);
        note(checkpoint.weights);
        parentPort.postMessage({ type: 'failed', error: { code: 'internal', message: JSON.stringify(sizes) } });
      });`,
    );
    const { writer, run } = open(pathToFileURL(program));
    const around = bytes(100_000, 1);
    writer.piece('weights', around.subarray(10, 20));
    const whole = bytes(30, 1);
    writer.piece('optimizer', whole);
    const checkpoint = { ...epochCheckpoint(run, 1), weights: around.subarray(20, 20), optimizer: null };
    const stored = writer.record(checkpoint, KEEP_ALL, { weights: 10, optimizer: 30 });
    await expect(stored).rejects.toThrow('[[10,10],[30,30],[0,0]]');
    expect([around.length, whole.length]).toEqual([100_000, 30]); // the caller has them still
  });

  it('is refused, whole, when bytes are missing or changed on the way; the next one is stored', async () => {
    const { store, writer, run } = open();
    writer.piece('weights', bytes(10, 1));
    const checkpoint = epochCheckpoint(run, 1);
    await expect(writer.record(checkpoint, KEEP_ALL, { weights: 11, optimizer: 0 })).rejects.toMatchObject({
      code: 'damaged',
    });
    const wrong = { ...checkpoint, sha256: { weights: hash(checkpoint.weights), optimizer: 'f'.repeat(64) } };
    await expect(writer.record(wrong, KEEP_ALL, null)).rejects.toThrow(/optimizer data changed on the way/);
    expect(store.run(run)).toMatchObject({ checkpoints: [], epochs: [] });
    await writer.record(checkpoint, KEEP_ALL, null);
    expect(store.run(run).checkpoints).toHaveLength(1);
  });

  it('says when there is none under way, whether it was stored or not', async () => {
    const { writer, run } = open();
    expect(writer.stored()).toBeNull();
    const refused = expect(writer.record(epochCheckpoint(run, 1), KEEP_ALL, { weights: 1, optimizer: 1 })).rejects;
    const failed = refused.toMatchObject({ code: 'damaged' });
    await writer.stored();
    await failed;
    expect(writer.stored()).toBeNull();
    const done = writer.record(epochCheckpoint(run, 1), KEEP_ALL, null);
    let told = false;
    const telling = writer.stored()?.then(() => (told = true));
    await done;
    await telling;
    expect(told).toBe(true);
    expect(writer.stored()).toBeNull();
  });

  it('comes after the one before it, and the record says when both are through', async () => {
    const { store, writer, run } = open();
    store.shareWith(() => writer.stored());
    expect(store.writable()).toBeNull();
    const order: string[] = [];
    const note = (what: string) => (): void => void order.push(what);
    const [weights, optimizer] = [new Uint8Array(1000).fill(1), new Uint8Array(1000).fill(2)];
    const large = { ...epochCheckpoint(run, 1), weights, optimizer };
    const first = writer.record(large, KEEP_ALL, null, [weights.buffer, optimizer.buffer]).then(note('first'));
    expect([weights.length, optimizer.length]).toEqual([0, 0]); // handed over
    const second = writer.record(epochCheckpoint(run, 2), KEEP_ALL, { weights: 1, optimizer: 1 }).catch(note('second'));
    const third = writer.record(epochCheckpoint(run, 3), KEEP_ALL, null).then(note('third'));
    await store.writable();
    expect(store.writable()).toBeNull();
    await Promise.all([first, second, third]);
    expect(order).toEqual(['first', 'second', 'third']);
    expect(store.run(run).checkpoints.map(({ epoch, bytes: size }) => [epoch, size > 1000])).toEqual([
      [1, true],
      [3, true],
    ]);
  });

  it('is waited for by a text that is to be stored meanwhile', async () => {
    const { store, writer, run } = open();
    store.shareWith(() => writer.stored());
    const stored = writer.record(epochCheckpoint(run, 1), KEEP_ALL, null);
    const text = new TextEncoder().encode('abc'.repeat(1000));
    const meanwhile = new Database(store.path);
    const added = store.storeCorpus({
      ...{ name: 'text', encoding: 'UTF-8', vocabulary: ['a', 'b', 'c'], characters: 3000, sha256: hash(text) },
      chunks: [text],
    });
    expect(meanwhile.prepare('SELECT count(*) FROM corpus').pluck().get()).toBe(1);
    meanwhile.close();
    await stored;
    expect(store.corpora()).toHaveLength(1);
    await added;
    expect(store.corpora()).toHaveLength(2);
  });

  it('waits for a transaction of the main thread, and lets it write meanwhile', async () => {
    const { store, writer, run } = open();
    const stored = writer.record(epochCheckpoint(run, 1), KEEP_ALL, null);
    for (let i = 0; i < 20; i++) store.setSetting('mine', String(i));
    await stored;
    expect(store.setting('mine')).toBe('19');
    expect(store.run(run).checkpoints).toHaveLength(1);
  });
});

describe('the end', () => {
  it('waits for what is being stored, and leaves the record to its own thread', async () => {
    const { store, writer, run } = open();
    const stored = writer.record(epochCheckpoint(run, 1), KEEP_ALL, null);
    const refused = expect(stored).rejects.toMatchObject({ code: 'cancelled' });
    writer.close();
    await refused;
    // Its answer came too late, and yet it is there.
    expect(store.run(run).checkpoints).toHaveLength(1);
    writer.piece('weights', bytes(5, 1));
    writer.discard();
    await expect(writer.record(epochCheckpoint(run, 2), KEEP_ALL, null)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(writer.purgeNext()).rejects.toMatchObject({ code: 'cancelled' });
    expect([writer.stored(), store.run(run).checkpoints.length]).toEqual([null, 1]);
  });

  it('of the thread between two pieces is told to who completes the checkpoint; the next one is stored', async () => {
    const program = join(scratch.folder(), 'falters.mjs');
    const worker = pathToFileURL(join(import.meta.dirname, '../../src/main/store/checkpoint-worker.ts'));
    // The first of these threads ends at its second piece.
    writeFileSync(
      program,
      `import { existsSync, writeFileSync } from 'node:fs';
      import { parentPort, workerData } from 'node:worker_threads';
      const mark = workerData.path + '.faltered';
      if (existsSync(mark)) await import(${JSON.stringify(worker.href)});
      else {
        let pieces = 0;
        parentPort.on('message', ({ type }) => {
          if (type === 'purge') return parentPort.postMessage({ type: 'purged', purged: null });
          if (type !== 'piece' || ++pieces < 2) return;
          writeFileSync(mark, '');
          process.exit(7);
        });
      }`,
    );
    const { store, writer, run } = open(pathToFileURL(program));
    const [weights, empty] = [bytes(30, 1), new Uint8Array(0)];
    const checkpoint = { ...epochCheckpoint(run, 1), weights: empty, optimizer: empty };
    const pieces = (): void => [0, 10, 20].forEach((at) => writer.piece('weights', weights.subarray(at, at + 10)));
    const sizes = { weights: 30, optimizer: 0 };
    writer.piece('weights', weights.subarray(0, 10));
    expect(await writer.purgeNext()).toBeNull();
    writer.piece('weights', weights.subarray(10, 20));
    await expect(writer.purgeNext()).rejects.toThrow('ended with code 7'); // its end is known by now
    writer.piece('weights', weights.subarray(20, 30));
    await writer.record(epochCheckpoint(run, 2), KEEP_ALL, null); // whole, and not of these pieces
    await expect(writer.record(checkpoint, KEEP_ALL, sizes)).rejects.toThrow('ended with code 7');
    pieces();
    await writer.record(checkpoint, KEEP_ALL, sizes);
    expect(Buffer.compare(store.checkpointWeights(store.run(run).checkpoints[0]?.id ?? 0), weights)).toBe(0);
    expect(store.run(run).checkpoints).toHaveLength(2);
  });

  it('of a thread that had pieces of a checkpoint that was given up harms nobody', async () => {
    const program = join(scratch.folder(), 'dies.mjs');
    writeFileSync(
      program,
      `import { parentPort, workerData } from 'node:worker_threads';
      parentPort.on('message', ({ type }) => {
        if (type === 'purge') process.exit(3);
        if (type === 'close') Atomics.store(workerData.closed, 0, 1), Atomics.notify(workerData.closed, 0);
        if (type === 'record') parentPort.postMessage({ type: 'failed', error: { code: 'internal', message: 'heard' } });
      });`,
    );
    const { writer, run } = open(pathToFileURL(program));
    writer.piece('weights', bytes(10, 1));
    await expect(writer.purgeNext()).rejects.toThrow('ended with code 3');
    writer.discard();
    await expect(writer.record(epochCheckpoint(run, 1), KEEP_ALL, { weights: 1, optimizer: 0 })).rejects.toThrow(
      'heard',
    );
  });

  it('of the thread itself is told to who waits', async () => {
    const program = join(scratch.folder(), 'dies.mjs');
    writeFileSync(
      program,
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
    );
    const { writer, run } = open(pathToFileURL(program));
    await expect(writer.record(epochCheckpoint(run, 1), KEEP_ALL, null)).rejects.toThrow('ended with code 3');
    const { writer: other, run: otherRun } = open(pathToFileURL(join(scratch.folder(), 'missing.mjs')));
    await expect(other.record(epochCheckpoint(otherRun, 1), KEEP_ALL, null)).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
