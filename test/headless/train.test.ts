/** folio train, resume and welcome: what is asked of the services, what is shown, how it ends. */
import { describe, expect, it, vi } from 'vitest';
import type { Interrupt } from '../../src/main/headless/io.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { engineReport, epochRecord, fakeApp, finished, folio, plain, run, trainingEvents } from './fake-app.ts';
import type { FakeApp } from './fake-app.ts';

const LINE = 60;

/** A training that goes on until it is told to stop. */
function endless(): FakeApp {
  const fake = fakeApp();
  fake.play = (tell) => {
    for (const event of trainingEvents().slice(0, 7)) tell(event);
  };
  return fake;
}

/** Interrupts as soon as the training has begun, `times` times. */
function interrupting(times: number, cause: Interrupt = 'signal') {
  return (interrupt: (cause: Interrupt) => void): void => {
    setImmediate(() => {
      for (let i = 0; i < times; i++) interrupt(cause);
    });
  };
}

describe('what is trained', () => {
  it('is the tutorial on Shakespeare, unless something else is said', async () => {
    const fake = fakeApp();
    expect((await folio(['train'], { fake })).code).toBe(0);
    expect(fake.started).toEqual([
      { preset: 'tutorial', corpusId: 1, config: PRESETS.tutorial.config, engine: 'auto', keepEvery: 1 },
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
    const { code, err } = await folio(['train', '--corpus', 'tiny.txt'], { fake });
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
    expect(err).toContain('missing.txt cannot be read');
  });
});

describe('what is shown', () => {
  it('is the text, engine, model, first look, epochs, samples and what to do next', async () => {
    const { code, out } = await folio(['train', '--epochs', '1']);
    expect(code).toBe(0);
    for (const part of [
      /Text +Shakespeare: 1,115,394 characters, 65 distinct, read as UTF-8/,
      /Run +1, tutorial on Shakespeare/,
      /Engine +wasm: CPU, 1 thread\n +it is always there; 30 GFLOP\/s/,
      /not webgpu: No adapter\./,
      /embedding \(Embedding\) +\(64, None, 256\) +16,640/,
      /gru \(GRU\) +\(64, None, 1024\) +3,938,304/,
      /dense \(Dense\) +\(64, None, 65\) +66,625/,
      /total +4,021,569/,
      /172 batches an epoch/,
      /First batch +\(64, 100\) -> logits \(64, 100, 65\)/,
      /Untrained +loss 4\.175 nats a character; knowing nothing is ln 65 =\s+4\.174/,
      /epoch 1.* train loss 2\.505/,
      /temperature 0\.5/,
      /ROMEO: What light is this/,
      /Finished: 1 epoch, 172 steps, 2 min 30 s\./,
      /Stored in \/data\/folio\.db/,
      /npx folio generate 1 --prompt "ROMEO: "/,
    ]) {
      expect(out).toMatch(part);
    }
  });

  it('is plain lines when nobody watches: no escape sequences, no bar', async () => {
    const { out, err } = await folio(['train']);
    // eslint-disable-next-line no-control-regex -- an escape is what must not be there
    expect(out + err).not.toMatch(/[\u001b\r]/);
    expect(out).toMatch(/^epoch 1\/10 {2}0% {2}loss 4\.170 {2}7,356 characters\/s/m);
  });

  it('is a moving line on a terminal, never wider than it', async () => {
    const { out } = await folio(['train'], { tty: true, columns: LINE, env: { NO_COLOR: '1' } });
    // Each redrawing begins by going to the first column.
    const lines = out.replaceAll('\u001b[1G', '\n').split('\n').map(plain);
    const frames = lines.filter((line) => /^epoch 1\/10 .*%/.test(line));
    expect(frames.length).toBeGreaterThan(0);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(LINE);
    expect(out).toContain('\u001b[?25l'); // the cursor is hidden
    expect(out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.lastIndexOf('\u001b[?25l')); // and shown again
    for (const colour of ['\u001b[31m', '\u001b[1m', '\u001b[2m']) expect(out).not.toContain(colour); // NO_COLOR
  });

  it('has no line wider than 60 columns when the terminal is that narrow', async () => {
    const { out } = await folio(['train'], { columns: LINE });
    const wide = out.split('\n').filter((line) => line.length > LINE);
    expect(wide).toEqual([]);
  });

  it('shows control characters of a text as pictures', async () => {
    const { out } = await folio(['train'], { tty: true, columns: 80, env: { NO_COLOR: '1' } });
    expect(out).not.toContain('\u001b[2J');
  });

  it('tells what a plan has chosen', async () => {
    const fake = fakeApp();
    fake.play = (tell, end) => {
      for (const event of trainingEvents(1, { ...PRESETS.best.config, units: 640 })) {
        tell(event.type === 'plan' ? { ...event, totalSteps: null } : event);
      }
      end(finished());
    };
    const { out } = await folio(['train', '--preset', 'best', '--minutes', '3'], { fake });
    expect(out).toMatch(/Chosen for the time: .*units=640/);
    expect(out).toMatch(/3 min of training/);
    expect(out).toMatch(/^epoch 1 /m);
    expect(out).not.toContain('/1000');
  });

  it('says what thinning older checkpoints has freed', async () => {
    const fake = fakeApp();
    fake.play = (tell, end) => {
      tell({ run: 1, type: 'epoch', step: 1, bytesFreed: 32_172_552, ...epochRecord() });
      end(finished());
    };
    expect((await folio(['train'], { fake, columns: 200 })).out).toMatch(
      /^epoch 1 .*32\.2 MB of older checkpoints freed$/m,
    );
    expect((await folio(['train'], { fake: fakeApp() })).out).not.toContain('freed');
  });

  it('marks the best epoch so far by its validation loss', async () => {
    const fake = fakeApp();
    fake.play = (tell, end) => {
      for (const [epoch, validationLoss] of [2.1, 1.9, 2.0].entries()) {
        tell({ run: 1, type: 'epoch', step: 1, bytesFreed: 0, ...epochRecord({ epoch: epoch + 1, validationLoss }) });
      }
      end(finished());
    };
    const { out } = await folio(['train'], { fake });
    const lines = out.split('\n').filter((line) => line.includes('validation loss'));
    expect(lines.map((line) => line.includes('best so far'))).toEqual([true, true, false]);
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
    const error = { code: 'diverged', message: 'the loss is not a number', hint: 'Train again.' } as const;
    fake.play = (_tell, end) => end(finished({ status: 'failed', reason: error.message, error }));
    const { code, err, json } = await folio(['train', '--json'], { fake });
    expect(code).toBe(1);
    expect(json()).toMatchObject([{ type: 'finished', run: 1, error }]);
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

describe('the engine', () => {
  const missing = (): FakeApp => {
    const fake = fakeApp();
    fake.reports = [
      engineReport({
        engine: 'tensorflow',
        available: false,
        selfTest: 'not run',
        reason: 'TensorFlow is not installed.',
      }),
      engineReport(),
    ];
    return fake;
  };

  it('TensorFlow is installed when it is missing', async () => {
    const fake = missing();
    const { code, err } = await folio(['train'], { fake });
    expect(code).toBe(0);
    expect(fake.installs).toEqual(['cpu']);
    expect(err).toMatch(/50% {2}137 bytes of 274 bytes/);
    expect(fake.started).toHaveLength(1);
  });

  it('that cannot be installed is named with the reason, and training goes on without it', async () => {
    const fake = missing();
    fake.installError = new FolioError('install', 'Python 3 is not installed.', 'apt install python3-pip');
    const { code, err } = await folio(['train'], { fake });
    expect(code).toBe(0);
    expect(err).toContain('TensorFlow was not installed: Python 3 is not installed.\napt install python3-pip\n');
    expect(err).toContain('Going on');
    expect(fake.started).toMatchObject([{ engine: 'auto' }]);
  });

  it('that could not be installed is not tried again for a day, unless it is asked for or something has changed', async () => {
    const fake = missing();
    fake.installError = new FolioError('install', 'Python 3 is not installed.', 'apt install python3-pip');
    await folio(['train'], { fake });
    const again = await folio(['train'], { fake });
    expect(again.code).toBe(0);
    expect(again.err).not.toContain('Installing');
    expect(again.err.replaceAll('\n', ' ')).toContain(
      'TensorFlow, the fastest engine, is not there: Python 3 is not installed. apt install python3-pip',
    );
    expect(again.err).toContain('npx folio engines --install tensorflow');
    expect(fake.installs).toHaveLength(1);

    await folio(['train'], { fake, env: { FOLIO_LIBTENSORFLOW: '/opt/tf' } });
    expect(fake.installs).toHaveLength(2);
    await folio(['train', '--engine', 'tensorflow'], { fake });
    expect(fake.installs).toHaveLength(3);
    await folio(['train'], { fake });
    expect(fake.installs).toHaveLength(3);
    vi.useFakeTimers({ now: Date.now() + 25 * 3600_000, toFake: ['Date'] });
    try {
      await folio(['train'], { fake });
    } finally {
      vi.useRealTimers();
    }
    expect(fake.installs).toHaveLength(4);
  });

  it('that was named and cannot be installed ends the command', async () => {
    const fake = missing();
    fake.installError = new FolioError('install', 'Python 3 is not installed.');
    const { code, err } = await folio(['train', '--engine', 'tensorflow'], { fake });
    expect(code).toBe(1);
    expect(err).toContain('error: Python 3 is not installed.');
    expect(fake.started).toEqual([]);
  });

  it('an installation that was interrupted ends with 130', async () => {
    const fake = missing();
    fake.installError = new FolioError('cancelled', 'the installation was cancelled');
    expect((await folio(['train'], { fake })).code).toBe(130);
  });

  it('is not installed with --no-install, for another engine, when it is there, or when its self-test failed', async () => {
    for (const argv of [
      ['train', '--no-install'],
      ['train', '--engine', 'wasm'],
    ]) {
      const fake = missing();
      await folio(argv, { fake });
      expect(fake.installs).toEqual([]);
    }
    const there = fakeApp();
    await folio(['train'], { fake: there });
    const broken = fakeApp();
    broken.reports = [engineReport({ engine: 'tensorflow', available: false, selfTest: 'failed' })];
    await folio(['train'], { fake: broken });
    expect([...there.installs, ...broken.installs]).toEqual([]);
  });
});

describe('resume', () => {
  it('goes on with the run that is meant, and shows it the same way', async () => {
    const fake = fakeApp([run({ id: 4, status: 'stopped' }), run({ id: 3, name: 'older', status: 'interrupted' })]);
    const { code, out } = await folio(['resume', 'last', '--no-install'], { fake });
    expect(code).toBe(0);
    expect(fake.resumed).toEqual([4]);
    expect(out).toContain('train loss 2.505');
  });

  it('installs nothing for a run that is finished', async () => {
    const fake = fakeApp([run({ status: 'finished' })]);
    fake.reports = [];
    await folio(['resume', '1'], { fake });
    expect(fake.installs).toEqual([]);
  });
});

describe('welcome', () => {
  it('explains, trains the quick preset and says what to try', async () => {
    const fake = fakeApp();
    const { code, out } = await folio(['welcome'], { fake });
    expect(code).toBe(0);
    expect(fake.started).toMatchObject([
      { preset: 'quick', corpusId: 1, engine: 'auto', config: PRESETS.quick.config },
    ]);
    expect(out.indexOf('Shakespeare')).toBeLessThan(out.indexOf('train loss'));
    expect(out).toContain('npx folio generate 1');
    expect(out).toContain('--preset best --minutes 3 --corpus FILE');
  });

  it('asks where somebody can answer, and takes no for an answer', async () => {
    const fake = fakeApp();
    const { code, out } = await folio(['welcome'], { fake, answer: 'n' });
    expect(code).toBe(0);
    expect(fake.started).toEqual([]);
    expect(out).toContain('--help');
    await folio(['welcome'], { fake, answer: '' });
    expect(fake.started).toHaveLength(1);
  });
});
