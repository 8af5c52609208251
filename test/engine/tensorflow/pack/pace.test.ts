import { expect, it } from 'vitest';
import { Pace } from '../../../../src/main/engine/tensorflow/pack/pace.ts';

function clocked(): { pace: Pace; at: (seconds: number, done: number) => ReturnType<Pace['at']> } {
  let now = 0;
  const pace = new Pace(() => now);
  return {
    pace,
    at: (seconds, done) => {
      now = seconds * 1000;
      return pace.at(done, 10_000);
    },
  };
}

it('says how fast and how long, once a second has passed', () => {
  const { at } = clocked();
  expect(at(0, 0)).toEqual({ bytesPerSecond: null, secondsLeft: null });
  expect(at(0.5, 100)).toEqual({ bytesPerSecond: null, secondsLeft: null });
  expect(at(2, 2000)).toEqual({ bytesPerSecond: 1000, secondsLeft: 8 });
});

it('forgets what was more than ten seconds ago', () => {
  const { at } = clocked();
  for (let second = 0; second <= 10; second++) at(second, second * 100);
  for (let second = 11; second <= 20; second++) at(second, 1000 + (second - 10) * 500);
  expect(at(21, 6500).bytesPerSecond).toBeCloseTo(500, 0);
});

it('does not count what was there already when a download goes on, nor backwards', () => {
  const { at } = clocked();
  expect(at(0, 5000).bytesPerSecond).toBeNull();
  expect(at(2, 6000)).toEqual({ bytesPerSecond: 500, secondsLeft: 8 });
  expect(at(3, 0)).toEqual({ bytesPerSecond: null, secondsLeft: null });
});

it('knows no end while nothing comes', () => {
  const { at } = clocked();
  at(0, 100);
  expect(at(5, 100)).toEqual({ bytesPerSecond: 0, secondsLeft: null });
});
