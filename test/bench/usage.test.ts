import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endWith, readOptions, runBench, UsageError } from '../../bench/usage.ts';

const LINE = {
  help: 'usage: …',
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
  schema: z.strictObject({
    rounds: z.coerce.number().int().min(1),
    only: z.array(z.enum(['train', 'window'])).optional(),
    json: z.boolean(),
  }),
} as const;

describe('what a benchmark is told', () => {
  it('is read by its schema, with its defaults', () => {
    expect(readOptions(LINE, [])).toEqual({ rounds: 5, json: false });
    expect(readOptions(LINE, ['--rounds', '2', '--only', 'train', '--only', 'window', '--json'])).toEqual({
      rounds: 2,
      only: ['train', 'window'],
      json: true,
    });
    expect(readOptions(LINE, ['-h'])).toBeNull();
  });

  it.each([
    [['--rounds', 'many'], /^--rounds many: /],
    [['--rounds', '0'], /^--rounds 0: /],
    [['--only', 'train', '--only', 'nothing'], /^--only nothing: .*"train"\|"window"/],
    [['--rounds', '0', '--only', 'nothing'], /^--rounds 0: .*\n--only nothing: /],
    [['--wrong'], /--wrong/],
    [['--rounds'], /--rounds/],
    [['more'], /more/],
  ])('%s is refused by its name and value', (args, words) => {
    const read = (): unknown => readOptions(LINE, args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(words);
  });
});

describe('how a benchmark ends', () => {
  const before = process.exitCode;
  beforeEach(() => {
    process.exitCode = 0;
  });
  afterEach(() => {
    process.exitCode = before;
  });

  async function ended(args: readonly string[], main: (options: z.output<typeof LINE.schema>) => Promise<number>) {
    const said: string[] = [];
    const out: string[] = [];
    await runBench(LINE, main, { args, out: (line) => void out.push(line), say: (line) => void said.push(line) });
    return { said: said.join('\n'), out, code: process.exitCode };
  }

  it('with what its work says', async () => {
    const rounds: number[] = [];
    const work = (code: number) => (options: { rounds: number }) => {
      rounds.push(options.rounds);
      return Promise.resolve(code);
    };
    expect(await ended([], work(0))).toEqual({ said: '', out: [], code: 0 });
    expect(await ended(['--rounds', '1'], work(1))).toEqual({ said: '', out: [], code: 1 });
    expect(rounds).toEqual([5, 1]);
  });

  it('with help, which does no work', async () => {
    expect(await ended(['--help'], () => Promise.reject(new Error('it worked')))).toEqual({
      said: '',
      out: ['usage: …'],
      code: 0,
    });
  });

  it('with 2 and the help for wrong options, also for those that only the work can see', async () => {
    expect(await ended(['--rounds', '0'], () => Promise.resolve(0))).toMatchObject({ code: 2, out: [] });
    const { said, code } = await ended([], () => Promise.reject(new UsageError('--a goes with neither --b')));
    expect([said, code]).toEqual(['--a goes with neither --b\n\nusage: …', 2]);
  });

  it('with 1 and one line for an error', async () => {
    const wrong = z.strictObject({}).safeParse({ more: 1 }).error;
    expect(await ended([], () => Promise.reject(new Error('no Chromium')))).toMatchObject({
      said: 'no Chromium',
      code: 1,
    });
    // A file that is damaged, say: no fault of the options.
    expect(await ended([], () => Promise.reject(wrong ?? new Error()))).toMatchObject({ code: 1 });
  });

  it('tells each promise that was broken', () => {
    const said: string[] = [];
    expect(endWith([], (line) => void said.push(line))).toBe(0);
    expect(endWith(['a: 2 s', 'b: 3 s'], (line) => void said.push(line))).toBe(1);
    expect(said).toEqual(['NOT KEPT: a: 2 s', 'NOT KEPT: b: 3 s']);
  });
});
