import { describe, expect, it } from 'vitest';
import {
  changesSince,
  DEFAULT_OPTIONS,
  optionsFrom,
  parseOption,
  rollSeed,
  settingsOf,
  type Order,
} from '../../../src/renderer/screens/generate/options.ts';
import { MAX_SEED } from '../../../src/shared/config.ts';

describe('a typed number', () => {
  it('is taken when it fits the option', () => {
    expect(parseOption('temperature', ' 0.7 ')).toBe(0.7);
    expect(parseOption('temperature', '0,7')).toBe(0.7);
    expect(parseOption('topP', '.5')).toBe(0.5);
    expect(parseOption('seed', String(MAX_SEED))).toBe(MAX_SEED);
  });

  it('is refused otherwise', () => {
    for (const typed of ['', ' ', '-1', '1e3', 'abc', '10.5', 'Infinity', '0x1']) {
      expect(parseOption('temperature', typed), typed).toBeNull();
    }
    expect(parseOption('topP', '0')).toBeNull();
    expect(parseOption('count', '2.5')).toBeNull();
    expect(parseOption('count', '17')).toBeNull();
    expect(parseOption('seed', String(MAX_SEED + 1))).toBeNull();
  });
});

describe('settings', () => {
  it('take the stop text with its line feeds, and give it back as it was typed', () => {
    const options = { ...DEFAULT_OPTIONS, stop: 'END\\n\\n', temperature: 0.5 };
    const settings = settingsOf(options, 7);
    expect(settings).toEqual({ temperature: 0.5, topK: 0, topP: 1, minP: 0, seed: 7, length: 1000, stop: 'END\n\n' });
    expect(optionsFrom(settings, DEFAULT_OPTIONS)).toEqual({ ...options, seed: 7, pinned: true });
  });

  it('roll a seed in its range', () => {
    expect(rollSeed(() => 0)).toBe(0);
    expect(rollSeed(() => 1 - 2 ** -53)).toBe(MAX_SEED);
  });
});

describe('what has changed since a text', () => {
  const order: Order = { run: 1, epoch: 3, prompt: 'To ', options: { ...DEFAULT_OPTIONS, seed: 5 } };
  const now = (change: Partial<Order>): Order => ({ ...order, ...change });

  it('is nothing for the same order, and for a seed that was never promised', () => {
    expect(changesSince(order, order)).toEqual([]);
    expect(changesSince(order, now({ options: { ...order.options, seed: 6 } }))).toEqual([]);
    expect(changesSince(order, now({ options: { ...order.options, pinned: true } }))).toEqual([]);
  });

  it('is named otherwise', () => {
    const options = { ...order.options, temperature: 0.5, count: 2, seed: 9, pinned: true };
    expect(changesSince(order, now({ epoch: 4, prompt: 'Be ', options }))).toEqual([
      'epoch',
      'prompt',
      'temperature',
      'count',
      'seed',
    ]);
    expect(changesSince(order, now({ run: 2, epoch: 9 }))).toEqual(['run']);
  });
});
