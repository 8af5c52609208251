import { expect, it } from 'vitest';
import {
  afterBegin,
  afterStep,
  afterValidation,
  afterWork,
  nextEpoch,
  START,
} from '../../src/main/trainer/position.ts';

it('a step counts when it is begun; its time and its loss when it is done', () => {
  const begun = afterBegin(afterBegin(START));
  expect(begun).toEqual({ ...START, step: 2, stepInEpoch: 2 });
  const done = afterStep(begun, 0.5, 3);
  expect(done).toEqual({ ...begun, activeSeconds: 0.5, epochSeconds: 0.5, lossSum: 3 });
  expect(afterWork(done, 2)).toEqual({ ...done, activeSeconds: 2.5 });
  expect(nextEpoch(done)).toEqual({ ...START, step: 2, epoch: 2, activeSeconds: 0.5 });
});

it('remembers the best epoch and counts those since', () => {
  const losses = [2, 1.5, 1.5, 1.7];
  const seen = losses.reduce(
    (positions, loss, i) => [...positions, afterValidation({ ...(positions.at(-1) ?? START), epoch: i + 1 }, loss)],
    [START],
  );
  expect(seen.slice(1).map((position) => [position.bestEpoch, position.bestValidationLoss])).toEqual([
    [1, 2],
    [2, 1.5],
    [2, 1.5],
    [2, 1.5],
  ]);
  expect(seen.map(({ epochsWithoutImprovement }) => epochsWithoutImprovement)).toEqual([0, 0, 0, 1, 2]);
  expect(afterValidation({ ...START, epochsWithoutImprovement: 3 }, null).epochsWithoutImprovement).toBe(0);
});
