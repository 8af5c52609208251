import { describe, expect, it } from 'vitest';
import { drawCurves, logarithmicTicks, ticksAround } from '../../bench/curve-chart.ts';

describe('ticks', () => {
  it('are round and lie around all values', () => {
    expect(ticksAround([1.65, 9.76], 6)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticksAround([-0.0107, 0, 0.0017], 4)).toEqual([-0.015, -0.01, -0.005, 0, 0.005]);
    expect(ticksAround([0.3, 0.6], 3)).toEqual([0.3, 0.4, 0.5, 0.6]);
  });

  it('of one value have a range', () => {
    expect(ticksAround([0], 4).length).toBeGreaterThan(0);
    expect(logarithmicTicks([2]).length).toBeGreaterThan(0);
  });

  it('of a logarithmic axis reach over powers of ten', () => {
    expect(logarithmicTicks([1.63, 9.76])).toEqual([1.5, 2, 3, 4, 6, 10]);
    expect(logarithmicTicks([0.5, 1.2])).toEqual([0.4, 0.6, 1, 1.5]);
  });
});

it('the picture has a point for each value, none of them outside', () => {
  const svg = drawCurves({
    title: 'a < b',
    x: { label: 'step', values: [1, 2, 3] },
    y: 'loss',
    curves: [
      { name: 'one', values: [4, 3, 2] },
      { name: 'other', values: [4, 3.1, 1.9] },
    ],
    difference: 'other − one',
  });
  expect(svg).toContain('a &lt; b');
  const lines = [...svg.matchAll(/points="([^"]+)"/g)].map(([, points = '']) => points.split(' '));
  expect(lines.map((points) => points.length)).toEqual([3, 3, 3]);
  for (const point of lines.flat()) {
    const [x = NaN, y = NaN] = point.split(',').map(Number);
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(760);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(470);
  }
});
