import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/shared/config.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { describeExit } from '../../src/main/services/trainer-exit.ts';
import {
  outcomeOfDeath,
  outcomeOfEarlyStop,
  outcomeOfEnd,
  outcomeOfError,
  outcomeOfFailure,
} from '../../src/main/services/training-outcome.ts';
import { sayReason } from '../../src/renderer/lib/reasons.ts';
import { en } from '../../src/renderer/words/en/index.ts';
import { zh } from '../../src/renderer/words/zh/index.ts';

const config: RunConfig = PRESETS.quick.config;
const circumstances = { runId: 3, config, resumable: 'epoch 2, step 980' };
const exits = [
  { code: null, signal: 'SIGKILL' },
  { code: null, signal: 'SIGSEGV' },
  { code: null, signal: 'SIGTERM' },
  { code: null, signal: null },
  { code: 0, signal: null },
  { code: 3, signal: null },
  { code: 0xc0000005, signal: null },
].flatMap((exit) => [
  { ...exit, stderr: '' },
  { ...exit, stderr: 'first line\nlast line' },
]);
const deaths = exits.map((exit) => describeExit('the training process', exit));

/** Every form that a run's reason takes, most of them made by the code that makes them. */
const REASONS = [
  ...['waiting to start', 'being stopped', 'running', 'paused'].flatMap((activity) =>
    [
      'nothing had been saved, so resuming starts from the beginning',
      'it can be resumed from the end of epoch 4 (step 1960)',
      'it can be resumed from step 1234, inside epoch 3',
    ].map((way) => `Folio ended while the run was ${activity}; ${way}`),
  ),
  ...deaths.map((death) => outcomeOfDeath(death, circumstances).reason),
  ...deaths.map((death) => outcomeOfEarlyStop(death).reason),
  'Folio was closed',
  'Folio was closed, and the training could not save in time',
  'Folio was closed while it was training',
  'the training process did not answer for 20 s when it was asked to stop, and was ended',
  outcomeOfFailure('the text cannot be read from the record', new FolioError('damaged', 'x'), circumstances).reason,
  outcomeOfFailure('the record could not be written', new FolioError('file', 'y'), circumstances).reason,
  `${deaths[0]} (and its status could not be written: database or disk is full)`,
  'the training process could not be started: spawn EAGAIN',
  ...['the loss became NaN at step 12', 'the gradient became Infinity at step 3'].flatMap((reason) => [
    outcomeOfEnd({ type: 'ended', outcome: 'diverged', reason }, circumstances, '').reason,
    outcomeOfError({ code: 'diverged', message: reason }, circumstances).reason,
  ]),
  'the validation loss became NaN after step 490',
  'gru/kernel holds numbers that are not finite',
  'the validation loss has not improved for 3 epochs (best: 1.482 after epoch 7)',
  'starts again from the beginning: no checkpoint had been stored',
  'starts again from the beginning, with learningRate=0.001: no checkpoint had been stored',
  'resumes from epoch 2, step 980',
  'resumes from epoch 2, step 980, with learningRate=0.001, clipNorm=1',
  'resumes from epoch 2, step 980; passed over as damaged: gru/kernel; gru/bias',
  'imported from weights.safetensors',
];

describe('why a run stands where it stands', () => {
  it.each(REASONS)('is said in Chinese, and in English as it was: %s', (reason) => {
    expect(sayReason(reason, en)).toEqual({ text: reason, lang: undefined });
    const chinese = sayReason(reason, zh);
    expect(chinese.lang).toBeUndefined();
    expect(chinese.text).toMatch(/\p{Script=Han}/u);
    expect(chinese.text).not.toMatch(/training process|Folio ended|epoch|step /);
  });

  it('keeps what a process wrote as it was', () => {
    const said = sayReason(describeExit('the training process', { code: 1, signal: null, stderr: 'No space' }), zh);
    expect(said.text).toBe('训练进程以退出码 1 结束；它最后写下的是：No space');
  });

  it('is marked as English where it is not known', () => {
    expect(sayReason('something new', zh)).toEqual({ text: 'something new', lang: 'en' });
  });
});
