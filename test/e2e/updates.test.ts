/** Looking for a newer Folio, as a person turns it on in the settings: off at first, told where it is, told once. */
import axe from 'axe-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { LATEST, ReleaseServer } from '../services/updates/release-server.ts';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { steps } from './harness/steps.ts';

const NEWER = '99.0.0';

describeInBrowser('looking for a newer Folio', () => {
  const all = EndToEnd.use();
  const step = steps();
  let window: FolioWindow;
  let server: ReleaseServer;

  beforeAll(async () => {
    server = await ReleaseServer.start();
    server.says({ ...LATEST, version: NEWER });
    await all.serve(all.folder());
    window = await all.window({ bypassPolicy: true });
  });
  afterAll(() => server.close());

  const section = () => window.page.getByRole('region', { name: window.words.updates.title, exact: true });
  const address = () => section().getByLabel(window.words.updates.address);
  const daily = () => section().getByLabel(window.words.updates.daily);

  step('is off, cannot be turned on without an address, and refuses one that is not safe', async () => {
    await window.go({ screen: 'settings' });
    expect(await daily().isChecked()).toBe(false);
    expect(await daily().isDisabled()).toBe(true);
    expect(await window.button(window.words.updates.checkNow).count()).toBe(0);
    await address().fill('http://folio.example/latest.json');
    await address().press('Enter');
    await section().getByRole('alert').getByText('http://folio.example is not https').waitFor();
    expect(await ask(window.page, 'updates:state', {})).toMatchObject({ on: false, address: '' });
    expect(server.requests).toEqual([]);
  });

  step('asks when it is asked, and shows what is there and where', async () => {
    await address().fill(server.address);
    await address().press('Enter');
    await daily().check();
    await section().getByText(window.words.updates.never).waitFor();
    expect(server.requests).toEqual([]);
    await window.button(window.words.updates.checkNow).click();
    await section().getByText(window.words.updates.outcomes.newer(NEWER)).waitFor();
    const link = section().getByRole('link', { name: LATEST.page });
    expect(await link.getAttribute('href')).toBe(LATEST.page);
    expect(await link.getAttribute('target')).toBe('_blank');
    expect(await link.getAttribute('rel')).toMatch(/noopener noreferrer/);
    await section().getByText(LATEST.notes).waitFor();
    // Who has asked reads it here: no notice says it again.
    expect(await window.notices.getByText(NEWER).count()).toBe(0);
    await window.page.evaluate(axe.source);
    const found = await window.page.evaluate<{ violations: { id: string }[] }>(`axe.run(document)`);
    expect(found.violations.map(({ id }) => id)).toEqual([]);
  });

  step('tells quietly that it could not be found out', async () => {
    server.answer = (_request, response) => response.writeHead(404).end();
    await window.button(window.words.updates.checkNow).click();
    await section().getByText('refused: it answered with 404').waitFor();
    expect(await window.notices.locator('[data-notice]').count()).toBe(0);
    await section().getByText(window.words.updates.there(NEWER)).waitFor();
    expect(await window.page.getByRole('alert').count()).toBe(0);
  });

  step('says once what was found while nobody looked', async () => {
    // As the daily check leaves it: known, and told to nobody.
    await ask(window.page, 'updates:told', { version: 'none' });
    await window.notices.getByText(window.words.updates.notice(NEWER)).waitFor();
    await window.reload();
    expect(await window.notices.getByText(NEWER).count()).toBe(0);
    expect(await ask(window.page, 'updates:state', {})).toMatchObject({ announce: false });
  });
});
