/** The commands that look at runs, let them write, and move them. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RunDetail } from '../../src/shared/domain.ts';
import { engineReport, epochRecord, fakeApp, folio, run, sample } from './fake-app.ts';

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('runs', () => {
  const runs = [
    run(),
    run({ id: 2, name: 'a second one with a name that is rather long', status: 'interrupted', validationLoss: 1.5 }),
  ];

  it('lists them, the newest first', async () => {
    const { code, out } = await folio(['runs'], { fake: fakeApp(runs), columns: 140 });
    expect(code).toBe(0);
    const [header, second, first] = out.split('\n');
    expect(squeeze(header ?? '')).toBe('Id Name Status Epoch Train loss Validation Time Size Engine Created');
    expect(second).toMatch(/2 {2}a second one .*interrupted .*1\.500/);
    expect(first).toMatch(/1 {2}tutorial on Shakespeare .*finished .*2\.505.*2 min 30 s.*16\.1 MB/);
  });

  it.each([60, 80, 100])('keeps to %i columns and to what matters', async (columns) => {
    const { out } = await folio(['runs'], { fake: fakeApp(runs), columns });
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(out).toContain('interrupted');
    expect(out).toContain('2.505');
  });

  it('says how to make one when there are none', async () => {
    const { code, out } = await folio(['runs'], { fake: fakeApp([]) });
    expect(code).toBe(0);
    expect(out).toContain('npx folio train --preset quick');
  });

  it('is a list of objects with --json, also when it is empty', async () => {
    const shape = z.array(z.object({ id: z.number(), name: z.string(), status: z.string() }));
    const [listed] = (await folio(['runs', '--json'], { fake: fakeApp(runs) })).json();
    expect(shape.parse(listed).map(({ id }) => id)).toEqual([2, 1]);
    expect((await folio(['runs', '--json'], { fake: fakeApp([]) })).json()).toEqual([[]]);
  });
});

describe('show', () => {
  it('tells settings that differ, epochs, checkpoints and the newest samples', async () => {
    const detail = run({
      epochs: [epochRecord(), epochRecord({ epoch: 2, trainLoss: 1.834, validationLoss: 1.7, complete: false })],
      samples: [sample(), sample({ epoch: 2, text: 'Newer words' })],
      statusReason: 'stopped by Ctrl-C',
      status: 'stopped',
    });
    const { code, out } = await folio(['show', '1'], { fake: fakeApp([detail]) });
    expect(code).toBe(0);
    expect(out).toContain('preset tutorial, but epochs=1');
    expect(out).toMatch(/^ +1 +2\.505 +- +2 min 30 s +7,339 +best/m);
    expect(out).toMatch(/^ +2 +1\.834 +1\.700 .* in part/m);
    expect(out).toContain('Checkpoints of epoch 1, 16.1 MB.');
    expect(out).toContain('ROMEO: Newer words');
    expect(out).not.toContain('What light');
    expect(out).toContain('stopped by Ctrl-C');
    expect(out).toContain('npx folio resume 1');
  });

  it('finds a run by name, in any case, and by last', async () => {
    for (const reference of ['1', '#1', 'tutorial on Shakespeare', 'TUTORIAL ON SHAKESPEARE', 'last']) {
      expect((await folio(['show', reference])).code, reference).toBe(0);
    }
  });

  it('is the run with its epochs with --json', async () => {
    const [detail] = (await folio(['show', '1', '--json'])).json();
    expect(detail).toMatchObject({
      id: 1,
      config: { epochs: 1 },
      epochs: [{ epoch: 1, trainLoss: 2.5051, validationLoss: null, seconds: 150, charactersPerSecond: 7339 }],
      checkpoints: [{ epoch: 1 }],
    });
  });

  it('names only the checkpoints that still have their weights', async () => {
    const [first] = run().checkpoints;
    const at = (epoch: number, bytes: number) => ({ ...first, id: epoch, epoch, bytes });
    const thinned = run({ checkpoints: [at(1, 1000), at(2, 0), at(3, 1000)] as RunDetail['checkpoints'] });
    expect((await folio(['show', '1'], { fake: fakeApp([thinned]) })).out).toContain(
      'Checkpoints of epochs 1, 3, 2.0 kB.',
    );
  });

  it('shows a run that has nothing yet', async () => {
    const fresh = run({
      epochs: [],
      checkpoints: [],
      samples: [],
      status: 'failed',
      statusReason: 'no engine',
      trainLoss: null,
      step: 0,
    });
    const { code, out } = await folio(['show', '1'], { fake: fakeApp([fresh]) });
    expect(code).toBe(0);
    expect(out).toContain('failed: no engine');
    expect(out).toContain('No checkpoint is stored yet.');
  });
});

describe('generate', () => {
  it('writes the prompt and the text on stdout, all else on stderr', async () => {
    const { code, out, err } = await folio(['generate', 'last', '--prompt', 'JULIET: ', '--seed', '5']);
    expect(code).toBe(0);
    expect(out).toBe('JULIET: What light is this\n');
    expect(err).toMatch(/^seed 5, 2,800 characters\/s, wasm\n$/);
  });

  it('starts with the first prompt of the run unless one is given', async () => {
    expect((await folio(['generate', '1'])).out).toMatch(/^ROMEO: /);
  });

  it('starts with something that the run can spell, even when none of its prompts can be', async () => {
    const imported = run({ vocabulary: ['\n', 'a', 'b'] });
    const { code, out } = await folio(['generate', '1'], { fake: fakeApp([imported]) });
    expect(code).toBe(0);
    expect(out).toBe('\nWhat light is this\n');
  });

  it('takes a random seed that it tells, another each time', async () => {
    const seeds = new Set<string>();
    for (let i = 0; i < 4; i++) seeds.add(/seed (\d+)/.exec((await folio(['generate', '1'])).err)?.[1] ?? '');
    expect(seeds.size).toBeGreaterThan(1);
    expect(seeds).not.toContain('');
  });

  it('writes several texts one after the other with a line between', async () => {
    const { out } = await folio(['generate', '1', '--count', '3']);
    expect(out).toBe(
      [
        '── 1 of 3 ──',
        'ROMEO: What light is this',
        '── 2 of 3 ──',
        'ROMEO: What light is this',
        '── 3 of 3 ──',
        'ROMEO: What light is this',
        '',
      ].join('\n'),
    );
  });

  it('gives a pipe the text as it is, and a terminal no control characters', async () => {
    const fake = fakeApp();
    fake.texts = ['a\u001b[2Jb\n'];
    expect((await folio(['generate', '1'], { fake })).out).toBe('ROMEO: a\u001b[2Jb\n');
    expect((await folio(['generate', '1'], { fake, tty: true })).out).toBe('ROMEO: a␛[2Jb\n');
  });

  it('is one object with --json', async () => {
    const { err, json } = await folio([
      'generate',
      '1',
      '--count',
      '2',
      '--seed',
      '7',
      '--stop',
      '\\n\\n',
      '--top-k',
      '5',
      '--json',
    ]);
    expect(err).toBe('');
    expect(json()).toMatchObject([
      {
        texts: ['ROMEO: What light is this', 'ROMEO: What light is this'],
        seed: 7,
        charactersPerSecond: 2800,
        settings: { stop: '\n\n', topK: 5, topP: 1, minP: 0, temperature: 1, length: 1000 },
        run: 1,
        epoch: 1,
        cancelled: false,
        stored: true,
      },
    ]);
  });

  it('says when its texts could not be stored', async () => {
    const fake = fakeApp();
    fake.notStored = 'process 7 (folio train) is working with /data';
    const plainly = await folio(['generate', '1'], { fake });
    expect(plainly.code).toBe(0);
    expect(squeeze(plainly.err)).toContain('Not stored in the record: process 7 (folio train) is working with /data.');
    const { err, json } = await folio(['generate', '1', '--json'], { fake });
    expect(json()).toMatchObject([{ stored: false }]);
    expect(err).toContain('Not stored');
  });

  it('refuses a prompt that the run cannot read, with nothing on stdout', async () => {
    const { code, out, err } = await folio(['generate', '1', '--prompt', 'é']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toBe('error: é is not in the vocabulary\nUse --unknown drop.\n');
  });

  it('keeps what is there when it is interrupted, and ends with 130', async () => {
    const { code, out } = await folio(['generate', '1'], { onListening: (interrupt) => interrupt('signal') });
    expect(code).toBe(130);
    expect(out).toContain('What light');
  });
});

describe('evaluate, export, import', () => {
  it('tells nats, bits and perplexity', async () => {
    const { code, out } = await folio(['evaluate', '1', '--text', 'x.txt']);
    expect(code).toBe(0);
    expect(squeeze(out)).toContain('Loss 0.6931 nats a character 1.0000 bits a character Perplexity 2.000');
    const [result] = (await folio(['evaluate', '1', '--text', 'x.txt', '--json'])).json();
    expect(result).toMatchObject({ nats: Math.LN2, bits: 1, perplexity: 2, characters: 1000 });
  });

  it('says what it left out of the text', async () => {
    const fake = fakeApp();
    fake.dropped = ['é', '\t'];
    const argv = ['evaluate', '1', '--text', 'x.txt', '--unknown', 'drop'];
    const { err } = await folio(argv, { fake });
    expect(squeeze(err)).toContain(
      'Left out of the text, because the run does not know them: é (U+00E9) and tab (U+0009)',
    );
    expect((await folio([...argv, '--json'], { fake })).json()).toMatchObject([{ dropped: ['é', '\t'] }]);
  });

  it.each([
    ['generate', '1'],
    ['evaluate', '1', '--text', 'x.txt'],
    ['export', '1', '--out', '/tmp/w.safetensors'],
  ])('%s %s keeps nobody from writing', async (...argv) => {
    const fake = fakeApp();
    await folio(argv, { fake });
    expect(fake.modes).toEqual(['look']);
  });

  it.each([
    ['generate', '1'],
    ['evaluate', '1', '--text', 'x.txt'],
    ['export', '1', '--out', '/tmp/w.safetensors'],
  ])('%s %s says when another epoch has the lower validation loss', async (...argv) => {
    const [first] = run().checkpoints;
    const at = (epoch: number, validationLoss: number | null) => ({
      ...first,
      id: epoch,
      epoch,
      step: epoch,
      validationLoss,
    });
    const overfitted = run({ bestEpoch: 1, checkpoints: [at(1, 1.5), at(2, 1.75)] as RunDetail['checkpoints'] });
    const { code, err } = await folio(argv, { fake: fakeApp([overfitted]) });
    expect(code).toBe(0);
    expect(err).toMatch(
      /^--epoch best has the lower validation loss: epoch 1's is 1\.5000, the last\s+epoch's \(2\) is 1\.7500\.$/m,
    );
    expect((await folio([...argv, '--epoch', 'best'], { fake: fakeApp([overfitted]) })).err).not.toContain('lower');
    for (const checkpoints of [[at(1, null), at(2, null)], [at(1, 1.5)]]) {
      const other = run({ bestEpoch: 1, checkpoints: checkpoints as RunDetail['checkpoints'] });
      expect((await folio(argv, { fake: fakeApp([other]) })).err).not.toContain('lower');
    }
  });

  it('exports and says where', async () => {
    const { code, out } = await folio(['export', '1', '--out', '/tmp/w.safetensors']);
    expect(code).toBe(0);
    expect(out).toBe('Wrote /tmp/w.safetensors (16.1 MB).\n');
    const [result] = (await folio(['export', '1', '--epoch', 'best', '--out', '/tmp/w.safetensors', '--json'])).json();
    expect(result).toEqual({ run: 1, epoch: 'best', file: '/tmp/w.safetensors', bytes: 16_086_276 });
  });

  it('imports and says what to do with it', async () => {
    const { code, out } = await folio(['import', 'w.safetensors']);
    expect(code).toBe(0);
    expect(out).toContain('run 9');
    expect(out).toContain('npx folio generate 9');
    expect((await folio(['import', 'w.safetensors', '--json'])).json()).toEqual([{ run: 9 }]);
  });
});

describe('delete', () => {
  it('asks, and deletes on yes only', async () => {
    const fake = fakeApp();
    const no = await folio(['delete', '1'], { fake, answer: '' });
    expect(no.err).toContain('Delete run 1, "tutorial on Shakespeare" (1 epoch, 16.1 MB)?');
    expect(no.code).toBe(1);
    expect(fake.deleted).toEqual([]);
    const yes = await folio(['delete', '1'], { fake, answer: 'y' });
    expect(yes.code).toBe(0);
    expect(yes.out).toBe('Deleted run 1; 16.1 MB freed.\n');
    expect(fake.deleted).toEqual([1]);
  });

  it('does not ask with --yes, and says what it freed', async () => {
    expect((await folio(['delete', '1', '--yes', '--json'])).json()).toEqual([{ run: 1, bytesFreed: 16_086_276 }]);
  });

  it('refuses a run that is being trained', async () => {
    const { code, err } = await folio(['delete', '1', '--yes'], { fake: fakeApp([run({ status: 'running' })]) });
    expect(code).toBe(1);
    expect(err).toContain('running');
  });
});

describe('engines', () => {
  it('tells what is there, the reasons, what auto takes and a diagnosis', async () => {
    const fake = fakeApp();
    fake.reports.push(
      engineReport({
        engine: 'webgpu',
        available: false,
        selfTest: 'not run',
        gflops: null,
        device: '',
        reason: 'No adapter was found.',
        details: {},
      }),
    );
    const { code, out } = await folio(['engines'], { fake });
    expect(code).toBe(0);
    expect(out).toMatch(/tensorflow +yes +passed +190 +CPU, 2 threads/);
    expect(out).toMatch(/webgpu +no +not run +- +-/);
    expect(out).toMatch(/webgpu +No adapter was found\./);
    expect(out).toContain('takes the fastest that passes its self-test: tensorflow');
    expect(out).toContain('version: 4.22.0');
    const [reports] = (await folio(['engines', '--json'], { fake })).json();
    expect(reports).toMatchObject([
      { engine: 'tensorflow', device: 'CPU, 2 threads', available: true, selfTest: 'passed', gflops: 190 },
      { engine: 'wasm' },
      { engine: 'webgpu', available: false, reason: 'No adapter was found.', gflops: null },
    ]);
  });

  it('installs the build that is asked for', async () => {
    const fake = fakeApp();
    await folio(['engines', '--install', 'tensorflow'], { fake });
    await folio(['engines', '--install', 'tensorflow', '--cuda'], { fake });
    expect(fake.installs).toEqual(['cpu', 'cuda']);
  });
});

describe('doctor', () => {
  it('reports versions, paths, the database and the engines', async () => {
    const { code, out } = await folio(['doctor']);
    expect(code).toBe(0);
    for (const part of [
      '0.1.0',
      process.versions.node,
      '/data/folio.db, 1 run',
      'in order',
      'free',
      'tensorflow: CPU, 2 threads',
    ]) {
      expect(out).toContain(part);
    }
    const [report] = (await folio(['doctor', '--json'])).json();
    expect(report).toMatchObject({
      folio: '0.1.0',
      database: { path: '/data/folio.db', problems: [] },
      engines: [{}, {}],
    });
  });

  it('names damage and ends with 1', async () => {
    const fake = fakeApp();
    fake.problems = ['the weights of checkpoint 3 do not match their hash'];
    const { code, out } = await folio(['doctor'], { fake });
    expect(code).toBe(1);
    expect(out).toContain('1 problem:');
    expect(out).toContain('checkpoint 3');
  });
});

describe('serve', () => {
  it('says honestly that it is not there yet', async () => {
    const { code, out, err } = await folio(['serve']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(squeeze(err)).toContain('arrives together with the desktop app');
  });
});
