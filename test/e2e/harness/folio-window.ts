/** A page of the served program in Chromium: opened with its token as a person opens it, and listened to for everything that must not happen. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { createFormat, type Format } from '../../../src/renderer/lib/format.ts';
import { addressOf, type Route } from '../../../src/renderer/lib/routes.ts';
import { en, type Words } from '../../../src/renderer/words/en/index.ts';
import { zh } from '../../../src/renderer/words/zh/index.ts';
import { makeUp, type MadeAnswers } from './made-answers.ts';

export interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly language?: 'en' | 'zh';
  /** With the motion that a person sees who has asked for nothing; without it unless it is what is tested. */
  readonly motion?: boolean;
  /** Lets axe-core into a page whose policy allows no script but its own. */
  readonly bypassPolicy?: boolean;
  /** Made up instead of what the program says. */
  readonly answers?: MadeAnswers;
}

/** Where a failed test leaves its picture. */
const PICTURES = join(tmpdir(), 'folio-e2e');
/** What is waited for comes long before, except on a machine that does much else. */
const PATIENCE_MS = 30_000;

export class FolioWindow {
  readonly page: Page;
  readonly words: Words;
  readonly format: Format;
  readonly #context: BrowserContext;
  readonly #origin: string;
  readonly #problems: string[] = [];
  readonly #expected: RegExp[] = [];
  #requests = 0;

  private constructor(context: BrowserContext, page: Page, address: string, language: 'en' | 'zh') {
    this.#context = context;
    this.page = page;
    this.#origin = new URL(address).host;
    this.words = language === 'zh' ? zh : en;
    this.format = createFormat(language);
    this.#listen();
  }

  /** Opens the address with the token, and waits for the first screen. */
  static async open(browser: Browser, address: string, options: WindowOptions = {}): Promise<FolioWindow> {
    const {
      width = 1360,
      height = 860,
      scheme = 'light',
      language = 'en',
      bypassPolicy = false,
      motion = false,
    } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      acceptDownloads: true,
      bypassCSP: bypassPolicy,
      reducedMotion: motion ? 'no-preference' : 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const window = new FolioWindow(context, page, address, language);
    if (options.answers !== undefined) await makeUp(page, options.answers);
    await page.goto(address);
    await window.heading().waitFor();
    return window;
  }

  /** What went wrong since the last look: requests that left, errors and warnings in the page. Looking forgets them. */
  problems(): readonly string[] {
    return this.#problems.splice(0).filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
  }

  /** How many requests and sockets were seen: none would mean that nobody listens. */
  get requestsSeen(): number {
    return this.#requests;
  }

  /** A problem that the test brings about on purpose. */
  expectProblem(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** The heading of the screen. */
  heading(name?: string): Locator {
    return name === undefined
      ? this.page.getByRole('heading', { level: 1 }).first()
      : this.page.getByRole('heading', { level: 1, name, exact: true });
  }

  button(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true });
  }

  get rail(): Locator {
    return this.page.getByRole('navigation', { name: this.words.shell.navigation, exact: true });
  }

  get strip(): Locator {
    return this.page.getByRole('region', { name: this.words.shell.strip, exact: true });
  }

  get notices(): Locator {
    return this.page.getByRole('region', { name: this.words.shell.notices, exact: true });
  }

  get main(): Locator {
    return this.page.getByRole('main');
  }

  /** By the rail, as a person goes. */
  async railTo(name: string): Promise<void> {
    await this.rail.getByRole('link', { name: new RegExp(`^${name}( [\\d,]+)?$`) }).click();
  }

  /** By the address; waits until the screen has a heading and nothing is loading. */
  async go(route: Route): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(addressOf(route))}`);
    await this.settled();
  }

  /** Waits until the screen stands: a heading, no word of loading, fonts there, and two frames drawn. */
  async settled(): Promise<void> {
    await this.heading().waitFor();
    // Not by waitForFunction, which evaluates text in the page itself: the page's policy forbids that.
    await expect
      .poll(() => this.page.evaluate<string>(`document.querySelector('main')?.innerText ?? ''`), {
        timeout: PATIENCE_MS,
      })
      .not.toContain(this.words.common.loading);
    await this.page.evaluate(
      'document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))',
    );
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.settled();
  }

  /** Saves what is on the screen; returns where. */
  async picture(name: string): Promise<string> {
    mkdirSync(PICTURES, { recursive: true });
    const path = join(PICTURES, `${name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  #listen(): void {
    const { page } = this;
    const check = (what: string, address: string): void => {
      this.#requests++;
      const url = new URL(address);
      if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.host !== this.#origin) {
        this.#problems.push(`${what} to ${address}`);
      }
    };
    this.#context.on('request', (request) => check('a request', request.url()));
    page.on('websocket', (socket) => check('a WebSocket', socket.url()));
    page.on('pageerror', (error) => this.#problems.push(`an error in the page: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      const type = message.type();
      // Svelte's own warnings, too: of the built page they are an address each, like …/e/derived_inert.
      if (type === 'error' || type === 'warning') {
        this.#problems.push(`${type === 'error' ? 'an error' : 'a warning'} in the console: ${message.text()}`);
      }
    });
    page.on('crash', () => this.#problems.push('the page crashed'));
  }
}
