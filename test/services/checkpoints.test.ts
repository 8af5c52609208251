import { expect, it } from 'vitest';

import { resolveCheckpoint } from '../../src/main/services/checkpoints.ts';
import type { CheckpointInfo } from '../../src/shared/domain.ts';

function checkpoint(id: number, kind: 'epoch' | 'recovery', epoch: number, step: number, bytes = 100): CheckpointInfo {
  return { id, kind, epoch, step, bytes, trainLoss: 1, validationLoss: null, resumable: true, createdAt: 0 };
}

const run = {
  id: 3,
  bestEpoch: 2,
  checkpoints: [
    checkpoint(10, 'epoch', 1, 10, 0), // thinned out
    checkpoint(11, 'epoch', 2, 20),
    checkpoint(12, 'epoch', 3, 30),
    checkpoint(14, 'epoch', 5, 50),
    checkpoint(15, 'recovery', 6, 55),
  ],
};

it('finds an epoch, the best and the last', () => {
  expect(resolveCheckpoint(run, 3).id).toBe(12);
  expect(resolveCheckpoint(run, 'best').id).toBe(11);
  expect(resolveCheckpoint(run, 'last').id).toBe(15);
});

it('takes the last where no epoch is best', () => {
  expect(resolveCheckpoint({ ...run, bestEpoch: null }, 'best').id).toBe(15);
});

it('names what can be had instead', () => {
  expect(() => resolveCheckpoint(run, 1)).toThrow(/epoch 1 of run 3 are not stored/);
  expect(() => resolveCheckpoint(run, 9)).toThrow(/run 3 has no epoch 9/);
  expect(() => resolveCheckpoint(run, 9)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('epochs 2-3, 5') as string }),
  );
  expect(() => resolveCheckpoint({ ...run, checkpoints: [] }, 'last')).toThrow(/no stored weights/);
});
