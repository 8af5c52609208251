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
import { checkConfig } from '../../src/main/services/settings.ts';
import { decodeSafetensors } from '../../src/main/model/safetensors.ts';
import { unknownCharacters } from '../../src/main/model/vocabulary.ts';
import { hintForWindow } from '../../src/renderer/lib/hints.ts';
import { sayProgram } from '../../src/renderer/lib/program-words.ts';
import { en } from '../../src/renderer/words/en/index.ts';
import { zh } from '../../src/renderer/words/zh/index.ts';
import fc from '../property.ts';

const said = (text: string): string => sayProgram(text, zh).text;

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
    outcomeOfError({ code: 'diverged', message: reason }, circumstances, false).reason,
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
    expect(sayProgram(reason, en)).toEqual({ text: reason, lang: undefined });
    const chinese = sayProgram(reason, zh);
    expect(chinese.lang).toBeUndefined();
    expect(chinese.text).toMatch(/\p{Script=Han}/u);
    expect(chinese.text).not.toMatch(/training process|Folio ended|epoch|step |process/);
  });

  it.each([
    [
      describeExit('the training process', { code: 1, signal: null, stderr: 'No space' }),
      '训练进程以退出码 1 结束；它最后写下的是：No space',
    ],
    [
      'resumes from epoch 2, step 980, with learningRate=0.001 (it was 0.002), epochs=5 (it was 3)',
      '从第 2 轮第 980 步恢复，改为 learningRate=0.001（原来是 0.002）、epochs=5（原来是 3）',
    ],
    [
      'Folio ended while the run was paused; it can be resumed from step 1234, inside epoch 3',
      'Folio 结束时，这次训练已暂停；可以从第 3 轮中的第 1234 步恢复',
    ],
  ])('%s', (reason, chinese) => {
    expect(said(reason)).toBe(chinese);
  });
});

/** The error that something throws. */
function thrown(work: () => unknown): FolioError {
  try {
    work();
  } catch (error) {
    if (error instanceof FolioError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('what the program says', () => {
  it('is said in Chinese with the values that it names', () => {
    const { message, hint } = thrown(() => checkConfig({ ...config, optimizer: 'adam', weightDecay: 0.5 }));
    expect(said(message)).toBe('权重衰减（weightDecay）是 0.5，但优化器是 Adam，它没有权重衰减');
    expect(said(hintForWindow(hint ?? '') ?? '')).toBe(
      '请改用 AdamW（optimizer=adamw），或把权重衰减设为 0（weightDecay=0）。',
    );
    expect(said(thrown(() => decodeSafetensors(new Uint8Array(3))).message)).toBe(
      '这不是可读的 safetensors 文件：它只有 3 字节。',
    );
    expect(said(unknownCharacters(['\n', ',', '中']).message)).toBe(
      '这段文字里有这个网络从没见过的字符：换行 (U+000A), , (U+002C) 和 中 (U+4E2D)',
    );
    expect(said(unknownCharacters(['你', '好', '\t']).message)).toBe(
      '这段文字里有这个网络从没见过的字符：你 (U+4F60)、好 (U+597D) 和 制表符 (U+0009)',
    );
  });

  it('goes over several sentences and lines, each by itself', () => {
    expect(
      said('TensorFlow is not installed. And: pip could not download tensorflow-cpu==2.21.0 (exit code 1):\nno route'),
    ).toBe('TensorFlow 还没有安装。另外：pip 无法下载 tensorflow-cpu==2.21.0（退出码 1）：\nno route');
  });

  it('knows sentences that were put together', () => {
    expect(said('TensorFlow cannot be loaded: no such library. Use the engine wasm.')).toBe(
      '无法载入 TensorFlow：no such library。请使用 wasm 引擎。',
    );
    expect(said('the prompt is empty. TensorFlow is not installed.')).toBe('提示文字是空的。TensorFlow 还没有安装。');
  });

  it('keeps what is not the program’s, and marks it as English where nothing is', () => {
    expect(said('a.pdf is a PDF document, not a text file')).toBe('a.pdf 是 PDF 文档，不是文本文件');
    expect(sayProgram('something new', zh)).toEqual({ text: 'something new', lang: 'en' });
    expect(said('/a. b/x.txt cannot be read: EIO: i/o error, read')).toBe('无法读取 /a. b/x.txt：EIO: i/o error, read');
    expect(said('EACCES: permission denied, open')).toBe('EACCES: permission denied, open');
    expect(said('there is no run "running and paused. Stop it first."')).toBe(
      '没有名为“running and paused. Stop it first.”的训练',
    );
    // What a screen itself put into an error is in the window's language already.
    expect(sayProgram('第 3 轮的检查点还在。', zh)).toEqual({ text: '第 3 轮的检查点还在。', lang: undefined });
  });

  it('keeps every value, whatever it is', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9/_-]{1,12}$/).filter((text) => said(text) === text);
    const templates = [...zh.problems];
    fc.assert(
      fc.property(fc.nat(templates.length - 1), fc.array(value, { minLength: 8, maxLength: 8 }), (which, values) => {
        const [template, chinese] = templates[which] ?? ['', ''];
        const filled = (text: string): string =>
          text.replace(/\{\*?(\d+)\}/g, (_, place: string) => values[Number(place)] ?? '');
        const isWeak = /\{/.test(template) && template.replace(/\{\*?\d+\}|\s/g, '').length < 4;
        expect(said(filled(template))).toBe(isWeak ? filled(template) : filled(chinese));
      }),
      { numRuns: 2000 },
    );
  });

  it('is soon said, however long and nested it is', () => {
    for (const text of ['a: b and c (d). ', 'it, they. ', 'x: y; and ', '"a b." c ']) {
      expect(said(text.repeat(300)).length).toBeGreaterThan(0);
    }
  });

  it('is never lost or a failure, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(typeof sayProgram(text, zh).text).toBe('string');
        expect(sayProgram(text, en).text).toBe(text);
      }),
    );
  });
});
