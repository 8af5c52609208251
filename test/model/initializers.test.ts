import { describe, expect, it } from 'vitest';

import { glorotLimit, initialWeights } from '../../src/main/model/initializers.ts';
import { checkWeights } from '../../src/main/model/weights.ts';
import type { NetworkShape, WeightArray } from '../../src/main/model/weights.ts';

const gru: NetworkShape = { cell: 'gru', layers: 2, embeddingSize: 40, units: 64, vocabularySize: 65 };
const lstm: NetworkShape = { ...gru, cell: 'lstm' };

function dataOf(weights: ReadonlyMap<string, WeightArray>, name: string): Float32Array {
  const array = weights.get(name);
  if (array === undefined) throw new Error(`no ${name}`);
  return array.data;
}

function statistics(data: Float32Array) {
  let sum = 0;
  let squares = 0;
  let largest = 0;
  for (const value of data) {
    sum += value;
    squares += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  const mean = sum / data.length;
  return { mean, deviation: Math.sqrt(squares / data.length - mean * mean), largest };
}

describe('initial weights', () => {
  it.each([
    ['embedding/embeddings', 0.05],
    ['gru/kernel', Math.sqrt(6 / (40 + 192))],
    ['gru/recurrent_kernel', Math.sqrt(6 / (64 + 192))],
    ['gru_1/kernel', Math.sqrt(6 / (64 + 192))],
    ['dense/kernel', Math.sqrt(6 / (64 + 65))],
  ])("%s is uniform with Keras's limit", (name, limit) => {
    const data = dataOf(initialWeights(gru, 7), name);
    const { mean, deviation, largest } = statistics(data);
    expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(largest).toBeGreaterThan(limit * 0.99);
    // Within five standard errors of the uniform distribution's mean and deviation.
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * data.length));
    expect(Math.abs(deviation / (limit / Math.sqrt(3)) - 1)).toBeLessThan(5 / Math.sqrt(data.length));
  });

  it('fit their shape', () => {
    expect(() => checkWeights(initialWeights(gru, 1), gru)).not.toThrow();
    expect(() => checkWeights(initialWeights(lstm, 1), lstm)).not.toThrow();
  });

  it("start biases at zero, an LSTM's forget gate at one", () => {
    expect(dataOf(initialWeights(gru, 1), 'gru_1/bias').every((value) => value === 0)).toBe(true);
    const bias = dataOf(initialWeights(lstm, 1), 'lstm_1/bias');
    expect([...bias].every((value, i) => value === (i >= 64 && i < 128 ? 1 : 0))).toBe(true);
    expect(dataOf(initialWeights(lstm, 1), 'dense/bias').every((value) => value === 0)).toBe(true);
  });

  it('are the same for the same seed, others for another, and differ between weights of one shape', () => {
    const kernel = (seed: number, name = 'gru/recurrent_kernel') => dataOf(initialWeights(gru, seed), name);
    expect(kernel(3)).toEqual(kernel(3));
    expect(kernel(3)).not.toEqual(kernel(4));
    expect(kernel(3)).not.toEqual(kernel(3, 'gru_1/recurrent_kernel'));
  });

  it('do not move when a layer is added', () => {
    expect(dataOf(initialWeights({ ...gru, layers: 1 }, 3), 'gru/kernel')).toEqual(
      dataOf(initialWeights(gru, 3), 'gru/kernel'),
    );
  });
});

it('the Glorot limit is that of the whole matrix', () => {
  expect(glorotLimit(1024, 3072)).toBeCloseTo(Math.sqrt(6 / 4096), 12);
});
