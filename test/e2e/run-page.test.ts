/** What can be done with a run on its own page, and where: its menu, and the strip at the foot of the window. */
import axe from 'axe-core';
import { beforeAll, expect } from 'vitest';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { FULL, makeFullRecord } from './harness/made-record.ts';
import { steps } from './harness/steps.ts';
import { trainForever } from './harness/training.ts';

describeInBrowser('the page of a run', () => {
  const all = EndToEnd.use();
  const step = steps();
  let window: FolioWindow;
  beforeAll(async () => {
    const folder = all.folder();
    makeFullRecord(folder);
    await all.serve(folder);
    window = await all.window({ bypassPolicy: true });
  });
  const focused = () => expect.poll(() => window.page.evaluate(`document.activeElement?.textContent?.trim()`));

  step('exports the whole run from its menu, by the keys alone', async () => {
    const { page, words } = window;
    await window.go({ screen: 'run', run: FULL.first });
    const more = window.button(words.run.moreActions);
    await more.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: words.keeping.exportRun, exact: true }).focus();
    await page.keyboard.press('Enter');
    const sheet = page.getByRole('dialog', { name: words.keeping.exportTitle('First try') });
    await sheet.waitFor();
    expect(await page.evaluate(`document.activeElement?.closest('[role=dialog]') !== null`)).toBe(true);
    await page.evaluate(axe.source);
    expect(await page.evaluate(`axe.run(document).then(({ violations }) => violations.map(({ id }) => id))`)).toEqual(
      [],
    );
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await focused().toBe(words.common.more);

    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: words.keeping.exportRun, exact: true }).click();
    const download = page.waitForEvent('download');
    await window.button(words.keeping.exportChoose, sheet).click();
    expect((await download).suggestedFilename()).toBe('First try.folio');
    await sheet.waitFor({ state: 'detached' });
  });

  step('has pause and stop once, in the strip, which gives way once the run has ended', async () => {
    const { words, strip, main } = window;
    const run = await trainForever(window);
    await window.go({ screen: 'run', run });
    await window.button(words.shell.goOn, strip).waitFor();
    for (const name of [words.shell.goOn, words.shell.pause, words.shell.stop])
      expect(await window.button(name, main).count(), name).toBe(0);
    await window.button(words.shell.stop, strip).click();
    await main.getByText(words.common.statuses.stopped, { exact: true }).first().waitFor();
    await strip.waitFor({ state: 'detached' });
    await window.button(words.run.resume, main).first().waitFor();
    await window.go({ screen: 'runs' });
    await strip.getByText(words.common.statuses.stopped).waitFor();
    expect((await ask(window.page, 'runs:show', { id: run })).status).toBe('stopped');
  });
});
