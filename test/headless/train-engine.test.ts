/** folio train, resume and welcome: the engine that they need, and what else they ask for. */
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { FolioError } from '../../src/shared/errors.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { fakeApp, type FakeApp } from './fake-app.ts';
import { engineReport, finished, run } from './fixtures.ts';
import { folio } from './run-cli.ts';

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
    fake.play = (tell, end) => {
      const advice = 'TensorFlow is not installed. Install it: `folio engines --install tensorflow`.';
      const rejected = [engineReport({ engine: 'tensorflow', available: false, reason: advice })];
      tell({ run: 1, type: 'engine', report: engineReport(), rejected });
      end(finished());
    };
    const { code, out, err } = await folio(['train'], { fake });
    expect(code).toBe(0);
    expect(err).toContain('TensorFlow was not installed: Python 3 is not installed.\napt install python3-pip\n');
    expect(err).toContain('Going on');
    // Not the advice to do again what has just failed.
    expect(out).toContain('not tensorflow: it could not be installed, as said above');
    expect(out + err).not.toContain('engines --install');
    expect((await folio(['train', '--no-install'], { fake })).out.replaceAll(/\s+/g, ' ')).toContain(
      'Install it: `npx folio engines --install tensorflow`.',
    );
    expect(fake.started).toMatchObject([{ engine: 'auto' }, { engine: 'auto' }]);
  });

  it.each(['train', 'train --no-install', 'resume 1 --set epochs=9'])(
    'a wrong FOLIO_NATIVE_LEVEL stops %s: nothing is installed, and no slower engine taken',
    async (words) => {
      const argv = words.split(' ');
      const fake = missing();
      fake.runs.push(run({ id: 1 }));
      const { code, err } = await folio(argv, { fake, env: { FOLIO_NATIVE_LEVEL: '9' } });
      expect(code).toBe(2);
      expect(err).toMatch(/error: FOLIO_NATIVE_LEVEL is "9"\.\nIt takes a number from 0 to 4: .*unset it\.$/ms);
      expect([fake.installs, fake.probes, fake.started, fake.resumed]).toEqual([[], [], [], []]);
      const other = await folio([...argv, '--engine', 'wasm'], { fake, env: { FOLIO_NATIVE_LEVEL: '9' } });
      expect(other.code).toBe(0); // which has nothing to do with it
    },
  );

  it('why it could not be installed is kept when no other thread writes to the record', async () => {
    const fake = missing();
    fake.installError = new FolioError('install', 'Python 3 is not installed.', 'apt install python3-pip');
    const kept = vi.spyOn(fake.app.store, 'setSetting');
    const other = Promise.withResolvers<void>();
    fake.busy = other.promise.then(() => void expect(kept).not.toHaveBeenCalled());
    const before = expect(fake.busy).resolves.toBeUndefined();
    const training = folio(['train'], { fake });
    await vi.waitFor(() => expect(fake.installs).toHaveLength(1));
    for (let turn = 0; turn < 5; turn++) await settled();
    other.resolve();
    await before;
    expect((await training).code).toBe(0);
    expect(kept).toHaveBeenCalledTimes(1);
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
    expect(again.err.replaceAll('\n', ' ')).toContain(
      'When that has changed, `npx folio engines --install tensorflow` tries again.',
    );
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

  it('is not tried where its files are there, or are not: one look says so', async () => {
    const there = fakeApp();
    await folio(['train'], { fake: there });
    const gone = missing();
    await folio(['train'], { fake: gone });
    expect([there.probes, gone.probes]).toEqual([[], []]);
    expect([there.installs, gone.installs]).toEqual([[], ['cpu']]);
  });

  it('is tried where a look does not say enough, and installed again when it does not load', async () => {
    const works = fakeApp();
    works.files = { state: 'doubtful', reason: 'it crashed the last time' };
    await folio(['train'], { fake: works });
    const broken = missing();
    broken.files = works.files;
    await folio(['train'], { fake: broken });
    const wrong = fakeApp();
    wrong.files = works.files;
    wrong.reports = [engineReport({ engine: 'tensorflow', available: false, selfTest: 'failed' })];
    await folio(['train'], { fake: wrong });
    expect([works, broken, wrong].map(({ probes }) => probes)).toEqual(Array(3).fill([['tensorflow']]));
    expect([works, broken, wrong].map(({ installs }) => installs)).toEqual([[], ['cpu'], []]);
    expect([works, broken, wrong].map(({ started }) => started.length)).toEqual([1, 1, 1]);
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
