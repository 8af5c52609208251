/** Every screen with something on it, and what can be opened on each: for the tests and pictures that go through all of them. */
import type { Locator } from 'playwright-core';
import type { Route } from '../../../src/renderer/lib/routes.ts';
import type { FolioWindow } from './folio-window.ts';
import { FULL } from './made-record.ts';

export interface Screen {
  readonly name: string;
  readonly route: Route;
}

const START: Route = { screen: 'new', from: null, corpus: null };
const NO_COMPARISON: Route = { screen: 'compare', left: null, right: null, runs: [] };

/** Of a record without any run. */
export const EMPTY_SCREENS: readonly Screen[] = [
  { name: 'first start', route: START },
  { name: 'runs', route: { screen: 'runs' } },
  { name: 'compare', route: NO_COMPARISON },
  { name: 'generate', route: { screen: 'generate', run: null, epoch: 'last' } },
  { name: 'texts', route: { screen: 'texts' } },
  { name: 'settings', route: { screen: 'settings' } },
];

/** Of the record that made-record.ts makes. */
export const FULL_SCREENS: readonly Screen[] = [
  { name: 'new run', route: START },
  { name: 'new run like another', route: { screen: 'new', from: FULL.second, corpus: null } },
  { name: 'runs', route: { screen: 'runs' } },
  { name: 'run', route: { screen: 'run', run: FULL.first } },
  { name: 'stopped run with a long name', route: { screen: 'run', run: FULL.second } },
  { name: 'failed run', route: { screen: 'run', run: FULL.failed } },
  { name: 'run on a Chinese text', route: { screen: 'run', run: FULL.chinese } },
  { name: 'run that is not there', route: { screen: 'run', run: 9999 } },
  {
    name: 'compare epochs',
    route: {
      screen: 'compare',
      left: { run: FULL.first, epoch: 1 },
      right: { run: FULL.first, epoch: 5 },
      runs: [FULL.first],
    },
  },
  {
    name: 'compare runs',
    route: {
      screen: 'compare',
      left: { run: FULL.first, epoch: 6 },
      right: { run: FULL.second, epoch: 3 },
      runs: [FULL.first, FULL.second, FULL.failed],
    },
  },
  { name: 'generate', route: { screen: 'generate', run: FULL.first, epoch: 'best' } },
  { name: 'texts', route: { screen: 'texts' } },
  { name: 'settings', route: { screen: 'settings' } },
];

/** Unfolds everything on the screen that is folded. */
export async function unfoldAll({ page }: FolioWindow): Promise<void> {
  await page.evaluate(`for (const one of document.querySelectorAll('main details')) one.open = true;`);
}

/** What opens a dialog, a menu or a list: each is opened, looked at and closed again. */
export async function eachPopup(window: FolioWindow, look: (name: string) => Promise<void>): Promise<number> {
  const openers = window.main.locator('[aria-haspopup]:not([aria-haspopup="false"]):visible:enabled');
  // Of lists with a menu in every row the first ones are enough.
  const seen = new Set<string>();
  for (let i = 0; i < (await openers.count()) && seen.size < 12; i++) {
    const opener = openers.nth(i);
    const kind = await kindOf(opener);
    if (seen.has(kind)) continue;
    seen.add(kind);
    await opener.click();
    const popup = window.page
      .locator('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]')
      .filter({ visible: true });
    await popup.first().waitFor();
    await look(kind);
    await window.page.keyboard.press('Escape');
    await popup.first().waitFor({ state: 'hidden' });
  }
  return seen.size;
}

/** The same for openers that do the same thing on different rows. */
async function kindOf(opener: Locator): Promise<string> {
  const [popup, name, testId] = await Promise.all([
    opener.getAttribute('aria-haspopup'),
    opener.evaluate(
      (element) =>
        (element as { ariaLabel: string | null; textContent: string | null }).ariaLabel ??
        (element as { textContent: string | null }).textContent ??
        '',
    ),
    opener.getAttribute('data-testid'),
  ]);
  return `${popup ?? ''} ${testId ?? name.trim().replace(/“.*”|\d+/g, '…')}`;
}
