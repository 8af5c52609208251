import { describe, expect, it } from 'vitest';
import {
  drawn,
  indexAt,
  indexOfEpoch,
  labelled,
  placeOf,
  pointsOf,
  step,
} from '../../../src/renderer/screens/compare/track.ts';
import type { TrackPoint } from '../../../src/renderer/screens/compare/track.ts';

const points = (...epochs: number[]): TrackPoint[] => epochs.map((epoch) => ({ epoch, loss: 1 }));
const upTo = (last: number): TrackPoint[] => points(...Array.from({ length: last }, (_, at) => at + 1));

describe('a filmstrip track', () => {
  it('puts epochs where their numbers are, not side by side', () => {
    expect([0, 1, 2].map((index) => placeOf(points(1, 2, 5), index))).toEqual([0, 0.25, 1]);
    expect(placeOf(points(3), 0)).toBe(0);
  });

  it('shows the loss on held-out text, or the training loss where there is none; the same frames give the same points', () => {
    const frames = [
      { epoch: 1, trainLoss: 2, validationLoss: 2.5 },
      { epoch: 2, trainLoss: 1, validationLoss: null },
    ];
    expect(pointsOf(frames)).toEqual([
      { epoch: 1, loss: 2.5 },
      { epoch: 2, loss: 1 },
    ]);
    expect(pointsOf(frames)).toBe(pointsOf(frames));
  });

  it('finds the point nearest to the pointer and to an epoch', () => {
    expect(indexAt(points(1, 2, 5), 0.6)).toBe(1);
    expect(indexAt(points(1, 2, 5), 0.7)).toBe(2);
    expect(indexOfEpoch(points(5, 10, 15), 11)).toBe(1);
    expect(indexOfEpoch([], 11)).toBe(0);
  });

  it('labels every epoch when there is room', () => {
    expect(labelled(upTo(10), 1000, 58)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('labels round epochs between the first and the last when there are many', () => {
    const many = upTo(300);
    const epochs = labelled(many, 800, 58).map((index) => many[index]?.epoch);
    expect(epochs).toEqual([1, 25, 50, 75, 100, 125, 150, 175, 200, 225, 250, 275, 300]);
  });

  it('never labels closer than the room a label takes', () => {
    for (const [count, width] of [
      [2, 30],
      [12, 611],
      [97, 500],
      [300, 300],
      [5000, 1500],
    ] as const) {
      const track = upTo(count);
      const places = labelled(track, width, 58).map((index) => placeOf(track, index) * width);
      const gaps = places.slice(1).map((place, at) => place - (places[at] ?? 0));
      expect(Math.min(...gaps, 58), `${count} epochs in ${width} pixels`).toBeGreaterThanOrEqual(Math.min(58, width));
    }
  });

  it('labels the only epoch, and none of none', () => {
    expect(labelled(points(1), 800, 58)).toEqual([0]);
    expect(labelled([], 800, 58)).toEqual([]);
  });

  it('draws all of a few epochs and as many of thousands as can be told apart', () => {
    expect(drawn(upTo(12), 800)).toHaveLength(12);
    const many = drawn(upTo(10_000), 800);
    expect(many.length).toBeLessThan(300);
    expect(many.at(-1)).toBe(9999);
  });

  it('is moved by the keys of a slider and stops at its ends', () => {
    expect(step('ArrowRight', 4, 10)).toBe(5);
    expect(step('ArrowDown', 4, 10)).toBe(3);
    expect(step('ArrowLeft', 0, 10)).toBe(0);
    expect(step('End', 4, 10)).toBe(9);
    expect(step('Home', 4, 10)).toBe(0);
    expect(step('PageUp', 4, 300)).toBe(34);
    expect(step('PageDown', 4, 300)).toBe(0);
    expect(step('ArrowRight', 9, 10)).toBe(9);
    expect(step('x', 4, 10)).toBeNull();
  });
});
