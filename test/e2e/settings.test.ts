/** What Settings shows in states that this machine is not in: a package's licences, and the CUDA pack from nothing to installed. */
import axe from 'axe-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { wrongHash } from '../../src/main/engine/tensorflow/pack/refusals.ts';
import { pinnedPack } from '../../src/main/engine/tensorflow/pack/pinned.ts';
import type { Delivery } from '../../src/shared/contract/define.ts';
import type { CudaPack, EngineInventory } from '../../src/shared/contract/packs.ts';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow, WindowOptions } from './harness/folio-window.ts';
import { layoutFaults } from './harness/layout.ts';
import type { MadeAnswers } from './harness/made-answers.ts';

const SIZES: readonly WindowOptions[] = [
  { scheme: 'light' },
  { scheme: 'dark', width: 900, height: 600 },
  { language: 'zh', width: 900, height: 600 },
];
const HOST = 'folio.example';

function inventory(of: Partial<CudaPack> = {}): EngineInventory {
  const pack = pinnedPack('linux-x64');
  if (pack === null) throw new Error('Linux has a pack');
  const { id, files, unpackedBytes } = pack;
  const cudaPack = {
    id,
    files,
    unpackedBytes,
    bytes: 3_400_000_000,
    downloadedBytes: 0,
    noDriver: null,
    installed: false,
  };
  return { bundled: null, installed: [], cudaPack: { ...cudaPack, ...of } };
}

