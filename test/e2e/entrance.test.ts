/** Who comes with an old address or with none meets a page that looks like the app, and is let in by the new one. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, EndToEnd, launchChromium } from './harness/end-to-end.ts';
import { layoutFaults } from './harness/layout.ts';

describeInBrowser('the page for an old address', () => {
  const all = EndToEnd.use();
  let browser: Browser;
  beforeAll(async () => {
    await all.serve(all.folder());
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** A page of a browser that has no cookie, with what the policy stopped. */
  async function open(
    address: string,
    options: { readonly locale?: string; readonly colorScheme?: 'light' | 'dark' } = {},
  ): Promise<{ readonly page: Page; readonly complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 900, height: 600 }, bypassCSP: false, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return { page, complaints };
  }
  const old = (): string => all.folio.address.replace(/#token=.*/, '#token=yesterday');
  const backgroundOf = (page: Page): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  it.each([
    ['en-GB', 'light', 'Folio has a newer address', 'rgb(251, 249, 244)'],
    ['en-GB', 'dark', 'Folio has a newer address', 'rgb(21, 23, 28)'],
    ['zh-CN', 'light', 'Folio 有新的地址', 'rgb(251, 249, 244)'],
    ['zh-CN', 'dark', 'Folio 有新的地址', 'rgb(21, 23, 28)'],
  ] as const)('says so, %s, %s', async (locale, colorScheme, heading, background) => {
    const { page, complaints } = await open(old(), { locale, colorScheme });
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    expect(await page.getByRole('heading').count()).toBe(1); // in one language
    expect(await backgroundOf(page)).toBe(background);
    expect(page.url()).not.toContain('yesterday');
    expect(await layoutFaults(page)).toEqual([]);
    // The browser itself tells of the token that was refused; the policy stopped nothing.
    expect(complaints.filter((text) => !/401/.test(text))).toEqual([]);
    await page.context().close();
  });

  it('has nothing that axe-core finds serious', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ bypassCSP: true, colorScheme });
      const page = await context.newPage();
      await page.goto(old());
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.evaluate(axe.source);
      expect(
        await page.evaluate<string[]>(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, help }) => id + ': ' + help))`,
        ),
      ).toEqual([]);
      await context.close();
    }
  });

  it('lets the new address in, typed over the old one', async () => {
    const { page } = await open(new URL('/', old()).href);
    await page.goto(all.folio.address);
    await page.getByRole('navigation').waitFor();
    expect(page.url()).not.toContain('token');
    await page.context().close();
  });
});
