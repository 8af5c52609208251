/** What the program offers across the top of every page: to go on with a run that a quit cut off, to import files that the system gave it. */
import axe from 'axe-core';
import { beforeAll, expect } from 'vitest';
import { rememberForStart } from '../../src/main/services/resume-at-start.ts';
import { openStore } from '../../src/main/store/open.ts';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { layoutFaults } from './harness/layout.ts';
import { FULL, makeFullRecord } from './harness/made-record.ts';
import { steps } from './harness/steps.ts';

const ONE = 'one.folio';
const TWO = `${'a-very-long-name-'.repeat(12)}two.folio`;
const BYTES = 2_400_000;

/** Has the window hear of files that were given to the program, as only the desktop's does. */
async function giveFiles(window: FolioWindow, names: readonly string[]): Promise<void> {
  await window.page.routeWebSocket(/./, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      server.send(text);
      const { type, id, name: topic } = JSON.parse(String(text)) as { type: string; id: number; name?: string };
      if (type !== 'subscribe' || topic !== 'files:given') return;
      for (const name of names) {
        const event = { handle: name, name, bytes: BYTES };
        socket.send(JSON.stringify({ type: 'delivery', id, delivery: { kind: 'event', event } }));
      }
    });
  });
  await window.reload();
}

describeInBrowser('what is offered', () => {
  const all = EndToEnd.use();
  const step = steps();
  let window: FolioWindow;

  beforeAll(async () => {
    const folder = all.folder();
    makeFullRecord(folder);
    const store = openStore(folder, { mode: 'write' });
    rememberForStart(store, FULL.second, 'auto');
    store.close();
    await all.serve(folder);
    window = await all.window({ bypassPolicy: true, width: 900, height: 600 });
  });

  const run = () => window.page.getByRole('region', { name: window.words.newRun.offer.label, exact: true });
  const file = (name: string) =>
    window.page.getByRole('region', { name: window.words.keeping.givenLabel(name), exact: true });

  step('is seen by everyone: whole in a small window, light and dark, without barriers', async () => {
    await giveFiles(window, [ONE, TWO]);
    const { name } = await ask(window.page, 'runs:show', { id: FULL.second });
    await run().getByText(window.words.newRun.offer.text(name)).waitFor();
    for (const given of [ONE, TWO])
      await file(given)
        .getByText(window.words.keeping.given(given, window.format.bytes(BYTES)))
        .waitFor();
    expect(await layoutFaults(window.page)).toEqual([]);
    await window.page.evaluate(axe.source);
    for (const colorScheme of ['dark', 'light'] as const) {
      await window.page.emulateMedia({ colorScheme });
      const found = await window.page.evaluate<{ violations: { id: string }[] }>(`axe.run(document)`);
      expect(found.violations.map(({ id }) => id)).toEqual([]);
    }
  });

  step('is answered one by one', async () => {
    await window.button(window.words.keeping.leaveGiven, file(ONE)).click();
    await file(ONE).waitFor({ state: 'detached' });
    expect([await file(TWO).count(), await run().count()]).toEqual([1, 1]);
  });

  step('is not offered again once it was declined', async () => {
    await window.button(window.words.newRun.offer.decline, run()).click();
    await run().waitFor({ state: 'detached' });
    await expect.poll(() => ask(window.page, 'training:resume-offer', {})).toBeNull();
  });
});
