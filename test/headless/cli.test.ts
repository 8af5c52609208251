/** The program around the commands: parsing, help, how failures are told, exit codes. */
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../src/shared/config.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { PRESET_NAMES } from '../../src/shared/presets.ts';
import { fakeApp } from './fake-app.ts';
import { run } from './fixtures.ts';
import { folio, squeeze } from './run-cli.ts';
import fc from '../property.ts';

const COMMANDS = 'welcome train resume runs show generate evaluate export import delete engines doctor serve'.split(
  ' ',
);

describe('help', () => {
  it('lists every command', async () => {
    const { code, out, err } = await folio(['--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} .*\\w`, 'm'));
  });

  it('is what folio alone, folio help and folio help COMMAND show', async () => {
    const help = (await folio(['--help'])).out;
    expect(await folio([])).toMatchObject({ code: 0, out: help });
    expect(await folio(['help'])).toMatchObject({ code: 0, out: help });
    expect(await folio(['help', 'runs'])).toMatchObject({ code: 0, out: (await folio(['runs', '--help'])).out });
  });

  it.each(COMMANDS)('of %s explains its options and the common ones', async (command) => {
    const { code, out } = await folio([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: npx folio ${command}`);
    expect(out).toContain('--data <dir>');
    expect(out).toContain('--json');
  });

  it('of train names every setting with its range, and every preset', async () => {
    const { out } = await folio(['train', '--help']);
    for (const key of CONFIG_KEYS) expect(out).toMatch(new RegExp(`^  ${key} `, 'm'));
    for (const preset of PRESET_NAMES) expect(out).toMatch(new RegExp(`^  ${preset}$`, 'm'));
    expect(out).toContain('layers  (1 to 4; tutorial: 1)');
    expect(out).toContain('cell  (gru or lstm; tutorial: gru)');
    expect(out).toContain('prompts  (up to 16 texts;');
  });

  it('keeps to the width of the terminal', async () => {
    for (const command of COMMANDS) {
      const { out } = await folio([command, '--help'], { columns: 60, tty: true });
      const examples = /^ {2}npx folio /;
      const long = out.split('\n').filter((line) => line.length > 60 && !examples.test(line));
      expect(long, command).toEqual([]);
    }
  });

  it('tells the version', async () => {
    expect((await folio(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('usage errors', () => {
  it.each([
    [['genrate', '1'], 'generate'],
    [['generate', '1', '--promt', 'x'], '--prompt'],
    [['train', '--set', 'unit=3'], 'units'],
    [['train', '--prest', 'quick'], '--preset'],
  ])('%j suggests %s', async (argv, suggestion) => {
    const { code, out, err } = await folio(argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^error: /);
    expect(err).toContain(`Did you mean ${suggestion}?`);
  });

  it.each([
    [['generate'], /missing required argument/],
    [['generate', '1', '--length', '0'], /from 1 to 10,000,000/],
    [['generate', '1', '--temperature', 'hot'], /from 0 to 10/],
    [['generate', '1', '--seed', '-1'], /whole number from 0 to 4,294,967,295/],
    [['generate', '1', '--epoch', 'first'], /'best' or 'last'/],
    [['generate', '1', '--prompt', ''], /must not be empty/],
    [['generate', '1', '--unknown', 'maybe'], /refuse, drop/],
    [['train', '--preset', 'huge'], /tutorial, quick, char-rnn, best/],
    [['train', '--set', 'layers=9'], /1 to 4/],
    [['train', '--set', 'layers'], /name=value/],
    [['train', '--epochs', '2', '--set', 'epochs=3'], /twice/],
    [['train', '--set', 'units=2', '--set', 'units=3'], /twice/],
    [['train', '--preset', 'best', '--set', 'minutes=0'], /time budget/],
    [['train', '--set', 'patience=3'], /validationFraction/],
    [['evaluate', '1'], /--text/],
    [['export', '1'], /--out/],
    [['runs', 'all'], /too many arguments/],
    [['engines', '--cuda'], /--install tensorflow/],
    [['delete', '1'], /--yes/],
  ])('%j ends with 2 and says why', async (argv, message) => {
    const { code, out, err } = await folio(argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.replaceAll(/\s+/g, ' ')).toMatch(message);
  });

  it.each([
    [['train', '--units', '64'], '--set units=64'],
    [['train', '--seed', '7'], '--set seed=7'],
    [['train', '--learning-rate', '1e-3'], '--set learningRate=1e-3'],
    [['train', '--batch-size=32', '--Seed', '-1'], '--set batchSize=32 --set seed=-1'],
    [['train', '--epochs', '2', '--prompts', 'To be', '--lr', '0.1'], '--set prompts="To be" --set learningRate=0.1'],
    [['train', '--carryState', '--json'], '--set carryState=VALUE'],
  ])('%j says how a setting is given: %s', async (argv, set) => {
    const { code, err } = await folio(argv);
    expect(code).toBe(2);
    expect(squeeze(err)).toMatch(/^error: unknown option '--\S+' Use `/);
    expect(squeeze(err)).toContain(`Use \`${set}\`. \`npx folio train --help\` explains it.`);
  });

  it('for settings say what goes with other commands, too', async () => {
    expect(squeeze((await folio(['resume', '1', '--units', '64'])).err)).toContain('--set units=64');
    expect(squeeze((await folio(['resume', '1', '--epochs', '16'])).err)).toContain('Use `--set epochs=16`.');
    expect((await folio(['generate', '1', '--units', '64'])).err).not.toContain('--set');
  });

  it('name the command that was meant, not a word like another one', async () => {
    expect((await folio(['show', 'train', '--nosuch'])).err).toContain('`npx folio show --help` explains it.');
  });

  it('every engine can be asked for, and no other', async () => {
    for (const argv of [['train'], ['resume', '1'], ['generate', '1']]) {
      const help = squeeze((await folio([argv[0] ?? '', '--help'])).out);
      expect(help).toContain('(choices: "auto", "tensorflow", "webgpu", "wasm", default: "auto")');
      const fake = fakeApp();
      const { code, err } = await folio([...argv, '--engine', 'cuda'], { fake });
      expect(code).toBe(2);
      expect(squeeze(err)).toContain('Allowed choices are auto, tensorflow, webgpu, wasm.');
      expect(fake.modes).toEqual([]);
    }
  });

  it.each([
    ['7', "run's id"],
    ['#12', "run's id"],
    [' 3 ', "run's id"],
    ['last', 'the last run'],
    ['LAST', 'the last run'],
  ])('a name %j is refused: it would be mistaken for %s', async (name, mistaken) => {
    for (const argv of [['train'], ['import', 'w.safetensors']]) {
      const fake = fakeApp();
      const { code, err } = await folio([...argv, '--name', name], { fake });
      expect(code).toBe(2);
      expect(squeeze(err)).toContain(`would be mistaken for`);
      expect(squeeze(err)).toContain(mistaken);
      expect(fake.modes).toEqual([]);
    }
    expect((await folio(['train', '--name', `x${name}`])).code).toBe(0);
  });

  it('are JSON as well with --json', async () => {
    const { code, err, json } = await folio(['generate', '1', '--promt', 'x', '--json']);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: /);
    expect(json()).toEqual([
      {
        type: 'error',
        error: {
          code: 'usage',
          message: "unknown option '--promt'",
          hint: 'Did you mean --prompt? `npx folio generate --help` explains it.',
        },
      },
    ]);
  });
});

describe('failures', () => {
  it('tell the message and the hint on lines of their own, and end with 1', async () => {
    const { code, out, err } = await folio(['show', 'tutorail on Shakespeare']);
    expect(code).toBe(1);
    expect(out).toBe('');
    const [message, hint] = err.split('\n');
    expect(message).toBe('error: there is no run "tutorail on Shakespeare"');
    expect(hint).toContain('Did you mean "tutorial on Shakespeare" (1)?');
  });

  it('are JSON as well with --json, wherever it stands', async () => {
    for (const argv of [
      ['show', 'nothing', '--json'],
      ['--json', 'show', 'nothing'],
    ]) {
      const { code, json } = await folio(argv);
      expect(code).toBe(1);
      expect(json()).toMatchObject([
        { type: 'error', error: { code: 'not-found', message: 'there is no run "nothing"' } },
      ]);
    }
  });

  it('to open the record are told and end with 1', async () => {
    const openError = new FolioError('locked', 'process 4711 is working with /data', 'Wait until it has ended.');
    const { code, err } = await folio(['train'], { openError });
    expect(code).toBe(1);
    expect(err).toContain('process 4711');
    expect(err).toContain('\nWait until it has ended.\n');
  });

  it('that are defects show no stack unless it is asked for', async () => {
    const openError = new TypeError('undefined is not a function');
    const quiet = await folio(['runs'], { openError });
    expect(quiet.code).toBe(1);
    expect(quiet.err).toContain('undefined is not a function');
    expect(quiet.err).toContain('FOLIO_DEBUG=1');
    expect(quiet.err).not.toMatch(/^\s+at /m);
    expect((await folio(['runs'], { openError, env: { FOLIO_DEBUG: '1' } })).err).toMatch(/^\s+at /m);
  });

  it('name commands as they are called here', async () => {
    const empty = fakeApp([]);
    expect((await folio(['show', 'last'], { fake: empty })).err).toContain('npx folio train --preset quick');
    const npmRun = await folio(['show', 'last'], { fake: empty, env: { npm_lifecycle_event: 'folio' } });
    expect(npmRun.err).toContain('npm run folio -- train --preset quick');
    const elsewhere = await folio(['show', 'last', '--data', '/my data', '--json'], { fake: empty });
    expect(squeeze(elsewhere.err)).toContain('`npx folio train --preset quick --data "/my data"` trains one.');
    expect(elsewhere.json()).toMatchObject([
      { error: { hint: '`npx folio train --preset quick --data "/my data"` trains one.' } },
    ]);
    const help = (await folio(['train', '--help'], { env: { npm_lifecycle_event: 'folio' } })).out;
    expect(help).toContain('Usage: npm run folio -- train [options]');
    expect(help).toContain('  npm run folio -- train --preset quick\n');
    expect(squeeze(help)).toContain('`npm run folio -- resume` goes on');
  });

  it('close the app', async () => {
    const fake = fakeApp();
    await folio(['show', 'nothing'], { fake });
    expect(fake.closed).toHaveLength(1);
  });
});

describe('whatever is typed', () => {
  const word = fc.oneof(
    // `serve` would go on until it is interrupted; it has tests of its own.
    fc.constantFrom(
      ...COMMANDS.filter((name) => name !== 'serve'),
      'welcome',
      'help',
      '--',
      '-',
      '--help',
      '--json',
      '--data',
      'last',
      '1',
      '2',
    ),
    fc.constantFrom(
      '--set',
      '--epochs',
      '--prompt',
      '--seed',
      '--count',
      '--length',
      '--out',
      '--text',
      '--yes',
      '--engine',
      'auto',
      'units=3',
      '-1',
      '1e999',
      'NaN',
      '',
    ),
    fc.string({ maxLength: 12 }),
  );

  it('ends with a known exit code and never with a stack', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
        const { code, out, err } = await folio(argv, { fake: fakeApp([run(), run({ id: 2, name: 'two' })]) });
        expect([0, 1, 2, 130]).toContain(code);
        expect(out + err).not.toMatch(/^\s+at .*:\d+/m);
        expect(out + err).not.toContain('something in Folio failed');
        if (code === 2) expect(err).toMatch(/^error: /m);
      }),
      { numRuns: 300 },
    );
  });
});