describeInBrowser('the settings', () => {
  const all = EndToEnd.use();
  beforeAll(async () => {
    await all.serve(all.folder());
  });

  const open = async (options: WindowOptions, answers: MadeAnswers): Promise<FolioWindow> => {
    await all.closeWindows();
    const window = await all.window({ ...options, bypassPolicy: true, answers });
    await window.go({ screen: 'settings' });
    return window;
  };
  const wrong = async ({ page }: FolioWindow): Promise<string[]> => {
    await page.evaluate(axe.source);
    const found = await page.evaluate<{ violations: { id: string }[] }>(`axe.run(document)`);
    return [...found.violations.map(({ id }) => id), ...(await layoutFaults(page))];
  };

  it.each(SIZES)('show the licences in a sheet that has a way out to be seen: %j', async (options) => {
    const paragraph = 'Permission is hereby granted, free of charge, to any person. ';
    const read = Array.from({ length: 400 }, () => paragraph.repeat(4)).join('\n\n');
    const window = await open(options, { requests: { 'licences:there': true, 'licences:read': read } });
    const { page, words } = window;
    await window.button(words.licences.show).click();
    const sheet = page.getByRole('dialog', { name: words.licences.title });
    await sheet.getByText(paragraph).first().waitFor();
    const close = window.button(words.common.close, sheet);
    const [box, screen] = [await close.boundingBox(), page.viewportSize()];
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(screen?.height ?? 0);
    expect(await wrong(window)).toEqual([]);
    await close.focus();
    await page.keyboard.press('Enter');
    await sheet.waitFor({ state: 'hidden' });
    await expect.poll(() => page.evaluate(`document.activeElement?.textContent`)).toBe(words.licences.show);
  });

  describe('say in a browser how the record is carried', () => {
    const place = { refusal: null, restoreRefusal: null, old: null, isNamed: false };
    const typed = { move: 'npx folio move --to', restore: 'npx folio restore --replace' };

    it.each(SIZES)('that is found by itself: by commands that can be typed, %j', async (options) => {
      const window = await open(options, { requests: { 'record:place': { ...place, typed } } });
      const { page, words } = window;
      await page.getByText(`${typed.move} ${words.keeping.aFolder}`, { exact: true }).waitFor();
      await page.getByText(`${typed.restore} ${words.keeping.aFile}`, { exact: true }).waitFor();
      expect(await wrong(window)).toEqual([]);
    });

    it('that was named: by hand, and with its name', async () => {
      const { page, words } = await open({}, {});
      await page.getByText(words.keeping.moveNamed, { exact: true }).waitFor();
      const restore = `npx folio restore --replace --data ${all.folio.dataDir} ${words.keeping.aFile}`;
      await page.getByText(restore, { exact: true }).waitFor();
    });
  });

  it.each(SIZES)('say in which folder the last backup is: %j', async (options) => {
    const folder = '/disk/ada/arts/2026/networks/of every kind/backups';
    const window = await open(options, {
      requests: { 'record:last-backup': { at: 0, bytes: 1e6, name: 'folio.db', folder } },
    });
    const note = window.page.getByText('networks/of…/backups');
    expect(await note.getAttribute('title')).toBe(folder);
    expect(await wrong(window)).toEqual([]);
  });

  it('lead the keys from the button that begins a backup to the one that cancels it, and back', async () => {
    const event = { phase: 'copy', done: 1, total: 2 };
    const window = await open({}, { jobs: { 'record:backup': [{ kind: 'event', event }] } });
    const { page, words } = window;
    const focused = () => expect.poll(() => page.evaluate(`document.activeElement?.textContent?.trim()`));
    await window.button(words.keeping.backUp).focus();
    await page.keyboard.press('Enter');
    await focused().toBe(words.common.cancel);
    await page.keyboard.press('Enter');
    await focused().toBe(words.keeping.backUp);
    // Who went elsewhere meanwhile stays there.
    await page.keyboard.press('Enter');
    await focused().toBe(words.common.cancel);
    await window.button(words.settings.empty).focus();
    await window.button(words.common.cancel).evaluate((button: { click(): void }) => button.click());
    await window.button(words.keeping.backUp).waitFor();
    expect(await page.evaluate(`document.activeElement?.textContent?.trim()`)).toBe(words.settings.empty);
  });

  describe('the CUDA pack', () => {
    const section = ({ page, words }: FolioWindow) =>
      page.getByRole('region', { name: words.packs.title, exact: true });
    const download = async (window: FolioWindow, button: string): Promise<void> => {
      const address = section(window).getByLabel(window.words.packs.address);
      await address.fill(`https://${HOST}/cuda/`);
      await address.press('Enter');
      await window.button(button, section(window)).click();
    };

    it.each(SIZES)('that was refused says so by its name, above the list of its files: %j', async (options) => {
      const [file] = inventory().cudaPack?.files ?? [];
      const error = toErrorMessage(
        wrongHash({ name: file?.name ?? '', bytes: 1, sha256: 'b'.repeat(64) }, HOST, 'a'.repeat(64)),
      );
      const window = await open(options, {
        requests: { 'packs:list': inventory({ downloadedBytes: 1_300_000_000 }) },
        jobs: { 'packs:install': [{ kind: 'failed', error }] },
      });
      const { words } = window;
      await download(window, words.packs.goOn);
      const problem = section(window).getByRole('alert');
      await problem.getByText(words.packs.failed).waitFor();
      await problem.getByText(HOST).waitFor();
      const [above, below] = [await problem.boundingBox(), await section(window).locator('details').boundingBox()];
      expect(above?.y).toBeLessThan(below?.y ?? 0);
      expect(await wrong(window)).toEqual([]);
    });

    it('is downloaded, cancelled, tried again and put away by the keyboard alone', async () => {
      const jobs: Record<string, readonly Delivery<unknown, unknown>[]> = {
        'packs:install': [
          {
            kind: 'event',
            event: { phase: 'verify', file: '', done: 0, total: 0, bytesPerSecond: null, secondsLeft: null },
          },
        ],
      };
      const window = await open({}, { requests: { 'packs:list': inventory() }, jobs });
      const { page, words } = window;
      const focused = () => expect.poll(() => page.evaluate(`document.activeElement?.textContent?.trim()`));
      const address = section(window).getByLabel(words.packs.address);
      await address.fill(`https://${HOST}/cuda/`);
      await address.press('Tab');
      await focused().toBe(words.packs.download);
      await page.keyboard.press('Enter');
      await section(window).getByRole('progressbar').waitFor();
      await focused().toBe(words.common.cancel);
      await page.keyboard.press('Enter');
      await focused().toBe(words.packs.download);
      const error = { code: 'install' as const, message: 'The disk is full.' };
      jobs['packs:install'] = [{ kind: 'failed', error }];
      await page.keyboard.press('Enter');
      const problem = section(window).getByRole('alert');
      await problem.getByText(words.packs.failed).waitFor();
      await focused().toBe(words.common.retry);
      await page.keyboard.press('Tab');
      await focused().toBe(words.common.close);
      expect(await wrong(window)).toEqual([]);
      await page.keyboard.press('Enter');
      await problem.waitFor({ state: 'detached' });
      await focused().toBe(words.packs.download);
    });

    it.each(SIZES)('that found no graphics card says each thing once: %j', async (options) => {
      const requests: Record<string, unknown> = { 'packs:list': inventory() };
      const window = await open(options, {
        requests,
        jobs: { 'packs:install': [{ kind: 'done', result: { device: 'CPU' } }] },
      });
      const { words } = window;
      requests['packs:list'] = inventory({ installed: true });
      await download(window, words.packs.download);
      await section(window).getByText(words.packs.installedCpu).waitFor();
      await section(window).getByText(words.packs.there).waitFor();
      expect(await section(window).locator('input, details').count()).toBe(0);
      expect(await wrong(window)).toEqual([]);
    });
  });
});
