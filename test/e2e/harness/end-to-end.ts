/** What the end-to-end tests share: one browser a file, records in temporary folders, and what must be true after every test. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext } from 'vitest';
import { findChromium, NO_CHROMIUM } from './chromium.ts';
import { FolioWindow, type WindowOptions } from './folio-window.ts';
import { ServedFolio } from './served-folio.ts';

const WHY_NOT =
  process.platform !== 'linux'
    ? 'they look into /proc, which only Linux has'
    : findChromium() === null
      ? NO_CHROMIUM
      : null;

/** A describe for tests that need the browser; where there is none they are skipped, with the reason in their title. */
export function describeInBrowser(title: string, tests: () => void): void {
  describe.skipIf(WHY_NOT !== null)(WHY_NOT === null ? title : `${title} (skipped: ${WHY_NOT})`, tests);
}

/** Programs and windows of one test file. */
export class EndToEnd {
  readonly #folders: string[] = [];
  #browser: Browser | null = null;
  #folio: ServedFolio | null = null;
  #windows: FolioWindow[] = [];

  /** Call once, in a describe: starts the browser, and looks after each test whether anything went wrong unseen. */
  static use(): EndToEnd {
    const all = new EndToEnd();
    beforeAll(async () => {
      all.#browser = await launchChromium();
    });
    afterEach((context) => all.#check(context));
    afterAll(async () => {
      await all.closeWindows();
      await all.#browser?.close();
      await all.stop();
      for (const folder of all.#folders) rmSync(folder, { recursive: true, force: true });
    });
    return all;
  }

  get folio(): ServedFolio {
    if (this.#folio === null) throw new Error('the program has not been started');
    return this.#folio;
  }

  /** A folder that is gone after the file's tests; a copy of `from` where it is given. */
  folder(from?: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'folio-e2e-'));
    this.#folders.push(folder);
    if (from !== undefined) cpSync(from, folder, { recursive: true });
    return folder;
  }

  /** Serves this record instead of the one before, whose windows are closed. */
  async serve(dataDir: string): Promise<ServedFolio> {
    await this.closeWindows();
    await this.stop();
    this.#folio = await ServedFolio.start(dataDir);
    return this.#folio;
  }

  /** Ends the program. */
  async stop(): Promise<void> {
    await this.#folio?.stop();
    this.#folio = null;
  }

  async window(options: WindowOptions = {}): Promise<FolioWindow> {
    if (this.#browser === null) throw new Error('the browser has not been started');
    const window = await FolioWindow.open(this.#browser, this.folio.address, options);
    this.#windows.push(window);
    return window;
  }

  async closeWindows(): Promise<void> {
    for (const window of this.#windows.splice(0)) await window.close();
  }

  async #check({ task }: TestContext): Promise<void> {
    if (task.result?.state === 'fail') {
      for (const window of this.#windows) console.log(`The window: ${await window.picture(task.name)}`);
    }
    expect(this.#windows.flatMap((window) => window.problems())).toEqual([]);
    if (this.#folio !== null) expect(this.#folio.strangers()).toEqual([]);
  }
}

/** Without its sandbox only for root, for whom it does not work. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(NO_CHROMIUM);
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}
