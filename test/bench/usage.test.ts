import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { UsageError } from '../../bench/arguments.ts';
import { endWith, runBench } from '../../bench/usage.ts';
import { FolioError } from '../../src/shared/errors.ts';

const LINE = {
  command: 'npx node bench/x.ts',
  help: '  --rounds N    …',
  options: { rounds: { type: 'string', default: '5' } },
  schema: z.strictObject({ rounds: z.coerce.number({ error: 'takes a number' }).min(1, { error: 'takes 1 or more' }) }),
} as const;

describe('how a benchmark ends', () => {
  const before = process.exitCode;
  beforeEach(() => {
    process.exitCode = 0;
  });
  afterEach(() => {
    process.exitCode = before;
  });

  async function ended(
    args: readonly string[],
    main: (options: z.output<typeof LINE.schema>) => number | Promise<number>,
    line: Parameters<typeof runBench<typeof LINE.schema>>[0] = LINE,
  ) {
    const said: string[] = [];
    const out: string[] = [];
    const exits: number[] = [];
    await runBench(line, main, {
      args,
      out: (text) => void out.push(text),
      say: (text) => void said.push(text),
      exit: (code) => void exits.push(code),
    });
    return { said, out, code: process.exitCode, exits };
  }
  const failing = (error: Error) => (): Promise<number> => Promise.reject(error);

  it('with what its work says', async () => {
    const rounds: number[] = [];
    const work = (code: number) => (options: { rounds: number }) => {
      rounds.push(options.rounds);
      return code;
    };
    expect(await ended([], work(0))).toEqual({ said: [], out: [], code: 0, exits: [] });
    expect(await ended(['--rounds', '1'], work(1))).toEqual({ said: [], out: [], code: 1, exits: [] });
    expect(rounds).toEqual([5, 1]);
  });

  it('with its usage where help is asked for, which does no work', async () => {
    const help = 'usage: npx node bench/x.ts [options]\n\n  --rounds N    …';
    expect(await ended(['--help'], failing(new Error('it worked')))).toEqual({
      said: [],
      out: [help],
      code: 0,
      exits: [],
    });
    const { out } = await ended(['-h'], () => 0, { ...LINE, takes: '' });
    expect(out.join()).toMatch(/^usage: npx node bench\/x.ts\n/);
  });

  it('with 2 and one line for wrong options, also for those that only the work can see', async () => {
    const ending = ' (usage: npx node bench/x.ts --help)';
    expect(await ended(['--rounds', '0'], () => 0)).toMatchObject({
      said: [`--rounds takes 1 or more, not "0"${ending}`],
      out: [],
      exits: [2],
    });
    const { said, exits } = await ended([], failing(new UsageError('--a goes with neither --b\n--c neither')));
    expect([said, exits]).toEqual([[`--a goes with neither --b; --c neither${ending}`], [2]]);
  });

  it('with 1 and a sentence for an error', async () => {
    expect(await ended([], failing(new Error('no Chromium')))).toMatchObject({ said: ['no Chromium'], exits: [1] });
    const folio = new FolioError('engine', 'There is no graphics card.', 'Take tensorflow.');
    expect(await ended([], failing(folio))).toEqual({
      said: ['There is no graphics card.\nTake tensorflow.'],
      out: [],
      code: 0,
      exits: [1],
    });
    // A file that is damaged, say: no fault of the options.
    const wrong = z.strictObject({ more: z.string() }).safeParse({ more: 1 }).error ?? new Error('it is none');
    const { said, exits } = await ended([], failing(wrong));
    expect(exits).toEqual([1]);
    expect(said.join()).toMatch(/expected string[^{]*more/);
  });

  it('with the stack of a defect', async () => {
    const { said } = await ended([], failing(new TypeError('x is undefined')));
    expect(said.join()).toMatch(/x is undefined\n\s+at /);
  });

  it('with a line for the program that reads it, where one does', async () => {
    const folio = new FolioError('engine', 'There is no graphics card.', 'Take tensorflow.');
    const line = { ...LINE, speaksJson: true } as const;
    const { out, exits } = await ended([], failing(folio), line);
    expect(JSON.parse(out.join())).toEqual({
      error: { code: 'engine', message: 'There is no graphics card.', hint: 'Take tensorflow.' },
    });
    expect(exits).toEqual([1]);
    // Who reads the line may end this process: what a person reads comes before it.
    const order: string[] = [];
    await runBench(line, failing(folio), {
      args: [],
      out: () => void order.push('line'),
      say: () => void order.push('words'),
      exit: () => void order.push('end'),
    });
    expect(order).toEqual(['words', 'line', 'end']);
    expect(await ended(['--more'], () => 0, line)).toMatchObject({ out: [], exits: [2] });
  });

  it('tells each promise that was broken', () => {
    const said: string[] = [];
    expect(endWith([], (line) => void said.push(line))).toBe(0);
    expect(endWith(['a: 2 s', 'b: 3 s'], (line) => void said.push(line))).toBe(1);
    expect(said).toEqual(['NOT KEPT: a: 2 s', 'NOT KEPT: b: 3 s']);
  });
});
