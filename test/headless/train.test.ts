/** folio train: what is asked of the services, and how it ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolioError } from '../../src/shared/errors.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { fakeApp, type FakeApp } from './fake-app.ts';
import { engineReport, finished, run, trainingEvents } from './fixtures.ts';
import { folio, interrupting } from './run-cli.ts';

/** A text that is really there: whether it is one is looked at before the app is opened. */
let tiny = '';
beforeAll(() => {
  tiny = join(mkdtempSync(join(tmpdir(), 'folio-train-')), 'tiny.txt');
  writeFileSync(tiny, 'x'.repeat(100));
});
afterAll(() => rmSync(join(tiny, '..'), { recursive: true, force: true }));

/** A training that goes on until it is told to stop. */
function endless(): FakeApp {
  const fake = fakeApp();
  fake.play = (tell) => {
    for (const event of trainingEvents().slice(0, 7)) tell(event);
  };
  return fake;
}

describe('what is trained', () => {
  it('is the tutorial on Shakespeare, unless something else is said', async () => {
    const fake = fakeApp();
    expect((await folio(['train'], { fake })).code).toBe(0);
    expect(fake.started).toEqual([
      { preset: 'tutorial', corpusId: 1, config: PRESETS.tutorial.config, named: [], engine: 'auto', keepEvery: 1 },
    ]);
  });

  it('takes preset, settings, epochs, minutes, engine and name', async () => {
    const fake = fakeApp();
    await folio(
      [
        'train',
        '--preset',
        'best',
        '--minutes',
        '1.5',
        '--epochs',
        '4',
        '--set',
        'units=32',
        '--set=seed=9',
        '--engine',
        'wasm',
        '--name',
        'mine',
      ],
      { fake },
    );
    expect(fake.started).toMatchObject([
      {
        preset: 'best',
        engine: 'wasm',
        name: 'mine',
        config: { minutes: 1.5, epochs: 4, units: 32, seed: 9, schedule: 'cosine' },
      },
    ]);
  });

  it("names what best is to leave alone, be it the preset's own", async () => {
    const fake = fakeApp();
    const pairs = ['precision=float32', ' units =512', 'seed=9'].flatMap((pair) => ['--set', pair]);
    await folio(['train', '--preset', 'best', '--minutes', '1', ...pairs], { fake });
    expect(fake.started).toMatchObject([{ named: ['units', 'precision'], config: { units: 512, seed: 9 } }]);
  });

  it('starts its samples with words that the text can spell', async () => {
    const fake = fakeApp();
    await folio(['train', '--set', 'prompts=["JULIET:"]'], { fake });
    expect(fake.started[0]?.config.prompts).toEqual(['JULIET:']);
    const { code, err } = await folio(['train', '--set', 'prompts=été'], { fake });
    expect(code).toBe(1);
    expect(err).toContain('é (U+00E9)');
  });

  it('is refused when the text is too short, with the setting that helps', async () => {
    const fake = fakeApp();
    const { code, err } = await folio(['train', '--corpus', tiny], { fake });
    expect(code).toBe(1);
    expect(err).toContain('100 characters');
    expect(err).toContain('--set batchSize=');
    expect(fake.started).toEqual([]);
  });

  it('is refused before anything is installed when its checkpoints could not be stored', async () => {
    const fake = fakeApp();
    fake.reports = [];
    const { code, err } = await folio(['train', '--set', 'units=8192'], { fake });
    expect(code).toBe(2);
    expect(err).toContain('too large to be saved');
    expect(err).toMatch(/--set units=\d{4}\b/);
    expect([...fake.started, ...fake.installs]).toEqual([]);
  });

  it('keeps every n-th epoch when that is asked for, also when it is resumed', async () => {
    const fake = fakeApp([run({ status: 'stopped' })]);
    await folio(['train', '--keep-every', '5'], { fake });
    await folio(['resume', '1', '--keep-every', '3'], { fake });
    expect(fake.started).toMatchObject([{ keepEvery: 5 }]);
    expect(fake.resumedKeeping).toEqual([3]);
    expect((await folio(['train', '--keep-every', '0'], { fake })).code).toBe(2);
  });

  it('is told which of its characters are rare', async () => {
    const fake = fakeApp();
    fake.counts = new Map(Array.from('abcdefgh').map((character, index) => [character, index < 2 ? 1 : 100_000]));
    const { err } = await folio(['train'], { fake });
    expect(err.replaceAll('\n', ' ')).toContain(
      '2 of 8 distinct characters occur fewer than 5 times: a (U+0061) and b (U+0062)',
    );
  });

  it('is refused when the file cannot be read', async () => {
    const { code, err } = await folio(['train', '--corpus', 'missing.txt']);
    expect(code).toBe(1);
    expect(err).toContain('there is no file missing.txt');
  });

  it('is refused for what is wrong with it, even while another training has the record', async () => {
    const openError = new FolioError('locked', 'process 4711 (folio train) is working with /data');
    for (const [argv, message] of [
      [['--set', 'units=x'], 'units must be a whole number'],
      [['--corpus', 'missing.txt'], 'there is no file missing.txt'],
      [['--corpus', '/'], '/ is a directory'],
      [['--corpus', process.execPath], 'not a text file'],
      [['--corpus', tiny], 'process 4711 (folio train)'],
    ] as const) {
      const { err } = await folio(['train', ...argv], { openError });
      expect(err.replaceAll('\n', ' ')).toContain(message);
      expect(err.includes('4711')).toBe(message.includes('4711'));
    }
  });

  it('gets a distinct name where the wanted one is taken, and says so', async () => {
    const fake = fakeApp([run({ name: 'Mine' }), run({ id: 2, name: 'mine (2)' })]);
    const { code, err } = await folio(['train', '--name', ' mine '], { fake });
    expect(code).toBe(0);
    expect(fake.started).toMatchObject([{ name: 'mine (3)' }]);
    expect(err).toBe('There is a run "mine" already: this one is called "mine (3)".\n');
    const other = await folio(['train', '--name', 'yours'], { fake });
    expect(fake.started[1]).toMatchObject({ name: 'yours' });
    expect(other.err).toBe('');
  });
});

