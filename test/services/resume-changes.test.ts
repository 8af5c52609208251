import { describe, expect, it } from 'vitest';
import { changedConfig, parseChanges, refuseWithoutWork } from '../../src/main/services/resume-changes.ts';
import { checkpointMessage } from '../support/fake-trainer.ts';
import { PRESETS } from '../../src/shared/presets.ts';

const { config } = PRESETS.quick;

describe('what may change when a run goes on', () => {
  it('how far it goes and how large its steps are, told in words', () => {
    const changed = changedConfig(config, { learningRate: 0.002, clipNorm: 1, epochs: 5, minutes: undefined });
    expect(changed.config).toEqual({ ...config, learningRate: 0.002, epochs: 5 });
    expect(changed.words).toBe('epochs=5 (it was 3), learningRate=0.002 (it was 0.004)');
    expect(changedConfig(config, {})).toEqual({ config, words: '', named: [] });
    // Named, though it is what it was.
    expect(changedConfig(config, { epochs: config.epochs, minutes: undefined })).toEqual({
      config,
      words: '',
      named: ['epochs'],
    });
  });

  it('nothing that weights, state or the order of the text depend on', () => {
    for (const key of ['units', 'batchSize', 'seed', 'validationFraction', 'cell', 'nonsense']) {
      expect(() => changedConfig(config, { [key]: 1 })).toThrow(`${key} cannot change`);
    }
  });

  it('within the range, and only what goes together', () => {
    expect(() => changedConfig(config, { learningRate: 100 })).toThrow(/learningRate/);
    expect(() => changedConfig(config, { weightDecay: 0.1 })).toThrow(/adam, which has none/);
  });

  it('as pairs', () => {
    expect(parseChanges(config, ['learningRate=0.001', ' epochs =7'])).toEqual({ learningRate: 0.001, epochs: 7 });
    expect(parseChanges(config, [])).toEqual({});
    expect(() => parseChanges(config, ['learnigRate=1'])).toThrow(/no setting/);
  });
});

describe('a finished run', () => {
  // 6400 characters, 640 held out, 32 streams: 2 steps an epoch of 64 characters, so that step 10 is the end of epoch 5.
  const at = (change: object) => ({ ...checkpointMessage({ epoch: 1 }).position, ...change });
  const finished = at({ step: 6, epoch: 4, stepInEpoch: 0 });
  const refuse = (changes: object, position = finished) => {
    refuseWithoutWork({ id: 3 }, { ...config, ...changes }, 6400, position);
  };

  it('goes on only where there is something left to do, and is told how', () => {
    expect(() => refuse({})).toThrow(
      expect.objectContaining({
        message: 'run 3 is finished after epoch 3, step 6: there is nothing left to resume',
        hint: '`folio resume 3 --set epochs=8` trains it further.',
      }),
    );
    expect(() => refuse({ epochs: 4 })).not.toThrow();
    expect(() => refuse({ epochs: 4, maxSteps: 6 })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('maxSteps=') as string }),
    );
    expect(() => refuse({ epochs: 4, minutes: 1 }, at({ step: 6, activeSeconds: 59 }))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('minutes=2') as string }),
    );
    expect(() => refuse({ epochs: 4, patience: 2 }, { ...finished, epochsWithoutImprovement: 2 })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('patience=0') as string }),
    );
    expect(() => refuseWithoutWork({ id: 3 }, config, 6400, null)).toThrow(/nothing stored/);
  });
});
