import { describe, expect, it } from 'vitest';

import { checkWeights, weightShapes } from '../../src/main/model/weights.ts';
import { GOLDEN_NAMES, readGolden, relativeError, timeMajor } from './golden.ts';

describe.each(GOLDEN_NAMES)('recorded from Keras: %s', (name) => {
  const { shape, weights, passes, adam, batchSize: B, sequenceLength: T } = readGolden(name);

  it("has Keras's names and shapes, as weightShapes tells them", () => {
    checkWeights(weights, shape);
    for (const { gradients } of passes) checkWeights(gradients, shape);
    if (adam !== null) checkWeights(adam.weights, shape);
    expect(weights.size).toBe(weightShapes(shape).size);
  });

  it('is consistent: each loss is the cross-entropy of its logits', () => {
    for (const { logits, targets, loss } of passes) {
      const V = shape.vocabularySize;
      expect(logits.shape).toEqual([B, T, V]);
      let sum = 0;
      for (const [i, target] of targets.entries()) {
        const row = logits.data.subarray(i * V, (i + 1) * V);
        sum += Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - (row[target] ?? NaN);
      }
      expect(sum / targets.length).toBeCloseTo(loss, 5);
    }
    if (adam !== null) expect(adam.losses[0]).toBeCloseTo(passes[0]?.loss ?? NaN, 6);
  });
});

it('every cell is recorded with one and two layers', () => {
  expect(GOLDEN_NAMES).toEqual(expect.arrayContaining(['gru-1', 'gru-2', 'lstm-1', 'lstm-2', 'gru-1-medium']));
});

it('timeMajor turns [B, T] into [T * B]', () => {
  expect([...timeMajor(Int32Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
});

it('relativeError is infinite for NaN and for a wrong length', () => {
  expect(relativeError([1, 2.02], [1, 2])).toBeCloseTo(0.01);
  expect(relativeError([NaN], [1])).toBe(Infinity);
  expect(relativeError([1], [1, 2])).toBe(Infinity);
  expect(relativeError([1e-9], [0])).toBe(Infinity);
});
