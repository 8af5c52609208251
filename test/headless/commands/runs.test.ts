/** The commands that look at runs and delete them. */
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
