/** Screens that are left before what they asked for has come: nothing is complained of, in the page or its console. */
import { beforeAll, it } from 'vitest';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { FULL, makeFullRecord } from './harness/made-record.ts';

describeInBrowser('going back', () => {
  const all = EndToEnd.use();
  let window: FolioWindow;
  beforeAll(async () => {
    const folder = all.folder();
    makeFullRecord(folder);
    await all.serve(folder);
    window = await all.window();
  });

  it('from Run by New run and Runs to Run', async () => {
    const { page, words } = window;
    await window.go({ screen: 'run', run: FULL.first });
    await window.railTo(words.shell.newRun);
    await window.railTo(words.shell.runs);
    await page.goBack();
    await page.goBack();
    await window.settled();
  });

  it('through New run, again and again, before its text’s facts are there', async () => {
    const { page } = window;
    await page.evaluate(`(async () => {
      const frames = (count) => new Promise((done) => { const next = () => (count-- > 0 ? requestAnimationFrame(next) : done()); next(); });
      for (const [place, wait] of [['#/new', 0], ['#/new?from=${FULL.second}', 1], ['#/runs', 0], ['#/new', 2], ['#/new?from=${FULL.first}', 0], ['#/settings', 3], ['#/new', 1], ['#/texts', 2]]) {
        location.hash = place;
        await frames(wait + 1);
      }
    })()`);
    await window.settled();
    await window.go({ screen: 'runs' });
  });
});
