/** Times in the page. */
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildWhenStale } from '../../scripts/app-build.ts';
import { launchChromium } from '../../test/e2e/harness/end-to-end.ts';

/** Builds the page unless it is up to date. */
export async function ensureBuilt(): Promise<void> {
  const failure = await buildWhenStale(resolve(import.meta.dirname, '../..'), (line) => console.error(line));
  if (failure !== null) throw new Error(failure);
}

/** A page at this address, in a Chromium as a person has it: with motion. */
export async function openPage(address: string): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 }, locale: 'en-GB' });
  page.on('pageerror', (error) => console.error(`in the page: ${error.message}`));
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  return { browser, page };
}

/** A script for the page, which has no types here: the next frame is drawn. */
export const FRAME = 'new Promise((done) => requestAnimationFrame(() => setTimeout(done)))';

/**
 * Milliseconds from a click on a link of the rail until the frame with the new screen's heading is drawn.
 *
 * @param hash where the link leads
 * @param shown a CSS selector of what must be there
 */
export function timeOfClick(page: Page, hash: string, shown: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const link = document.querySelector('nav a[href="${hash}"]');
    const before = document.querySelector('main h1');
    const start = performance.now();
    link.click();
    for (;;) {
      await ${FRAME};
      const now = document.querySelector('main h1');
      if (now !== null && now !== before && document.querySelector(${JSON.stringify(shown)}) !== null) break;
      if (performance.now() - start > 10000) throw new Error('nothing was shown within 10 s');
    }
    return performance.now() - start;
  })()`);
}

/** Milliseconds from a change of the address until what a script tests is drawn. */
export function timeOfAddress(page: Page, hash: string, isShown: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const start = performance.now();
    location.hash = ${JSON.stringify(hash)};
    while (!(${isShown})) {
      await ${FRAME};
      if (performance.now() - start > 20000) throw new Error('nothing was shown within 20 s');
    }
    await ${FRAME};
    return performance.now() - start;
  })()`);
}

/** Milliseconds of requests over a connection of its own, one after the other. */
export function timesOfRequest(page: Page, name: string, payload: unknown, times: number): Promise<number[]> {
  return page.evaluate<number[]>(`(async () => {
    const socket = new WebSocket('ws://' + location.host + '/contract');
    await new Promise((done, fail) => { socket.onopen = done; socket.onerror = fail; });
    const all = [];
    for (let id = 1; id <= ${times}; id++) {
      const start = performance.now();
      const answered = new Promise((done) => { socket.onmessage = done; });
      socket.send(JSON.stringify({ type: 'request', id, name: ${JSON.stringify(name)}, payload: ${JSON.stringify(payload)} }));
      const answer = JSON.parse((await answered).data);
      if (answer.type !== 'answer') throw new Error(JSON.stringify(answer));
      all.push(performance.now() - start);
    }
    socket.close();
    return all;
  })()`);
}

/** Milliseconds between frames while a list is scrolled by the wheel's way from top to bottom, in so many frames. */
export function framesOfScrolling(page: Page, frames: number): Promise<number[]> {
  return page.evaluate<number[]>(`(async () => {
    const scrolling = [...document.querySelectorAll('main, main *')].filter((element) =>
      element.scrollHeight > element.clientHeight + 200 && /auto|scroll/.test(getComputedStyle(element).overflowY));
    const list = scrolling.reduce((most, one) => (one.scrollHeight > (most?.scrollHeight ?? 0) ? one : most), null);
    if (list === null) throw new Error('nothing scrolls');
    const step = Math.max(40, (list.scrollHeight - list.clientHeight) / ${frames});
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 0; i < ${frames}; i++) {
      list.scrollTop += i < ${frames} / 2 ? 120 : step; // first as a wheel does, then as a dragged bar
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times;
  })()`);
}