describe('--json', () => {
  it('writes exactly the events, one a line, and nothing else', async () => {
    const { code, err, json } = await folio(['train', '--json']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(json()).toEqual(JSON.parse(JSON.stringify([...trainingEvents(), finished()])));
  });

  it('keeps stdout clean while TensorFlow is installed', async () => {
    const fake = fakeApp();
    fake.reports = [engineReport({ engine: 'tensorflow', available: false, selfTest: 'not run' })];
    const { json, err } = await folio(['train', '--json'], { fake });
    expect(fake.installs).toEqual(['cpu']);
    expect(json()).toHaveLength(trainingEvents().length + 1);
    expect(err).toContain('TensorFlow is installed');
  });

  it('ends with the finished event, which holds the error', async () => {
    const fake = fakeApp();
    const error = { code: 'diverged', message: 'the loss is not a number', hint: '`folio resume 1` goes on.' } as const;
    fake.play = (_tell, end) => end(finished({ status: 'failed', reason: error.message, error }));
    const { code, err, json } = await folio(['train', '--json'], { fake });
    expect(code).toBe(1);
    const typed = { ...error, hint: '`npx folio resume 1` goes on.' };
    expect(json()).toMatchObject([{ type: 'finished', run: 1, error: typed }]);
    expect(err).toContain('error: the loss is not a number');
  });
});

describe('the end', () => {
  it('of a failed training is its error, with the way out', async () => {
    const fake = fakeApp();
    fake.play = (_tell, end) =>
      end(
        finished({
          status: 'interrupted',
          error: { code: 'trainer-died', message: 'the process was killed', hint: '`folio resume 1` goes on.' },
        }),
      );
    const { code, err } = await folio(['train'], { fake });
    expect(code).toBe(1);
    expect(err).toContain('error: the process was killed');
    expect(err).toContain('`npx folio resume 1` goes on.');
  });

  it('by Ctrl-C saves once, leaves with 130 and says how to go on', async () => {
    const fake = endless();
    const { code, out } = await folio(['train', '--data', '/data'], { fake, onListening: interrupting(1) });
    expect(code).toBe(130);
    expect(fake.stops).toEqual([1]);
    expect(out).toContain('Saving and stopping');
    expect(out).toContain('Stopped and saved: 2 steps, 2.0 s.');
    expect(out).toContain('npx folio resume 1 --data /data');
  });

  it('by a second Ctrl-C is at once', async () => {
    const fake = endless();
    fake.onStop = () => undefined; // it never answers
    const left = new Promise<string>((resolve) => {
      void folio(['train'], {
        fake,
        onListening: (interrupt) => {
          setImmediate(() => {
            interrupt('signal');
            try {
              interrupt('signal');
            } catch (error) {
              resolve(String(error));
            }
          });
        },
      });
    });
    expect(await left).toContain('exit 130');
  });

  it('by a reader that has left saves as well, and says nothing', async () => {
    const fake = endless();
    const { code, out } = await folio(['train'], { fake, onListening: interrupting(1, 'reader-gone') });
    expect(code).toBe(130);
    expect(fake.stops).toEqual([1]);
    expect(out).not.toContain('Saving and stopping');
  });
});
