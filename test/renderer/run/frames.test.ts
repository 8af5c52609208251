import { describe, expect, it } from 'vitest';
import {
  cellsOf,
  epochsToCome,
  frameAt,
  frameByKey,
  pick,
  variantsOf,
  withEpoch,
  withSample,
  written,
} from '../../../src/renderer/screens/run/frames.ts';
import type { Sample } from '../../../src/shared/domain.ts';

const sample = (epoch: number, temperature: number, prompt = 'A', id = epoch * 10): Sample => ({
  id,
  runId: 1,
  epoch,
  prompt,
  text: `text ${id}`,
  settings: { temperature, topK: 0, topP: 1, minP: 0, seed: 1, length: 10, stop: '' },
  stream: 0,
  streams: 1,
  origin: 'training',
  engine: 'wasm',
  appVersion: '0',
  createdAt: 0,
});
const epoch = (number: number, validationLoss: number | null = null) => ({
  run: 1,
  type: 'epoch' as const,
  step: number * 10,
  bytesFreed: 0,
  epoch: number,
  steps: 10,
  complete: true,
  trainLoss: 2,
  validationLoss,
  seconds: 1,
  charactersPerSecond: 1,
  learningRate: 1e-3,
});

describe('the texts of a run', () => {
  it('grow with its epochs, in their order, and each way of writing is there once', () => {
    let frames = withSample(withEpoch([], epoch(2, 3)), sample(2, 1));
    frames = withSample(withEpoch(frames, epoch(1, NaN)), sample(2, 1, 'A', 99));
    expect(frames.map((frame) => frame.epoch)).toEqual([1, 2]);
    expect(frames[0]).toMatchObject({ trainLoss: 2, validationLoss: null, samples: [] });
    expect(frames[1]?.samples.map(({ id }) => id)).toEqual([99]);
    expect(written(frames).map((frame) => frame.epoch)).toEqual([2]);
  });

  it('are picked as wanted, or as near to that as there is', () => {
    const frame = {
      epoch: 1,
      trainLoss: null,
      validationLoss: null,
      samples: [sample(1, 0.5, 'A', 1), sample(1, 1, 'B', 2)],
    };
    expect(pick(frame, { prompt: 'B', temperature: 1 })?.id).toBe(2);
    expect(pick(frame, { prompt: 'A', temperature: 1 })?.id).toBe(2);
    expect(pick(frame, { prompt: 'A', temperature: 7 })?.id).toBe(1);
    expect(pick(frame, { prompt: 'C', temperature: 7 })?.id).toBe(1);
    expect(pick({ ...frame, samples: [] }, null)).toBeNull();
    expect(pick(null, null)).toBeNull();
  });

  it('begin with the first prompt’s text at the usual temperature', () => {
    const samples = [sample(1, 0.2, 'A', 1), sample(1, 0.9, 'A', 2), sample(1, 0.8, 'B', 3)];
    expect(pick({ epoch: 1, trainLoss: null, validationLoss: null, samples }, null)?.id).toBe(2);
    expect(variantsOf([{ epoch: 1, trainLoss: null, validationLoss: null, samples }])).toEqual({
      prompts: ['A', 'B'],
      temperatures: [0.2, 0.8, 0.9],
    });
  });
});

describe('the strip', () => {
  it('has every epoch in exactly one cell, however little room there is', () => {
    for (const [count, room] of [
      [0, 5],
      [3, 10],
      [12, 5],
      [1000, 7],
      [5, 0],
    ] as const) {
      const covered = cellsOf(count, room).flatMap(({ first, end }) =>
        Array.from({ length: end - first }, (_, i) => first + i),
      );
      expect(covered).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(cellsOf(count, room).length).toBeLessThanOrEqual(Math.max(1, room));
    }
  });

  it('finds the epoch under the pointer, ends included', () => {
    const four = cellsOf(4, 9);
    for (const dragged of [false, true]) {
      expect([-1, 0, 0.5, 0.99, 1, 2].map((share) => frameAt(four, 0, share, dragged))).toEqual([0, 0, 2, 3, 3, 3]);
      expect([0, 0.49, 0.6, 0.9].map((share) => frameAt(four, 4, share, dragged))).toEqual([0, 3, 3, 3]);
    }
  });

  it('opens what stands on the cell that is clicked, and goes through all of them when dragged', () => {
    const cells = cellsOf(27, 12);
    const middles = cells.map((_, i) => (i + 0.5) / cells.length);
    expect(middles.map((share) => frameAt(cells, 0, share, false))).toEqual(cells.map(({ shown }) => shown));
    expect([cells[0]?.shown, cells.at(-1)?.shown]).toEqual([0, 26]);
    const dragged = Array.from({ length: 2700 }, (_, i) => frameAt(cells, 0, i / 2700, true));
    expect(new Set(dragged).size).toBe(27);
    expect(dragged).toEqual([...dragged].sort((a, b) => a - b));
  });

  it('has the epoch that is looked at stand on its cell, so that a click there stays with it', () => {
    const cells = cellsOf(27, 12, 25);
    expect(cells.at(-1)?.shown).toBe(25);
    expect(frameAt(cells, 0, 0.999, false)).toBe(25);
    expect(frameAt(cells, 0, 0.999, true)).toBe(26);
    expect(cellsOf(27, 12, 1)[0]?.shown).toBe(1);
  });
});

describe('the strip of epochs', () => {
  it('shows the epochs to come where there is room for all of them', () => {
    expect(epochsToCome(3, 5, 1, 2)).toEqual([4, 5]);
    expect(epochsToCome(3, 5, 1, 1)).toEqual([]);
    expect(epochsToCome(4, 9, 2, 9)).toEqual([6, 8, 9]); // the last epoch is always written about
    expect(epochsToCome(4, 0, 0, 9)).toEqual([]);
  });

  it('is gone through by keys', () => {
    expect(['ArrowLeft', 'ArrowUp', 'PageUp', 'Home', 'End'].map((key) => frameByKey(key, 4, 20))).toEqual([
      3, 5, 14, 0, 19,
    ]);
    expect(frameByKey('Tab', 4, 20)).toBeNull();
  });
});
