/**
 * npx node bench/window/history.ts [--runs 5000] [--times 8]
 *
 * A record with so many runs: how long the list takes from the click to the first rows, from a fresh start of the page, and how smoothly it
 * scrolls. Ends with exit code 1 when a promise is broken.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';
import { openStore } from '../../src/main/store/open.ts';
import { addRun, addText } from '../../test/e2e/harness/made-record.ts';
import { wholeNumber } from '../arguments.ts';
import { counted } from '../counted.ts';
import { machine } from '../report.ts';
import { runBench } from '../usage.ts';
import { JsonChild } from './child.ts';
import { ensureBuilt, framesOfScrolling, openPage, timeOfClick, timesOfRequest } from './measure.ts';
import { HEAD, Promises, spreadOf } from './promises.ts';

const OPEN_MS = 200;
/** Two frames at 60 a second: what is longer is seen. */
const FRAME_MS = 34;
const ROW = 'main a[href^="#/run/"]';
const STATUSES = ['finished', 'finished', 'stopped', 'interrupted', 'failed'] as const;

const HELP = `  --runs N     runs in the record (default 5000)
  --times N    how often the list is opened (default 8)

Exit code 1 when the list opens or scrolls more slowly than was promised.`;

const optionsSchema = z.strictObject({ runs: wholeNumber(1, 1_000_000), times: wholeNumber(1, 1000) });

function makeRecord(dataDir: string, runs: number): void {
  const store = openStore(dataDir, { mode: 'write' });
  const corpus = addText(store, 'hamlet', 'to be or not to be, that is the question. '.repeat(50));
  for (let i = 0; i < runs; i++) {
    addRun(store, corpus, {
      name: `Run ${i} with a name of its own`,
      epochs: 1,
      stepsAnEpoch: 3,
      status: STATUSES[i % STATUSES.length] ?? 'finished',
      tags: i % 3 === 0 ? ['tagged', `group ${i % 20}`] : [],
      change: { units: 4, embeddingSize: 2, sampleLength: 20 },
    });
  }
  store.close();
}

async function main({ runs, times }: z.infer<typeof optionsSchema>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'folio-bench-'));
  try {
    await ensureBuilt();
    const began = performance.now();
    makeRecord(folder, runs);
    console.error(`${counted(runs, 'run')} made in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const load = loadavg()[0] ?? NaN;
    const program = new JsonChild([join(import.meta.dirname, 'program.ts'), folder]);
    const { address } = await program.nextAs(z.object({ address: z.string() }));
    const { browser, page } = await openPage(address);
    const requests = await timesOfRequest(page, 'runs:list', { archived: 'without' }, 5);
    const opened: number[] = [];
    for (let i = 0; i < times; i++) {
      await timeOfClick(page, '#/settings', 'main');
      opened.push(await timeOfClick(page, '#/runs', ROW));
    }
    const frames = await framesOfScrolling(page, 240);
    const started: number[] = [];
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      await page.reload();
      await page.locator(ROW).first().waitFor();
      started.push(performance.now() - start);
    }
    await browser.close();
    await program.end();
    const promises = new Promises();
    const table = new Table({ head: HEAD, style: { head: [], border: [] } });
    table.push(
      promises.row(`the list of ${counted(runs, 'run')}, from the click to the first rows`, spreadOf(opened), {
        ms: OPEN_MS,
      }),
      promises.row('a frame while it scrolls', spreadOf(frames), { ms: FRAME_MS }),
      promises.row('runs:list, asked by the page', spreadOf(requests), null),
      promises.row('the page started anew, until the first rows', spreadOf(started), null),
    );
    console.log(`${machine()}; load before: ${load.toFixed(1)}`);
    console.log(table.toString());
    return promises.end();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runBench(
  {
    command: 'npx node bench/window/history.ts',
    help: HELP,
    options: { runs: { type: 'string', default: '5000' }, times: { type: 'string', default: '8' } },
    schema: optionsSchema,
  },
  main,
);
