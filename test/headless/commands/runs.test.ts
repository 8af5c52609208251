/** The commands that look at runs and delete them. */
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RunDetail } from '../../../src/shared/domain.ts';
import { fakeApp } from '../fake-app.ts';
import { epochRecord, run, sample } from '../fixtures.ts';
import { folio, squeeze } from '../run-cli.ts';

describe('runs', () => {
  const runs = [
    run(),
    run({ id: 2, name: 'a second one with a name that is rather long', status: 'interrupted', validationLoss: 1.5 }),
  ];

  it('lists them, the newest first', async () => {
    const { code, out } = await folio(['runs'], { fake: fakeApp(runs), columns: 140 });
    expect(code).toBe(0);
    const [header, second, first] = out.split('\n');
    expect(squeeze(header ?? '')).toBe('Id Name Status Epochs Train loss Validation Time Size Engine Created');
    expect(second).toMatch(/2 {2}a second one .*interrupted .*1\.500/);
    expect(first).toMatch(/1 {2}tutorial on Shakespeare .*finished .*2\.505.*2 min 30 s.*16\.1 MB/);
  });

  it('tells whole epochs and the one that is only begun, and nothing of epochs where nothing was trained', async () => {
    const part = epochRecord({ complete: false });
    const ten = { ...run().config, epochs: 10 };
    const various = [
      run({ id: 1, config: ten, epochs: [], epoch: 1, step: 5, status: 'running' }),
      run({ id: 2, config: ten, epochs: [part], status: 'stopped' }),
      run({ id: 3, config: ten, epochs: [epochRecord()], epoch: 2, step: 180 }),
      run({ id: 4, config: { ...ten, minutes: 3 }, epochs: [epochRecord()], epoch: 2, step: 180 }),
      run({ id: 5, config: ten, epochs: [], epoch: 0, step: 0 }),
      run({ id: 6 }),
      run({ id: 7, config: { ...ten, maxSteps: 5 }, epochs: [part], epoch: 1, step: 5 }),
    ].map((one) => ({
      ...one,
      name: `run-${one.id}-`,
      completeEpochs: one.epochs.filter(({ complete }) => complete).length,
      plannedEpochs: one.config.minutes > 0 || one.config.maxSteps > 0 ? null : one.config.epochs,
    }));
    const fake = fakeApp(various);
    const { out } = await folio(['runs'], { fake, columns: 140 });
    const told = various.map(({ name }) => new RegExp(`${name} +\\w+ +(.*?) +\\S+ +- `).exec(out)?.[1]);
    expect(told).toEqual(['0/10, in 1', '0/10, in 1', '1/10, in 2', '1/-, in 2', '-', '1/1', '0/-, in 1']);
    const shown = await Promise.all(various.map(async ({ id }) => (await folio(['show', `${id}`], { fake })).out));
    expect(shown.map((text) => /^Trained +(.*?)(:|, created)/m.exec(text)?.[1])).toEqual([
      '0 of 10 epochs, in epoch 1',
      '0 of 10 epochs, in epoch 1',
      '1 of 10 epochs, in epoch 2',
      '1 epoch, in epoch 2',
      'nothing stored yet',
      '1 of 1 epoch',
      '0 epochs, in epoch 1',
    ]);
    expect(shown[1]).toContain('Checkpoints of a part of epoch 1, 16.1 MB.');
    expect(shown[1]).toContain('Written after a part of epoch 1:');
    expect(shown[1]).toMatch(/7,339 +best, in part$/m);
    expect(shown[5]).toContain('Checkpoints of epoch 1, 16.1 MB.');
    expect(shown[5]).toContain('Written after epoch 1:');
  });

  it('says under the table what is wrong with a damaged run', async () => {
    const damaged = run({ id: 7, name: 'old', damage: 'its tags cannot be read' });
    const { code, out } = await folio(['runs'], { fake: fakeApp([damaged, ...runs]) });
    expect(code).toBe(0);
    expect(out).toMatch(/^ *7 +old /m);
    expect(out).toMatch(/\n\nRun 7 is damaged: its tags cannot be read\.\n`.*folio doctor` lists all damage\.\n$/);
    expect((await folio(['runs'], { fake: fakeApp(runs) })).out).not.toContain('damage');
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
      statusReason: 'stopped by Ctrl-C',
      status: 'stopped',
    });
    const fake = fakeApp([detail]);
    fake.samples = [
      sample(),
      sample({ epoch: 2, text: 'Newer words' }),
      sample({ epoch: 2, origin: 'generate', text: 'Asked for' }),
    ];
    const { code, out } = await folio(['show', '1'], { fake });
    expect(code).toBe(0);
    expect(out).toContain('preset tutorial, but epochs=1');
    expect(out).toMatch(/^ +1 +2\.505 +- +2 min 30 s +7,339 +best/m);
    expect(out).toMatch(/^ +2 +1\.834 +1\.700 .* in part/m);
    expect(out).toContain('Checkpoints of epoch 1, 16.1 MB.');
    expect(out).toContain('ROMEO: Newer words');
    expect(out).not.toMatch(/What light|Asked for/);
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
      samples: [{ epoch: 1, text: 'What light is this' }],
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

  it('says of imported weights what there is to say', async () => {
    const imported = run({
      ...{ preset: 'imported', corpus: '', corpusId: null, epochs: [], epoch: 0, step: 0, engine: '' },
      checkpoints: run().checkpoints.map((checkpoint) => ({ ...checkpoint, epoch: 0, step: 0 })),
    });
    const { out } = await folio(['show', '1'], { fake: fakeApp([imported]) });
    expect(out).toMatch(/^Text +unknown \(only the weights were imported\), \d+ distinct characters$/m);
    expect(out).toMatch(/^Trained +elsewhere, imported 20/m);
    expect(out).toContain('\nThe weights as they were imported, 16.1 MB.');
    expect(out).not.toMatch(/epochs? 0|0 steps/);
  });

  it('shows a run that has nothing yet', async () => {
    const fresh = run({
      epochs: [],
      checkpoints: [],
      status: 'failed',
      statusReason: 'no engine',
      trainLoss: null,
      step: 0,
    });
    const fake = fakeApp([fresh]);
    fake.samples = [];
    const { code, out } = await folio(['show', '1'], { fake });
    expect(code).toBe(0);
    expect(out).not.toContain('Written');
    expect(out).toContain('failed: no engine');
    expect(out).toContain('No checkpoint is stored yet.');
  });
});

