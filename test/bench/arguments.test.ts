import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decimal, oneOf, readOptions, text, UsageError, wholeNumber } from '../../bench/arguments.ts';

const OPTIONS = {
  options: {
    rounds: { type: 'string', default: '5' },
    share: { type: 'string' },
    only: { type: 'string', multiple: true },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  schema: z.strictObject({
    rounds: wholeNumber(1, 1000),
    share: decimal(0.05, 2).optional(),
    only: z.array(oneOf(['train', 'window'])).optional(),
    out: text('the name of a folder').optional(),
    json: z.boolean(),
  }),
} as const;

const POSITIONALS = {
  positionals: ['steps', 'cell'],
  schema: z.strictObject({ steps: wholeNumber(1), cell: oneOf(['gru', 'lstm', 'none']).default('gru') }),
} as const;

describe('what a benchmark is told', () => {
  it('is read by its schema, with its defaults', () => {
    expect(readOptions(OPTIONS, [])).toEqual({ rounds: 5, json: false });
    expect(readOptions(OPTIONS, '--rounds 2 --share=.5 --only train --only window --out x --json'.split(' '))).toEqual({
      rounds: 2,
      share: 0.5,
      only: ['train', 'window'],
      out: 'x',
      json: true,
    });
    expect(readOptions(POSITIONALS, ['20'])).toEqual({ steps: 20, cell: 'gru' });
    expect(readOptions(POSITIONALS, ['20', 'lstm'])).toEqual({ steps: 20, cell: 'lstm' });
  });

  it('is nothing where help is asked for, whatever else is told', () => {
    for (const args of [['-h'], ['--help'], ['--rounds', '0', '--help'], ['--wrong', '--help']])
      expect(readOptions(OPTIONS, args)).toBeNull();
    expect(readOptions(POSITIONALS, ['--help'])).toBeNull();
  });

  it.each([
    [['--rounds', 'x'], '--rounds takes a whole number from 1 to 1000, not "x"'],
    [['--rounds', '0'], '--rounds takes a whole number from 1 to 1000, not "0"'],
    [['--rounds', '-1'], '--rounds takes a whole number from 1 to 1000, not "-1"'],
    [['--rounds', '1001'], '--rounds takes a whole number from 1 to 1000, not "1001"'],
    [['--rounds', '2.5'], '--rounds takes a whole number from 1 to 1000, not "2.5"'],
    [['--rounds', '0x10'], '--rounds takes a whole number from 1 to 1000, not "0x10"'],
    [['--rounds', ''], '--rounds takes a whole number from 1 to 1000, not ""'],
    [['--share', '0.01'], '--share takes a number from 0.05 to 2, not "0.01"'],
    [['--share', 'NaN'], '--share takes a number from 0.05 to 2, not "NaN"'],
    [['--only', 'train', '--only', 'nothing'], '--only takes train or window, not "nothing"'],
    [['--out='], '--out takes the name of a folder, not ""'],
    [['--rounds', '0', '--share', '3'], /^--rounds .*, not "0"\n--share .*, not "3"$/],
    [['--wrong'], 'there is no option --wrong'],
    [['--wrong=5'], 'there is no option --wrong'],
    [['--constructor'], 'there is no option --constructor'],
    [['-x'], 'there is no option -x'],
    [['--rounds'], '--rounds needs a value'],
    [['--out', '--json'], '--out needs a value'],
    [['--json=yes'], '--json takes no value, and was given "yes"'],
    [['more'], '"more" is one argument too many'],
  ])('%j is refused in words', (args, words) => {
    const read = (): unknown => readOptions(OPTIONS, args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(typeof words === 'string' ? new UsageError(words) : words);
  });

  it.each([
    [[], 'STEPS is missing: it takes a whole number of at least 1'],
    [['many'], 'STEPS takes a whole number of at least 1, not "many"'],
    [['5', 'rnn'], 'CELL takes gru, lstm or none, not "rnn"'],
    [['5', 'gru', 'more'], '"more" is one argument too many'],
    [['-5'], 'there is no option -5'],
  ])('without options, %j is refused in words', (args, words) => {
    const read = (): unknown => readOptions(POSITIONALS, args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(new UsageError(words));
  });
});
