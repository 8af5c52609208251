/** What the end-to-end tests share: one browser a file, records in temporary folders, and what must be true after every test. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext } from 'vitest';
import { findChromium, NO_CHROMIUM, startedChromium } from './chromium.ts';
import { ConnectionWatch } from './connections.ts';
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

/** A browser has many processes with many files each. */
const BROWSER_LOOK_MS = 200;
/** Chromium asks its own system whether IPv6 has a way out: a socket is connected, nothing is sent, and it is closed at once. */
const IPV6_PROBE = /^udp6 \w+:\d+ -> 20014860486000000000000000008888:443$/;

/** Programs and windows of one test file. */
export class EndToEnd {
  readonly #folders: string[] = [];
  #browser: Browser | null = null;
  #browserWatch: ConnectionWatch | null = null;
  #folio: ServedFolio | null = null;
  #windows: FolioWindow[] = [];

  /** Call once, in a describe: starts the browser, and looks after each test whether anything went wrong unseen. */
  static use(): EndToEnd {
    const all = new EndToEnd();
    beforeAll(async () => {
      all.#browser = await launchChromium();
      all.#browserWatch = new ConnectionWatch(startedChromium(), BROWSER_LOOK_MS);
    });
    afterEach((context) => all.#check(context));
    afterAll(async () => {
      await all.closeWindows();
      all.#browserWatch?.close();
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

  /** The connections of the browser's own processes, whatever its pages know of them. */
  get browserWatch(): ConnectionWatch {
    if (this.#browserWatch === null) throw new Error('the browser has not been started');
    return this.#browserWatch;
  }

  /** What led from the browser away from this machine, in words. */
  browserStrangers(): readonly string[] {
    return this.browserWatch.strangers.filter((stranger) => !IPV6_PROBE.test(stranger));
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

  window(options: WindowOptions = {}): Promise<FolioWindow> {
    return this.windowAt(this.folio.address, options);
  }

  /** A window of a program that the test itself has started. */
  async windowAt(address: string, options: WindowOptions = {}): Promise<FolioWindow> {
    if (this.#browser === null) throw new Error('the browser has not been started');
    const window = await FolioWindow.open(this.#browser, address, options);
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
    this.browserWatch.look();
    expect(this.browserStrangers()).toEqual([]);
  }
}

/**
 * Playwright starts Chromium with --disable-background-networking and its like, and Chromium asks its makers all the same: for the time, for
 * accounts, for components. It is told that their hosts are not to be found, so that whatever the watch of its connections sees is Folio's.
 */
const QUIET = `--host-resolver-rules=${['google.com', 'googleapis.com', 'gstatic.com'].map((host) => `MAP *.${host} ~NOTFOUND`).join(',')}`;

/** Without its sandbox only for root, for whom it does not work. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(NO_CHROMIUM);
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args: [QUIET] });
}
