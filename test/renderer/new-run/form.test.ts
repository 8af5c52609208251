import { describe, expect, it } from 'vitest';
import { NewRunForm } from '../../../src/renderer/screens/new-run/form.svelte.ts';
import type { Folio } from '../../../src/renderer/state/folio.svelte.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const corpus = { id: 3, name: 'tale', characters: 500_000, vocabularySize: 40, builtin: true };

/** A form in a window with one text, whose facts come when the test says. */
function formWith(facts: Promise<unknown> = Promise.resolve([])) {
  const request = (name: string): Promise<unknown> => {
    if (name === 'corpora:characters') return facts;
    return Promise.resolve(
      name === 'corpora:excerpt' ? 'Once upon a time' : { freeMemoryBytes: null, freeDiskBytes: null },
    );
  };
  const folio = {
    client: { request },
    preferences: { engine: 'auto', newRunDraft: '' },
    corpora: { list: [corpus], find: (id: number) => (id === corpus.id ? corpus : null) },
    runs: { list: [] },
    notices: { guard: (work: () => Promise<unknown>) => work() },
  };
  return new NewRunForm(folio as unknown as Folio); // what a form asks for before it starts a run
}

describe('the form of a new run', () => {
  it('shows a value that cannot be read as the one before it, not as the preset’s', () => {
    const form = formWith();
    form.choosePreset('tutorial');
    expect(form.summary.totalParameters).toBeGreaterThan(3_000_000);
    form.change({ units: '256' });
    const planned = form.summary.totalParameters;
    for (const typed of ['25', '2', '0', '', 'many']) form.change({ units: typed });
    // 25 and 2 are numbers of units, too; what follows is none.
    expect([form.read.nearest.units, form.read.config]).toEqual([2, null]);
    form.change({ units: '256' });
    form.change({ units: '0' });
    form.change({ layers: '2' });
    form.change({ layers: '1' });
    expect([form.read.nearest.units, form.summary.totalParameters]).toEqual([256, planned]);
    expect(form.changed.has('units')).toBe(true);
  });

  it.each([
    ['another preset', (form: NewRunForm) => form.choosePreset('quick')],
    ['all settings reset', (form: NewRunForm) => form.resetAll()],
    ['a new beginning', (form: NewRunForm) => form.startOver()],
    ['a draft', (form: NewRunForm) => form.fill(formWith().snapshot())],
  ])('forgets it with %s', (_, fill) => {
    const form = formWith();
    form.change({ units: '96' });
    form.change({ units: '0' });
    fill(form);
    form.change({ units: 'x' });
    expect(form.read.nearest.units).toBe(PRESETS.quick.config.units);
  });

  it('leaves what comes after its page has gone', async () => {
    let arrive: (counts: unknown) => void = () => undefined;
    const form = formWith(new Promise((resolve) => (arrive = resolve)));
    const begun = form.begin(null, null);
    form.leave();
    arrive([['a', 7]]);
    await begun;
    expect([form.left, form.facts]).toEqual([true, null]);
    const stays = formWith(Promise.resolve([['a', 7]]));
    await stays.begin(null, null);
    expect(stays.facts?.vocabulary).toEqual(new Set(['a']));
  });
});
