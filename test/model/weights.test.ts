import { describe, expect, it } from 'vitest';

import { PRESETS } from '../../src/shared/presets.ts';
import {
  checkWeights,
  elementCount,
  networkShapeOf,
  parameterCount,
  weightShapes,
} from '../../src/main/model/weights.ts';
import type { NetworkShape, WeightArray } from '../../src/main/model/weights.ts';
import { modelSummary } from '../../src/shared/model-summary.ts';

const tutorial = networkShapeOf(PRESETS.tutorial.config, 65);
const small: NetworkShape = { cell: 'lstm', layers: 2, embeddingSize: 5, units: 7, vocabularySize: 11 };

function zeros(shape: NetworkShape): Map<string, WeightArray> {
  return new Map(
    [...weightShapes(shape)].map(([name, size]) => [name, { shape: size, data: new Float32Array(elementCount(size)) }]),
  );
}

describe('weight shapes', () => {
  it("are the tutorial's, in Keras's names, layouts and order", () => {
    expect([...weightShapes(tutorial)]).toEqual([
      ['embedding/embeddings', [65, 256]],
      ['gru/kernel', [256, 3072]],
      ['gru/recurrent_kernel', [1024, 3072]],
      ['gru/bias', [2, 3072]],
      ['dense/kernel', [1024, 65]],
      ['dense/bias', [65]],
    ]);
    expect(parameterCount(tutorial)).toBe(4_021_569);
  });

  it('number further layers and feed them H inputs', () => {
    expect([...weightShapes(small)].slice(1, 7)).toEqual([
      ['lstm/kernel', [5, 28]],
      ['lstm/recurrent_kernel', [7, 28]],
      ['lstm/bias', [28]],
      ['lstm_1/kernel', [7, 28]],
      ['lstm_1/recurrent_kernel', [7, 28]],
      ['lstm_1/bias', [28]],
    ]);
  });
});

describe('model summary', () => {
  it("shows the tutorial's table", () => {
    const { rows, totalParameters, bytes } = modelSummary(tutorial, 64);
    expect(rows).toEqual([
      { layer: 'embedding', type: 'Embedding', outputShape: '(64, None, 256)', parameters: 16_640 },
      { layer: 'gru', type: 'GRU', outputShape: '(64, None, 1024)', parameters: 3_938_304 },
      { layer: 'dense', type: 'Dense', outputShape: '(64, None, 65)', parameters: 66_625 },
    ]);
    expect(totalParameters).toBe(4_021_569);
    expect(bytes).toBe(16_086_276);
  });

  it('shows dropout after each recurrent layer, without parameters', () => {
    const { rows, totalParameters } = modelSummary(small, 3, 0.25);
    expect(rows.map(({ layer }) => layer)).toEqual(['embedding', 'lstm', 'dropout', 'lstm_1', 'dropout_1', 'dense']);
    expect(totalParameters).toBe(parameterCount(small));
  });
});

describe('checkWeights', () => {
  it('accepts exactly the weights of the shape', () => {
    expect(() => checkWeights(zeros(small), small)).not.toThrow();
  });

  it('names what is missing', () => {
    const weights = zeros(small);
    weights.delete('lstm_1/bias');
    expect(() => checkWeights(weights, small)).toThrow(/lack lstm_1\/bias.*2 x LSTM\(7\)/);
  });

  it('names a wrong shape and the right one', () => {
    const weights = zeros(small);
    weights.set('dense/kernel', { shape: [11, 7], data: new Float32Array(77) });
    expect(() => checkWeights(weights, small)).toThrow(/dense\/kernel has the shape \[11, 7\].*needs \[7, 11\]/);
  });

  it('names what does not belong', () => {
    const weights = zeros(small);
    weights.set('lstm_2/bias', { shape: [28], data: new Float32Array(28) });
    expect(() => checkWeights(weights, small)).toThrow(/hold lstm_2\/bias, which .* does not have/);
  });
});
