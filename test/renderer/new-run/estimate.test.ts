import { describe, expect, it } from 'vitest';
import { estimateRun, plannedSteps, roughly, roughSpeed } from '../../../src/renderer/screens/new-run/estimate.ts';
import { preflight } from '../../../src/shared/preflight.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const { config } = PRESETS.quick;
const speed = { millisecondsPerStep: 100, writingPerSecond: 1000 };
const plain = { ...config, sampleEvery: 0 };

describe('how long a run takes', () => {
  it('is its steps', () => {
    expect(estimateRun(plain, { stepsPerEpoch: 490, validationCharacters: 0 }, speed).seconds).toBeCloseTo(147);
    expect(plannedSteps({ ...plain, maxSteps: 500 }, 490)).toEqual({ total: 500, epochs: 2 });
    expect(plannedSteps(plain, 0)).toEqual({ total: 0, epochs: 0 });
  });

  it('with validation and samples after each epoch', () => {
    const held = estimateRun(plain, { stepsPerEpoch: 490, validationCharacters: 3 * 32 * 64 }, speed).seconds;
    expect(held - 147).toBeCloseTo(0.3); // three batches read, at a third of a step's time, three times
    const writing = { ...config, prompts: ['ab'], temperatures: [0.5, 1], sampleLength: 498, sampleEvery: 2 };
    const written = estimateRun(writing, { stepsPerEpoch: 490, validationCharacters: 0 }, speed).seconds;
    expect(written - 147).toBeCloseTo(1); // once in three epochs, two texts of 500
  });

  it('ends with the minutes where they come first', () => {
    const plan = { stepsPerEpoch: 490, validationCharacters: 0 };
    expect(estimateRun({ ...plain, minutes: 1 }, plan, speed)).toEqual({ seconds: 60, byMinutes: true });
    expect(estimateRun({ ...plain, minutes: 10 }, plan, speed).byMinutes).toBe(false);
  });

  it('is told without false precision', () => {
    expect([1, 43, 76, 303, 659].map(roughly)).toEqual([5, 45, 80, 300, 660]);
  });

  it('is guessed within a factor of three of what was measured', () => {
    // Two cores with AVX-512: 205 GFLOP/s; a step of the tutorial's took 750 ms, one of quick's about 26 ms.
    for (const [preset, milliseconds] of [
      ['tutorial', 750],
      ['quick', 26],
    ] as const) {
      const settings = PRESETS[preset].config;
      const { parameters } = preflight({ characters: 1_115_394, vocabularySize: 65, config: settings });
      const guess = roughSpeed(settings, parameters, 205).millisecondsPerStep / milliseconds;
      expect(guess, preset).toBeGreaterThan(1 / 3);
      expect(guess, preset).toBeLessThan(3);
    }
  });
});
