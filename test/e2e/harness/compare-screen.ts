/** The screen of comparisons as a person uses it, and what stands on it. */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { FolioWindow } from './folio-window.ts';

export type Side = 'left' | 'right';

/** A piece of a text on the page. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** Waits for what comes long before, except on a machine that does much else. */
export function poll<T>(look: () => T | Promise<T>, message?: string): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 20_000, ...(message !== undefined && { message }) });
}

export class CompareScreen {
  readonly #window: FolioWindow;

  constructor(window: FolioWindow) {
    this.#window = window;
  }

  pane(side: Side): Locator {
    const { page, words } = this.#window;
    return page.getByRole('region', { name: words.compare.sides[side], exact: true });
  }

  handle(side: Side): Locator {
    const { page, words } = this.#window;
    return page.getByRole('slider', { name: words.compare.handle[side], exact: true });
  }

  /** The epoch that a pane's heading names. */
  async epoch(side: Side): Promise<number> {
    const heading = await this.pane(side).getByRole('heading', { level: 2 }).innerText();
    return Number(/\d+/.exec(heading)?.[0]);
  }

  /** A pane's text as it is shown, cut where marks begin and end; without the prompt. */
  pieces(side: Side): Promise<Piece[]> {
    return this.pane(side)
      .locator('[lang=""]')
      .evaluate((element) => {
        const { childNodes } = element as unknown as {
          readonly childNodes: Iterable<{ readonly nodeName: string; readonly textContent: string }>;
        };
        return [...childNodes]
          .filter(({ nodeName }) => nodeName === 'MARK' || nodeName === '#text')
          .map(({ nodeName, textContent }) => ({ text: textContent, marked: nodeName === 'MARK' }))
          .filter(({ text }) => text !== '');
      });
  }

  async text(side: Side): Promise<string> {
    return (await this.pieces(side)).map(({ text }) => text).join('');
  }

  async marked(side: Side): Promise<string[]> {
    return (await this.pieces(side)).flatMap(({ text, marked }) => (marked ? [text] : []));
  }

  /** What stands under a pane's text beside such a name. */
  figure(side: Side, name: string): Promise<string> {
    return this.pane(side)
      .locator('footer dl > div')
      .filter({ has: this.#window.page.getByText(name, { exact: true }) })
      .locator('dd')
      .innerText();
  }

  /** Another run in a pane, by its list. */
  async choose(side: Side, from: string, to: string): Promise<void> {
    const { page, words } = this.#window;
    await this.#window.button(`${words.compare.run[side]}: ${from}`).click();
    await page.getByPlaceholder(words.compare.searchRuns).fill(to);
    await page.getByRole('option').filter({ hasText: to }).click();
    await this.#window.button(`${words.compare.run[side]}: ${to}`).waitFor();
  }

  get legend(): Locator {
    return this.#window.page.getByRole('figure').getByRole('listitem');
  }

  /** The first column of the table below the curves. */
  async rows(): Promise<string[]> {
    return (await this.#window.page.locator('tbody').getByRole('rowheader').allInnerTexts()).map((text) => text.trim());
  }
}
