import { describe, expect, it } from 'vitest';
import { RunPage } from '../../../src/renderer/screens/run/run-page.svelte.ts';
import type { Folio } from '../../../src/renderer/state/folio.svelte.ts';
import { NO_BEGINNING } from '../../../src/shared/beginning.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const detail = {
  id: 7,
  updatedAt: 1,
  config: PRESETS.quick.config,
  vocabulary: ['a', 'b'],
  epochs: [],
  checkpoints: [],
};

/** A page whose program answers as the test says. */
function pageWith(answers: Readonly<Record<string, () => unknown>>): RunPage {
  const request = (name: string): Promise<unknown> => Promise.resolve().then(() => answers[name]?.());
  const guard = (work: () => Promise<unknown>): Promise<unknown> => work();
  const folio = { client: { request }, runs: { find: () => null }, training: { live: null }, notices: { guard } };
  return new RunPage(folio as unknown as Folio, 7); // what it asks for when it is read
}

const fails = (error: Error) => (): never => {
  throw error;
};

describe('the page of a run', () => {
  it('shows the run and says that what it told at its beginning is damaged, until that can be read', async () => {
    let beginning = fails(new FolioError('damaged', 'not what Folio writes')) as () => unknown;
    const page = pageWith({
      'runs:show': () => detail,
      'samples:by-epoch': () => [],
      'runs:beginning': () => beginning(),
    });
    await page.load();
    expect([page.run?.id, page.error]).toEqual([7, null]);
    expect(page.troubles).toMatchObject([{ code: 'damaged', message: 'not what Folio writes' }]);
    beginning = () => NO_BEGINNING;
    await page.load();
    expect(page.troubles).toEqual([]);
  });

  it('says so too when its texts cannot be read', async () => {
    const page = pageWith({
      'runs:show': () => detail,
      'samples:by-epoch': fails(new FolioError('damaged', 'no texts')),
      'runs:beginning': () => NO_BEGINNING,
    });
    await page.load();
    expect(page.run?.id).toBe(7);
    expect(page.troubles).toMatchObject([{ message: 'no texts' }]);
  });

  it('is read again when its training has told its plan: only then has it gone back to a checkpoint', async () => {
    let steps = [1, 2, 3];
    const page = pageWith({
      'runs:show': () => ({ ...detail, step: steps.length }),
      'samples:by-epoch': () => [],
      'runs:beginning': () => NO_BEGINNING,
      'runs:curve': () => ({ step: steps, x: steps, loss: steps, epochs: [] }),
    });
    page.curve.ask({ axis: 'step', smoothing: 0, points: 100, range: null });
    await page.load();
    page.hear([{ run: 7, type: 'created', name: 'a' }]);
    await expect.poll(() => page.curve.curve?.step).toEqual([1, 2, 3]);
    steps = [1];
    const { config } = PRESETS.quick;
    const plan = { stepsPerEpoch: 9, totalSteps: 9, trainingCharacters: 9, validationCharacters: 0, reason: null };
    page.hear([{ run: 7, type: 'plan', config, ...plan }]);
    await expect.poll(() => [page.run?.step, page.curve.curve?.step]).toEqual([1, [1]]);
  });

  it('is missing when the record does not know it', async () => {
    const gone = fails(new FolioError('not-found', 'there is no run 7'));
    const page = pageWith({
      'runs:show': gone,
      'samples:by-epoch': gone,
      'runs:beginning': gone,
      'runs:deleted': () => [],
    });
    await page.load();
    expect([page.run, page.missing]).toEqual([null, 'unknown']);
  });
});
