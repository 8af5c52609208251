/** From the smallest window to a large one nothing scrolls sideways, no text is cut off that was not meant to be, and the strip of the training is there. */
import { beforeAll, describe, expect, it } from 'vitest';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { layoutFaults } from './harness/layout.ts';
import { makeFullRecord } from './harness/made-record.ts';
import { eachPopup, EMPTY_SCREENS, FULL_SCREENS, type Screen, unfoldAll } from './harness/screens.ts';
import { trainForever } from './harness/training.ts';

const SIZES = [
  { width: 900, height: 600 },
  { width: 1360, height: 860 },
  { width: 2560, height: 1440 },
] as const;

async function faultsOf(window: FolioWindow, { name, route }: Screen): Promise<string[]> {
  const found: string[] = [];
  await window.go(route);
  for (const size of SIZES) {
    await window.page.setViewportSize(size);
    await window.settled();
    const at = `${name}, ${size.width}x${size.height}`;
    const look = async (where: string): Promise<void> => {
      found.push(...(await layoutFaults(window.page)).map((fault) => `${where}: ${fault}`));
    };
    await look(at);
    if (size.width !== 900) continue;
    await unfoldAll(window);
    await look(`${at}, unfolded`);
    await eachPopup(window, (popup) => look(`${at}, ${popup}`));
  }
  return found;
}

describeInBrowser('the layout', () => {
  const all = EndToEnd.use();
  let window: FolioWindow;

  it('is seen when it is broken', async () => {
    await all.serve(all.folder());
    window = await all.window();
    expect(await layoutFaults(window.page)).toEqual([]);
    await window.page.evaluate(`document.querySelector('main h1').style.marginLeft = '3000px'`);
    expect((await layoutFaults(window.page)).length).toBeGreaterThan(0);
  });

  describe('of an empty record', () => {
    beforeAll(async () => {
      await all.serve(all.folder());
      window = await all.window();
    });
    it.each(EMPTY_SCREENS)('$name', async (screen) => {
      expect(await faultsOf(window, screen)).toEqual([]);
    });
  });

  it.each(['en', 'zh'] as const)(
    'of a small window does not scroll sideways when a setting was changed (%s)',
    async (language) => {
      await all.serve(all.folder());
      const { page, words } = await all.window({ width: 900, height: 600, language });
      const { newRun } = words;
      await page.getByRole('button', { name: newRun.first.choose, exact: true }).click();
      await page
        .locator('details', { has: page.getByRole('heading', { name: newRun.settings.groups.network, exact: true }) })
        .locator('summary')
        .click();
      await page.getByRole('textbox', { name: newRun.settings.fields.units.label, exact: true }).fill('8000');
      await page.getByRole('button', { name: newRun.settings.resetAll, exact: true }).waitFor();
      const wide = await page.evaluate<string[]>(`[...document.querySelectorAll('main *')]
      .filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth)
      .map((one) => one.className + ': ' + one.scrollWidth + ' px in ' + one.clientWidth)`);
      expect(wide).toEqual([]);
    },
  );

  describe('of a full record, while something trains', () => {
    beforeAll(async () => {
      const folder = all.folder();
      makeFullRecord(folder);
      await all.serve(folder);
      window = await all.window();
      await trainForever(window);
    });
    it.each(FULL_SCREENS)('$name', async (screen) => {
      expect(await faultsOf(window, screen)).toEqual([]);
      const strip = await window.strip.boundingBox();
      const size = window.page.viewportSize();
      expect(strip, 'the strip').not.toBeNull();
      expect(Math.round((strip?.y ?? 0) + (strip?.height ?? 0))).toBe(size?.height);
    });
  });
});
