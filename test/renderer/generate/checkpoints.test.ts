import { describe, expect, it } from 'vitest';
import { choiceOf, epochRows, resolveEpoch } from '../../../src/renderer/screens/generate/checkpoints.ts';
import type { CheckpointInfo, EpochRecord } from '../../../src/shared/domain.ts';

const checkpoint = (change: Partial<CheckpointInfo>): CheckpointInfo => ({
  id: 1,
  kind: 'epoch',
  epoch: 1,
  step: 10,
  trainLoss: 2,
  validationLoss: 3,
  bytes: 100,
  resumable: false,
  createdAt: 0,
  ...change,
});
const epoch = (number: number): EpochRecord => ({
  epoch: number,
  steps: 10,
  complete: true,
  trainLoss: 3 - number / 10,
  validationLoss: null,
  seconds: 1,
  charactersPerSecond: 1,
  learningRate: 1,
});

describe('the epochs of a run', () => {
  const rows = epochRows({
    bestEpoch: 2,
    epochs: [epoch(1), epoch(2), epoch(3)],
    checkpoints: [
      checkpoint({ id: 1, epoch: 1, step: 10, bytes: 0 }),
      checkpoint({ id: 2, epoch: 2, step: 20 }),
      checkpoint({ id: 3, epoch: 3, step: 30 }),
      checkpoint({ id: 4, epoch: 4, step: 35, kind: 'recovery' }),
    ],
  });

  it('come with their losses, the newest first, and say what they are', () => {
    expect(rows.map(({ epoch: number }) => number)).toEqual([4, 3, 2, 1]);
    expect(rows.map(({ gone }) => gone)).toEqual([false, false, false, true]);
    expect(rows.map(({ inside }) => inside)).toEqual([true, false, false, false]);
    expect(rows.find(({ best }) => best)?.epoch).toBe(2);
    expect(rows.find(({ last }) => last)?.epoch).toBe(4);
    expect(rows[1]?.trainLoss).toBeCloseTo(2.7);
    expect(rows[0]?.trainLoss).toBeNull(); // it is not over
  });

  it('are chosen by number, as the best or as the last', () => {
    expect(resolveEpoch(rows, 'last')?.epoch).toBe(4);
    expect(resolveEpoch(rows, 'best')?.epoch).toBe(2);
    expect(resolveEpoch(rows, 3)?.epoch).toBe(3);
    expect(resolveEpoch(rows, 1)).toBeNull(); // thinned out
    expect(rows.map(choiceOf)).toEqual(['last', 3, 2, 1]);
  });

  it('of imported weights are one, without losses', () => {
    const imported = epochRows({
      bestEpoch: null,
      epochs: [],
      checkpoints: [checkpoint({ epoch: 0, step: 0, trainLoss: null, validationLoss: null })],
    });
    expect(imported).toMatchObject([{ epoch: 0, trainLoss: null, last: true, gone: false }]);
    expect(resolveEpoch(imported, 'best')?.epoch).toBe(0);
  });

  it('can be none', () => {
    expect(epochRows({ bestEpoch: null, epochs: [], checkpoints: [] })).toEqual([]);
    expect(resolveEpoch([], 'last')).toBeNull();
  });
});
