/** axe-core finds nothing serious on any screen, dialog or menu: light and dark, full and empty, and while something trains. */
import axe from 'axe-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { makeFullRecord } from './harness/made-record.ts';
import { eachPopup, EMPTY_SCREENS, FULL_SCREENS, type Screen, unfoldAll } from './harness/screens.ts';
import { trainForever } from './harness/training.ts';

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe-core finds on the screen as it is, serious and critical only, a line each. */
async function violations(window: FolioWindow, where: string): Promise<string[]> {
  const loaded = await window.page.evaluate<boolean>(`typeof axe === 'object'`);
  if (!loaded) await window.page.evaluate(axe.source);
  const found = await window.page.evaluate<Violation[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${where}: ${id} (${help}) ${html.slice(0, 200)} ${failureSummary}`),
    );
}

/** All of a screen, folded and unfolded, with each of its dialogs and menus, light and dark. */
async function lookAt(window: FolioWindow, { name, route }: Screen): Promise<string[]> {
  await window.go(route);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await window.page.emulateMedia({ colorScheme });
    await unfoldAll(window);
    found.push(...(await violations(window, `${name}, ${colorScheme}`)));
  }
  await eachPopup(window, async (popup) => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await window.page.emulateMedia({ colorScheme });
      found.push(...(await violations(window, `${name}, ${popup}, ${colorScheme}`)));
    }
  });
  return found;
}

describeInBrowser('axe-core finds nothing serious', () => {
  const all = EndToEnd.use();
  let window: FolioWindow;
  const open = async (): Promise<void> => {
    window = await all.window({ bypassPolicy: true });
  };

  it('when it is asked about what is wrong, it does', async () => {
    await all.serve(all.folder());
    await open();
    await window.page.evaluate(`document.querySelector('main').append(document.createElement('button'))`);
    expect((await violations(window, 'planted')).join('\n')).toContain('button-name');
  });

  describe('in an empty record', () => {
    beforeAll(async () => {
      await all.serve(all.folder());
      await open();
    });
    it.each(EMPTY_SCREENS)('$name', async (screen) => {
      expect(await lookAt(window, screen)).toEqual([]);
    });
  });

  describe('in a full record', () => {
    beforeAll(async () => {
      const folder = all.folder();
      makeFullRecord(folder);
      await all.serve(folder);
      await open();
    });
    it.each(FULL_SCREENS)('$name', async (screen) => {
      expect(await lookAt(window, screen)).toEqual([]);
    });

    it('while something trains', async () => {
      const run = await trainForever(window);
      expect(await lookAt(window, { name: 'run', route: { screen: 'run', run } })).toEqual([]);
    });
  });
});
