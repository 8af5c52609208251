/** With motion, as a person has it who asked for nothing: a new text is typed in, once. The other tests do without. */
import { expect } from 'vitest';
import { PRESETS } from '../../src/shared/presets.ts';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { steps } from './harness/steps.ts';

/** Notes in the page how long an epoch's text is, each time that it changes. @param label of the text */
const noteLengths = (label: string): string => `{
  const lengths = (window.noted = []);
  const look = () => {
    const text = document.querySelector('main [role=group][aria-label="${label}"]');
    const length = text === null ? 0 : text.textContent.length;
    if (lengths.at(-1) !== length) lengths.push(length);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
}`;

describeInBrowser('with motion', () => {
  const all = EndToEnd.use();
  const step = steps();
  let window: FolioWindow;
  let run = 0;

  step('a text that has just been written is typed in, stroke by stroke, to its end', async () => {
    await all.serve(all.folder());
    window = await all.window({ motion: true });
    const { page, words } = window;
    const [corpus] = await ask(page, 'corpora:list', {});
    const config = {
      ...PRESETS.quick.config,
      units: 8,
      embeddingSize: 4,
      epochs: 1,
      maxSteps: 40,
      validationFraction: 0,
      sampleLength: 400,
    };
    await page.evaluate(noteLengths(words.common.Epoch(1)));
    ({ run } = await ask(page, 'training:start', {
      name: 'Typed',
      preset: 'quick',
      corpusId: corpus?.id ?? 0,
      config,
      engine: 'wasm',
    }));
    await page.evaluate(`location.hash = '#/run/${run}'`);
    await window.heading('Typed').waitFor();
    const whole = Array.from((await firstSample()).text).length;
    const lengths = (): Promise<number[]> => page.evaluate<number[]>('window.noted');
    await expect.poll(async () => (await lengths()).at(-1) ?? 0, { timeout: 10_000 }).toBeGreaterThanOrEqual(whole);
    const seen = (await lengths()).filter((length) => length > 0);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b)); // it only grows
  });

  step('and stands there at once when one comes back to it', async () => {
    const { page } = window;
    await window.go({ screen: 'runs' });
    await page.evaluate('window.noted.length = 0');
    await window.go({ screen: 'run', run });
    const whole = Array.from((await firstSample()).text).length;
    await expect.poll(() => page.evaluate<number>('window.noted.at(-1) ?? 0')).toBeGreaterThanOrEqual(whole);
    expect((await page.evaluate<number[]>('window.noted')).filter((length) => length > 0 && length < whole)).toEqual(
      [],
    );
  });

  async function firstSample(): Promise<{ readonly text: string }> {
    const list = async () => ask(window.page, 'samples:list', { id: run, origin: 'training', offset: 0, limit: 1 });
    await expect.poll(async () => (await list()).total, { timeout: 60_000 }).toBeGreaterThan(0);
    const [sample] = (await list()).samples;
    if (sample === undefined) throw new Error('nothing was written');
    return sample;
  }
});
