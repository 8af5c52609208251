/**
 * npx node bench/window/first-character.ts [--clicks 20] [--engine auto]
 *
 * From a click on "Write" until the frame with the text's first character is drawn: a network of the tutorial's size, the served program,
 * a page in Chromium, the weights loaded before the first click. Beside it the same asked of the program without the page's own work.
 * Ends with exit code 1 when one of the clicks takes longer than was promised.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { type EngineChoice, ENGINE_NAMES } from '../../src/shared/domain.ts';
import { ask } from '../../test/e2e/harness/contract.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { machine } from '../report.ts';
import { runBench } from '../usage.ts';
import { JsonChild } from './child.ts';
import { ensureBuilt, FRAME, openPage } from './measure.ts';
import { HEAD, Promises, spreadOf } from './promises.ts';

const ENGINE_CHOICES = ['auto', ...ENGINE_NAMES] as const;

const HELP = `  --clicks N       how often "Write" is clicked, and how often the program is asked without a page (default 20)
  --engine NAME    what writes: ${ENGINE_CHOICES.join(', ')} (default auto)

Exit code 1 when a first character comes later than was promised.`;

const FIRST_CHARACTER_MS = 100;
const FOLIO = join(import.meta.dirname, '../../bin/folio.js');
/** Of the only run in the record. */
const RUN = 1;

const optionsSchema = z.strictObject({
  clicks: wholeNumber(1, 1000),
  engine: oneOf(ENGINE_CHOICES),
});

/** A record with a run of the tutorial preset that took one step: what its weights are does not change what writing costs. */
async function trainOneStep(dataDir: string): Promise<void> {
  const settings = ['--preset', 'tutorial', '--set', 'maxSteps=1', '--set', 'sampleEvery=0'];
  const child = new JsonChild([FOLIO, 'train', ...settings, '--data', dataDir, '--json']);
  const events: unknown[] = [];
  for (let line = await child.next(); line !== null; line = await child.next()) events.push(line);
  await child.exited();
  z.looseObject({ type: z.literal('finished'), status: z.literal('finished') }).parse(events.at(-1));
}

/** Milliseconds from a click until the first character is drawn; waits for the end of the text. */
function timeOfClick(page: Page): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const written = () => document.querySelector('article [data-start]')?.textContent ?? '';
    const before = written();
    const start = performance.now();
    document.querySelector('section .bar button').click();
    for (;;) {
      await ${FRAME};
      const now = written();
      if (now !== '' && now !== before) break;
      if (performance.now() - start > 10000) throw new Error('nothing was written within 10 s');
    }
    const took = performance.now() - start;
    while (document.querySelector('article[aria-busy="true"]') !== null) await ${FRAME};
    return took;
  })()`);
}

/** Milliseconds from the order until the first piece of text comes, over a connection of its own, one text after the other. */
function timesOfFirstText(page: Page, engine: EngineChoice, times: number): Promise<number[]> {
  const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, length: 1000, stop: '' };
  const order = { run: RUN, epoch: 'last', engine, prompt: 'ROMEO: ', unknown: 'refuse', count: 1 };
  return page.evaluate<number[]>(`(async () => {
    const socket = new WebSocket('ws://' + location.host + '/contract');
    await new Promise((done, fail) => { socket.onopen = done; socket.onerror = fail; });
    const all = [];
    for (let id = 1; id <= ${times}; id++) {
      const payload = { ...${JSON.stringify(order)}, settings: { ...${JSON.stringify(settings)}, seed: id } };
      const start = performance.now();
      let first = null;
      await new Promise((done, fail) => {
        socket.onmessage = ({ data }) => {
          const { type, delivery } = JSON.parse(data);
          if (type !== 'delivery' || delivery.kind === 'failed') fail(new Error(data));
          else if (delivery.kind === 'event') first ??= performance.now() - start;
          else done();
        };
        socket.send(JSON.stringify({ type: 'subscribe', id, name: 'writing:write', payload }));
      });
      if (first === null) throw new Error('it ended without a text');
      all.push(first);
    }
    socket.close();
    return all;
  })()`);
}

async function main({ clicks, engine }: z.infer<typeof optionsSchema>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'folio-bench-'));
  try {
    await ensureBuilt();
    await trainOneStep(folder);
    const load = loadavg()[0] ?? NaN;
    const program = new JsonChild([join(import.meta.dirname, 'program.ts'), folder, 'unwatched']);
    const { address } = await program.nextAs(z.object({ address: z.string() }));
    const { browser, page } = await openPage(address);
    await ask(page, 'preferences:set', { engine });
    await page.evaluate(`location.hash = '#/generate?run=${RUN}&epoch=last'`);
    await page.locator('main .line .dot').waitFor({ timeout: 120_000 });
    const { report } = await ask(page, 'writing:warm', { run: RUN, epoch: 'last', engine });
    const clicked: number[] = [];
    for (let i = 0; i < clicks; i++) clicked.push(await timeOfClick(page));
    const asked = await timesOfFirstText(page, engine, clicks);
    await browser.close();
    await program.end();

    const promises = new Promises();
    const table = new Table({ head: HEAD, style: { head: [], border: [] } });
    table.push(
      promises.row('from a click until the first character is drawn', spreadOf(clicked), {
        ms: FIRST_CHARACTER_MS,
        always: true,
      }),
      promises.row('the first of these clicks', spreadOf(clicked.slice(0, 1)), null),
      promises.row('from the order until the first piece of text comes', spreadOf(asked), null),
    );
    console.log(`${machine()}; ${report.device}; load before: ${load.toFixed(1)}`);
    console.log(table.toString());
    return promises.end();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runBench(
  {
    command: 'npx node bench/window/first-character.ts',
    help: HELP,
    options: { clicks: { type: 'string', default: '20' }, engine: { type: 'string', default: 'auto' } },
    schema: optionsSchema,
  },
  main,
);
