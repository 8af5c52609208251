import { describe, expect, it } from 'vitest';
import {
  canResume,
  epochsDone,
  fileName,
  importedName,
  networkName,
} from '../../../src/renderer/screens/history/describe.ts';
import { decided, tagsOf, typedTags } from '../../../src/renderer/screens/history/tags.ts';
import type { LiveTraining } from '../../../src/shared/live.ts';
import { summary } from './runs.ts';

const LIVE: LiveTraining = {
  run: 1,
  name: '',
  status: 'running',
  statusReason: '',
  phase: 'training',
  epoch: 4,
  epochs: 10,
  step: 600,
  stepInEpoch: 84,
  stepsPerEpoch: 172,
  totalSteps: 1720,
  progress: 0.3,
  loss: 1.7,
  charactersPerSecond: 1000,
  secondsLeft: 60,
  engine: 'wasm',
  device: 'CPU',
  activeSeconds: 70,
  error: null,
};

describe('a row', () => {
  it('names the network', () => {
    expect(networkName({ cell: 'gru', layers: 1, units: 192 })).toBe('GRU 192');
    expect(networkName({ cell: 'lstm', layers: 2, units: 512 })).toBe('2 × LSTM 512');
  });

  it('tells whole epochs from one that has only begun', () => {
    expect(epochsDone(summary(), null)).toEqual({ complete: 3, planned: 3, inside: null });
    const cut = summary({ epoch: 4, completeEpochs: 3, plannedEpochs: 10 });
    expect(epochsDone(cut, null)).toEqual({ complete: 3, planned: 10, inside: 4 });
    expect(epochsDone(summary({ step: 0, epoch: 0, completeEpochs: 0 }), null)).toBeNull();
    expect(epochsDone(summary({ plannedEpochs: null }), null)).toEqual({ complete: 3, planned: null, inside: null });
  });

  it('goes with the training while it trains', () => {
    const run = summary({ epoch: 2, completeEpochs: 2, plannedEpochs: 10, status: 'running' });
    expect(epochsDone(run, LIVE)).toEqual({ complete: 3, planned: 10, inside: 4 });
    // The epoch's record is there a moment before the next one begins.
    expect(epochsDone({ ...run, completeEpochs: 4 }, LIVE)).toEqual({ complete: 4, planned: 10, inside: null });
    expect(epochsDone({ ...run, step: 0 }, { ...LIVE, step: 0, epoch: 0 })).toBeNull();
  });

  it('can be resumed when it was cut off and has its text', () => {
    expect(canResume(summary({ status: 'interrupted' }))).toBe(true);
    expect(canResume(summary({ status: 'finished' }))).toBe(false);
    expect(canResume(summary({ status: 'interrupted', corpusId: null }))).toBe(false);
  });

  it('gets a file name that every system takes', () => {
    expect(fileName('a/b: "c"?', 'safetensors')).toBe('a b c.safetensors');
    expect(fileName('千字文，小网络', 'safetensors')).toBe('千字文，小网络.safetensors');
    expect(fileName('...', 'csv')).toBe('run.csv');
    expect(fileName('x'.repeat(500), 'csv')).toHaveLength(124);
  });
});

describe('imported weights', () => {
  it('are called as their file is, unless that means another run', () => {
    expect(importedName('My GRU.safetensors')).toBe('My GRU');
    expect(importedName('12.safetensors')).toBe('imported 12');
    expect(importedName('Last.SAFETENSORS')).toBe('imported Last');
    expect(importedName('.safetensors')).toBe('imported');
  });
});

describe('tags', () => {
  it('are counted over several runs', () => {
    expect(tagsOf([{ tags: ['b', 'a'] }, { tags: ['b'] }])).toEqual([
      { name: 'a', count: 1 },
      { name: 'b', count: 2 },
    ]);
  });

  it('change only as was decided', () => {
    expect(
      decided(
        ['a', 'b'],
        new Map([
          ['b', false],
          ['c', true],
        ]),
      ),
    ).toEqual(['a', 'c']);
    expect(decided(['a'], new Map([['a', true]]))).toBeNull();
    expect(decided(['a'], new Map([['z', false]]))).toBeNull();
  });

  it('are typed between commas of either kind', () => {
    expect(typedTags(' paper, #slow，慢 , ,paper')).toEqual(['paper', 'slow', '慢']);
    expect(typedTags(' ')).toEqual([]);
    expect(typedTags('y'.repeat(99))).toEqual(['y'.repeat(60)]);
  });
});