describe('delete', () => {
  it('says in its help that it deletes for good, and that the window does not', async () => {
    const { out } = await folio(['delete', '--help']);
    expect(squeeze(out)).toMatch(/for good; .* \(In the window a deleted run can be had back for a day\.\)/);
  });

  it('asks, and deletes on yes only', async () => {
    const fake = fakeApp();
    const no = await folio(['delete', '1'], { fake, answer: '' });
    expect(no.err).toContain('Delete run 1, "tutorial on Shakespeare" (1 of 1 epoch, 16.1 MB)?');
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

  it('waits while the record is written to in another thread', async () => {
    const fake = fakeApp();
    const other = Promise.withResolvers<void>();
    fake.busy = other.promise.then(() => void expect(fake.deleted).toEqual([]));
    const before = expect(fake.busy).resolves.toBeUndefined();
    const deleting = folio(['delete', '1', '--yes'], { fake });
    for (let turn = 0; turn < 5; turn++) await settled();
    other.resolve();
    await before;
    expect((await deleting).code).toBe(0);
    expect(fake.deleted).toEqual([1]);
  });

  it('never proposes another run, and takes no beginning of a name', async () => {
    const fake = fakeApp([run({ name: '9 lives' }), run({ id: 2, name: 'mine' })]);
    for (const [reference, hint] of [
      ['9', 'The runs are 1-2; `npx folio runs` lists them.'],
      ['#9', 'The runs are 1-2; `npx folio runs` lists them.'],
      ['mime', '`npx folio runs` lists the runs.'],
      ['min', '`npx folio runs` lists the runs.'],
    ] as const) {
      const { code, err } = await folio(['delete', reference, '--yes'], { fake });
      expect(code).toBe(1);
      expect(err.split('\n')[1]).toBe(hint);
    }
    expect(fake.deleted).toEqual([]);
    expect((await folio(['show', 'mime'], { fake })).err).toContain('Did you mean "mine" (2)?');
    expect((await folio(['show', 'min'], { fake })).code).toBe(0);
    expect((await folio(['delete', 'MINE', '--yes'], { fake })).code).toBe(0);
    expect(fake.deleted).toEqual([2]);
  });

  it('refuses a run that is being trained', async () => {
    const { code, err } = await folio(['delete', '1', '--yes'], { fake: fakeApp([run({ status: 'running' })]) });
    expect(code).toBe(1);
    expect(err).toContain('running');
  });
});
