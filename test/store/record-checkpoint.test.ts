/** Checkpoints stored with all that belongs to them, what is kept of them, and going back to one. */
import { afterEach, describe, expect, it } from 'vitest';

import { FolioError } from '../../src/shared/errors.ts';
import { addRun, epochCheckpoint, KEEP_ALL, metric, recoveryCheckpoint, sample, Scratch } from './support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

describe('recordCheckpoint', () => {
  it('stores epoch, blobs, samples, metrics and progress together', () => {
    const store = scratch.open();
    const id = addRun(store);
    const checkpoint = epochCheckpoint(id, 1);
    const { info, bytesFreed } = store.recordCheckpoint(checkpoint, KEEP_ALL);
    expect(info).toMatchObject({ kind: 'epoch', epoch: 1, step: 10, trainLoss: 3.9, bytes: 1500, resumable: true });
    expect(bytesFreed).toBe(0);
    const run = store.run(id);
    expect(run).toMatchObject({
      epoch: 1,
      step: 10,
      trainLoss: 3.9,
      bestEpoch: 1,
      storedBytes: 1500,
      activeSeconds: 1,
    });
    expect(run.epochs).toEqual([checkpoint.epochRecord]);
    expect(run.checkpoints).toEqual([info]);
    const written = store.samples(id);
    expect(written).toEqual([{ ...sample(id, 1), id: 1, createdAt: written[0]?.createdAt }]);
    expect(store.metrics(id)).toEqual(checkpoint.metrics);
    expect(Buffer.from(store.checkpointWeights(info.id)).equals(checkpoint.weights)).toBe(true);
    const point = store.resumePoint(id);
    expect(point).toMatchObject({ position: checkpoint.position, damaged: [], checkpoint: info });
    expect(Buffer.from(point?.optimizer ?? []).equals(checkpoint.optimizer ?? new Uint8Array())).toBe(true);
  });

  it('leaves nothing behind when a part of it is refused', () => {
    const store = scratch.open();
    const id = addRun(store);
    store.recordCheckpoint(epochCheckpoint(id, 1), KEEP_ALL);
    const before = store.run(id);
    const wrong = { ...epochCheckpoint(id, 2), samples: [sample(99, 2)] }; // no such run
    expect(() => store.recordCheckpoint(wrong, KEEP_ALL)).toThrow();
    expect(store.run(id)).toEqual(before);
    expect(store.metrics(id)).toHaveLength(1);
  });

  it('keeps two recovery checkpoints and the epoch before them whole, and none after an epoch ended', () => {
    const store = scratch.open();
    const id = addRun(store);
    store.recordCheckpoint(epochCheckpoint(id, 1), KEEP_ALL);
    const freed = [12, 14, 16].map(
      (step) => store.recordCheckpoint(recoveryCheckpoint(id, 2, step), KEEP_ALL).bytesFreed,
    );
    expect(freed).toEqual([0, 0, 1500]);
    expect(store.run(id).checkpoints.map(({ kind, step, resumable }) => [kind, step, resumable])).toEqual([
      ['epoch', 10, true],
      ['recovery', 14, true],
      ['recovery', 16, true],
    ]);
    expect(store.resumePoint(id)?.checkpoint.step).toBe(16);
    const ended = store.recordCheckpoint(epochCheckpoint(id, 2), KEEP_ALL);
    expect(ended.bytesFreed).toBe(3000);
    expect(store.run(id).checkpoints.map(({ step, resumable }) => [step, resumable])).toEqual([
      [10, true],
      [20, true],
    ]);
  });

  it('replaces the part of an epoch with the whole of it', () => {
    const store = scratch.open();
    const id = addRun(store);
    const whole = epochCheckpoint(id, 1);
    if (whole.epochRecord === null) throw new Error('an epoch has a record');
    store.recordCheckpoint(
      { ...epochCheckpoint(id, 1, { step: 4 }), epochRecord: { ...whole.epochRecord, steps: 4, complete: false } },
      KEEP_ALL,
    );
    store.recordCheckpoint(whole, KEEP_ALL);
    const run = store.run(id);
    expect(run.epochs).toEqual([whole.epochRecord]);
    expect(run.checkpoints.map(({ step }) => step)).toEqual([10]);
    expect(store.samples(id)).toHaveLength(1);
  });

  it('keeps best, last and every n-th, and the optimizer of the newest', () => {
    const store = scratch.open();
    const id = addRun(store);
    const losses = [3, 2, 1, 1.5, 1.6, 1.7, 1.8];
    let freed = 0;
    losses.forEach((validationLoss, index) => {
      const checkpoint = epochCheckpoint(id, index + 1);
      if (checkpoint.epochRecord === null) throw new Error('an epoch has a record');
      const record = { ...checkpoint.epochRecord, validationLoss };
      freed += store.recordCheckpoint(
        { ...checkpoint, epochRecord: record },
        { everyNth: 4, optimizerStates: 1 },
      ).bytesFreed;
    });
    const { checkpoints, bestEpoch, storedBytes } = store.run(id);
    expect(bestEpoch).toBe(3);
    expect(checkpoints.map(({ epoch, bytes: stored, resumable }) => [epoch, stored, resumable])).toEqual([
      [1, 0, false],
      [2, 0, false],
      [3, 500, false],
      [4, 500, false],
      [5, 0, false],
      [6, 0, false],
      [7, 1500, true],
    ]);
    expect(freed).toBe(7 * 1500 - storedBytes);
    expect(() => store.checkpointWeights(1)).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => store.checkpointWeights(99)).toThrow(FolioError);
  });

  it('takes weights without optimizer state, which nothing can resume from', () => {
    const store = scratch.open();
    const id = addRun(store);
    const { info } = store.recordCheckpoint(
      { ...epochCheckpoint(id, 1), optimizer: null, epochRecord: null },
      KEEP_ALL,
    );
    expect(info).toMatchObject({ resumable: false, bytes: 500, trainLoss: null });
    expect(store.resumePoint(id)).toBeNull();
  });
});

describe('rewindTo', () => {
  it('forgets what training did after a checkpoint, and keeps what a person asked for', () => {
    const store = scratch.open();
    const id = addRun(store);
    for (const epoch of [1, 2, 3])
      store.recordCheckpoint(epochCheckpoint(id, epoch), { everyNth: 1, optimizerStates: 3 });
    store.addSamples([{ ...sample(id, 3), origin: 'generate' }]);
    store.appendMetrics(id, [metric(31, 4)]);
    const first = store.run(id).checkpoints[0];
    store.rewindTo(id, first?.id ?? 0);
    const run = store.run(id);
    expect(run).toMatchObject({ epoch: 1, step: 10, activeSeconds: 1, bestEpoch: 1, storedBytes: 1500 });
    expect([run.epochs.length, run.checkpoints.length]).toEqual([1, 1]);
    expect(store.samples(id).map(({ epoch, origin }) => [epoch, origin])).toEqual([
      [1, 'training'],
      [3, 'generate'],
    ]);
    expect(store.metrics(id).map(({ step }) => step)).toEqual([10]);
    store.rewindTo(id, null);
    expect(store.run(id)).toMatchObject({
      epoch: 0,
      step: 0,
      bestEpoch: null,
      epochs: [],
      checkpoints: [],
      storedBytes: 0,
    });
    expect(store.metrics(id)).toEqual([]);
  });
});
