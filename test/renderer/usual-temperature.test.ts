import { expect, it } from 'vitest';
import { usualTemperature } from '../../src/renderer/lib/usual-temperature.ts';

it('is the one nearest to 1, whatever the order', () => {
  expect(usualTemperature([0.5, 1])).toBe(1);
  expect(usualTemperature([1.5, 0.2, 0.9])).toBe(0.9);
  expect(usualTemperature([1.25, 0.75])).toBe(0.75);
  expect(usualTemperature([3])).toBe(3);
  expect(usualTemperature([])).toBeNull();
});
