/** Putting a backup back from the settings, as the desktop program has it: chosen, checked, told what it replaces, in its place, started again. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { createApp, type FolioApp } from '../../src/main/app.ts';
import { browserHost } from '../../src/main/headless/serve/browser-host.ts';
import { startServer, type FolioServer } from '../../src/main/headless/serve/server.ts';
import { Transfers } from '../../src/main/headless/serve/transfers.ts';
import { startTrainer } from '../../src/main/headless/trainer-process.ts';
import { openStore } from '../../src/main/store/open.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow, WindowOptions } from './harness/folio-window.ts';
import { FULL, makeFullRecord } from './harness/made-record.ts';
import { steps } from './harness/steps.ts';

const page = join(import.meta.dirname, '../../out/renderer');

describeInBrowser('putting a backup back', () => {
  const all = EndToEnd.use();
  const step = steps();
  let folder: string;
  let data: string;
  let backup: string;
  let app: FolioApp;
  let server: FolioServer;
  let window: FolioWindow;
  let restarts = 0;

  /** The desktop program's contract, with a browser for its window. */
  async function start(): Promise<void> {
    app = createApp({ dataDir: data, startTrainer, mode: 'write', log: (line) => expect.unreachable(line) });
    const transfers = new Transfers(join(folder, 'uploads'), app.chosenFiles);
    const host = {
      ...browserHost(transfers),
      ...{ kind: 'desktop' as const, typed: () => null, restart: () => void restarts++ },
      chooseFolder: () => Promise.resolve(join(folder, 'elsewhere')),
    };
    const report = (error: unknown): void => expect.unreachable(String(error));
    server = await startServer({ port: 0, api: app.api(host), transfers, rendererDir: page, report });
  }
  const open = (options: WindowOptions = {}): Promise<FolioWindow> => all.windowAt(server.address, options);
  async function end(): Promise<void> {
    await all.closeWindows();
    await server.close();
    app.close();
  }

  beforeAll(async () => {
    folder = all.folder();
    vi.stubEnv('XDG_DATA_HOME', folder); // where a record can be moved from
    vi.stubEnv('FOLIO_DATA', '');
    [data, backup] = [join(folder, 'folio'), join(folder, 'folio-2026-01-02.db')];
    mkdirSync(data);
    makeFullRecord(data);
    await start();
    await app.keeping.backups.backUp(backup, () => undefined);
    app.runs.trash([FULL.chinese]);
    app.runs.trash([FULL.failed]);
  });
  afterAll(async () => {
    await end();
    vi.unstubAllEnvs();
  });

  async function choose(): Promise<void> {
    await window.go({ screen: 'settings' });
    const chooser = window.page.waitForEvent('filechooser');
    await window.button(window.words.keeping.restoreChoose).click();
    await (await chooser).setFiles(backup);
    await found().waitFor();
  }
  const found = () => window.page.getByRole('region', { name: window.words.keeping.restore, exact: true });
  const sheet = () => window.page.getByRole('dialog');
  async function violations(): Promise<string[]> {
    await window.page.evaluate(axe.source);
    const { violations } = await window.page.evaluate<{ violations: { id: string }[] }>(`axe.run(document)`);
    return violations.map(({ id }) => id);
  }

  step('tells what it would take the place of, in every window, and lets one think better of it', async () => {
    for (const [name, options] of [
      ['light', {}],
      ['dark', { scheme: 'dark' }],
      ['small', { width: 900, height: 600 }],
      ['chinese', { language: 'zh' }],
    ] as const satisfies readonly (readonly [string, WindowOptions])[]) {
      window = await open({ ...options, bypassPolicy: true });
      await choose();
      const text = (await found().textContent()) ?? '';
      expect(text).toContain('folio-2026-01-02.db');
      expect(text).toContain(window.words.keeping.restoreReplaces('4', 4, data));
      await found().scrollIntoViewIfNeeded();
      await window.picture(`restore-found-${name}`);
      expect(await violations(), name).toEqual([]);
      await window.button(window.words.common.cancel, found()).click();
      await found().waitFor({ state: 'detached' });
      await all.closeWindows();
    }
    expect(app.runs.list({ archived: 'all' })).toHaveLength(4);
  });

  step('puts it in the place of the record, and nothing is left to do but to start again', async () => {
    window = await open({ bypassPolicy: true });
    await choose();
    await window.button(window.words.keeping.restoreNow).click();
    await sheet().getByText(window.words.keeping.restored, { exact: true }).waitFor();
    await sheet()
      .getByText(/folio-\d{4}-.*\.db/)
      .waitFor();
    await window.page.keyboard.press('Escape');
    await window.page.mouse.click(5, 5);
    expect(await sheet().isVisible()).toBe(true);
    await window.picture('restored');
    expect(await violations()).toEqual([]);
    const said = await sheet().textContent();
    await window.page.reload();
    await sheet().getByText(window.words.keeping.restored, { exact: true }).waitFor();
    expect(await sheet().textContent()).toBe(said);
    await window.picture('restored-again');
    expect(await violations()).toEqual([]);
    expect(restarts).toBe(0);
    await window.page.keyboard.press('Enter'); // the one button has the focus
    await expect.poll(() => restarts).toBe(1);
  });

  step('is there after the new start, with the record of before beside it', async () => {
    await end();
    await start();
    window = await open();
    await window.go({ screen: 'runs' });
    await window.page.getByText('Too fast').first().waitFor();
    expect(app.runs.list({ archived: 'all' })).toHaveLength(6);
    const store = openStore(data, { mode: 'read' });
    expect(store.check()).toEqual([]);
    store.close();
  });

  step(
    'says what it is when it is no backup, and that it had to let go of the record when somebody reads it',
    async () => {
      await window.go({ screen: 'settings' });
      const chooser = window.page.waitForEvent('filechooser');
      await window.button(window.words.keeping.restoreChoose).click();
      await (await chooser).setFiles({ name: 'letter.db', mimeType: 'text/plain', buffer: Buffer.from('Dear Sir') });
      await window.page.getByRole('alert').getByText('letter.db').waitFor();
      await window.picture('restore-refused');
      await window.button(window.words.common.close).click();
      await choose();
      const reader = openStore(data, { mode: 'read' });
      await window.button(window.words.keeping.restoreNow).click();
      // It waits for the reader, and cannot be cancelled any more.
      await window.page.getByText(window.words.keeping.phases.replace, { exact: true }).waitFor();
      expect(await window.button(window.words.common.cancel).count()).toBe(0);
      await window.picture('replacing');
      await sheet().getByText(window.words.keeping.notRestored, { exact: true }).waitFor();
      await window.picture('not-restored');
      reader.close();
      await end();
      await start();
      expect(app.runs.list({ archived: 'all' })).toHaveLength(6);
    },
  );

  if (process.platform === 'linux') {
    // Elsewhere no variable names the folder that a record is moved from.
    step('ends a move with the same sheet, which a window that is opened later has, too', async () => {
      await all.closeWindows();
      for (const options of [{ bypassPolicy: true }, { bypassPolicy: true, language: 'zh' }] as const) {
        window = await open(options);
        await window.go({ screen: 'settings' });
        const begin = window.button(window.words.keeping.moveTo);
        if ((await sheet().count()) === 0) await begin.click();
        await sheet().getByText(window.words.keeping.isMoved, { exact: true }).waitFor();
        expect(await sheet().textContent()).toContain(join(folder, 'elsewhere'));
        await window.picture(`moved-${options.language ?? 'en'}`);
        expect(await violations()).toEqual([]);
        await all.closeWindows();
      }
    });
  }
});
