import { describe, expect, it } from 'vitest';
import {
  endingOf,
  figuresOf,
  gentler,
  hesitation,
  isVerdict,
  laterEnd,
  learningByHeartSince,
  resumePoint,
} from '../../../src/renderer/screens/run/standing.ts';
import type { CheckpointInfo, EpochRecord } from '../../../src/shared/domain.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const epoch = (number: number, trainLoss: number, validationLoss: number | null): EpochRecord => ({
  epoch: number,
  steps: 10,
  complete: true,
  trainLoss,
  validationLoss,
  seconds: 1,
  charactersPerSecond: 1,
  learningRate: 1e-3,
});
const checkpoint = (step: number, resumable: boolean): CheckpointInfo => ({
  id: step,
  kind: 'epoch',
  epoch: step / 10,
  step,
  trainLoss: null,
  validationLoss: null,
  bytes: 1,
  resumable,
  createdAt: 0,
});
const { config } = PRESETS.quick;

describe('the figures', () => {
  const curve = {
    axis: 'step' as const,
    total: 2,
    x: [1, 2],
    step: [1, 2],
    loss: [4.2, 3],
    smooth: [4.2, 3.5],
    learningRate: [1, 1],
    seconds: [1, 2],
    epochEnds: [],
    stepsPerEpoch: 10,
    validation: [],
  };

  it('are the smoothed line while it trains, and the last epoch afterwards', () => {
    const epochs = [epoch(1, 2.5, null), epoch(2, 2.1, 2.4)];
    expect(figuresOf(epochs, curve, true)).toEqual({
      training: 3.5,
      meanOf: null,
      validation: 2.4,
      told: 2.4,
      start: 4.2,
    });
    expect(figuresOf(epochs, curve, false)).toMatchObject({ training: 2.1, meanOf: 2 });
    expect(figuresOf(epochs, null, true)).toMatchObject({ training: 2.1, meanOf: 2 });
    expect(figuresOf([], curve, false)).toEqual({
      training: 3.5,
      meanOf: null,
      validation: null,
      told: 3.5,
      start: 4.2,
    });
  });

  it('make up nothing', () => {
    expect(figuresOf([], null, true)).toEqual({
      training: null,
      meanOf: null,
      validation: null,
      told: null,
      start: null,
    });
    expect(figuresOf([epoch(1, NaN, NaN)], { ...curve, step: [500, 501] }, false)).toMatchObject({
      told: 3.5,
      start: null,
    });
  });

  it('say between how many characters it hesitates', () => {
    expect(hesitation(Math.log(4.5))).toEqual([4, 5]);
    expect(hesitation(0.01)).toEqual([1, 2]);
    expect(hesitation(3)).toBeNull();
    expect(hesitation(null)).toBeNull();
  });

  it('tell learning by heart from a bad day', () => {
    expect(learningByHeartSince([epoch(1, 3, 2), epoch(2, 2, 1.8), epoch(3, 1.5, 1.9), epoch(4, 1.2, 2)])).toBe(2);
    expect(learningByHeartSince([epoch(1, 3, 2), epoch(2, 2, 1.8), epoch(3, 1.5, 1.9)])).toBeNull();
    expect(learningByHeartSince([epoch(1, 1, 1.8), epoch(2, 2, 3), epoch(3, 2, 4)])).toBeNull();
    expect(learningByHeartSince([epoch(1, 3, null)])).toBeNull();
  });
});

describe('how it ended', () => {
  const run = {
    status: 'interrupted' as const,
    statusReason: '',
    corpusId: 1,
    checkpoints: [checkpoint(10, true)],
    step: 15,
  };

  it('decides what is offered', () => {
    expect(endingOf(run)).toBe('resumable');
    expect(endingOf({ ...run, checkpoints: [] })).toBe('resumable');
    expect(endingOf({ ...run, checkpoints: [checkpoint(10, false)] })).toBe('unresumable');
    expect(endingOf({ ...run, status: 'running' })).toBe('none');
    expect(endingOf({ ...run, status: 'finished' })).toBe('finished');
    expect(endingOf({ ...run, status: 'finished', corpusId: null })).toBe('imported');
    expect(endingOf({ ...run, status: 'failed', statusReason: 'the loss became NaN at step 7' })).toBe('diverged');
    expect(endingOf({ ...run, status: 'failed', statusReason: 'the disk is full' })).toBe('failed');
  });

  it('goes on from the newest checkpoint that can be resumed', () => {
    expect(resumePoint([checkpoint(10, true), checkpoint(30, false), checkpoint(20, true)])?.step).toBe(20);
    expect(resumePoint([checkpoint(30, false)])).toBeNull();
  });

  it('proposes half the learning rate, and clipping at 1 or less', () => {
    expect(gentler({ learningRate: 4e-3, clipNorm: 0 })).toEqual({ learningRate: 2e-3, clipNorm: 1 });
    expect(gentler({ learningRate: 1e-8, clipNorm: 0.25 })).toEqual({ learningRate: 1e-8, clipNorm: 0.25 });
    expect(gentler({ learningRate: 1, clipNorm: 5 }).clipNorm).toBe(1);
  });

  it('lets a finished run go on for more epochs, or minutes where those ended it', () => {
    expect(laterEnd({ config, activeSeconds: 60 }, 3, 5)).toEqual({ epochs: 8 });
    expect(laterEnd({ config: { ...config, maxSteps: 100 }, activeSeconds: 60 }, 3, 5)).toEqual({
      epochs: 8,
      maxSteps: 0,
    });
    expect(laterEnd({ config: { ...config, minutes: 3 }, activeSeconds: 178 }, 3, 2)).toEqual({ minutes: 5 });
  });

  it('does not judge a loss above guessing by the first steps, nor by an average that the last steps contradict', () => {
    expect(isVerdict({ step: 8, loss: 9.7 }, 8, 4.17)).toBe(false);
    expect(isVerdict({ step: 80, loss: 3.4 }, 80, 4.17)).toBe(false);
    expect(isVerdict({ step: 80, loss: 9.7 }, 80, 4.17)).toBe(true);
    expect(isVerdict(null, 400, 4.17)).toBe(true);
    expect(isVerdict(null, 8, 4.17)).toBe(false);
  });
});
