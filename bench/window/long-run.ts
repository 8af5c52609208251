/**
 * npx node bench/window/long-run.ts [--points 200000] [--times 8]
 *
 * A run with so many logged steps: how long its page takes from the change of the address until its curve is drawn.
 * Ends with exit code 1 when the promise is broken.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';
import { openStore } from '../../src/main/store/open.ts';
import { addRun, addText } from '../../test/e2e/harness/made-record.ts';
import { wholeNumber } from '../arguments.ts';
import { machine } from '../report.ts';
import { runBench } from '../usage.ts';
import { JsonChild } from './child.ts';
import { ensureBuilt, openPage, timeOfAddress, timeOfClick, timesOfRequest } from './measure.ts';
import { HEAD, Promises, spreadOf } from './promises.ts';

const OPEN_MS = 300;
const EPOCHS = 10;

const HELP = `  --points N    logged steps of the run, rounded down to a multiple of ${EPOCHS} (default 200000)
  --times N     how often its page is opened (default 8)

Exit code 1 when it opens more slowly than was promised.`;

const optionsSchema = z.strictObject({ points: wholeNumber(100, 10_000_000), times: wholeNumber(1, 1000) });

async function main({ points, times }: z.infer<typeof optionsSchema>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'folio-bench-'));
  try {
    await ensureBuilt();
    const store = openStore(folder, { mode: 'write' });
    const corpus = addText(store, 'hamlet', 'to be or not to be, that is the question. '.repeat(50));
    const id = addRun(store, corpus, { name: 'Long', epochs: EPOCHS, stepsAnEpoch: Math.floor(points / EPOCHS) });
    store.close();
    const load = loadavg()[0] ?? NaN;
    const program = new JsonChild([join(import.meta.dirname, 'program.ts'), folder]);
    const { address } = await program.nextAs(z.object({ address: z.string() }));
    const { browser, page } = await openPage(address);
    // The chart says in words what it shows, once it has it: from which loss to which.
    const isDrawn = `[...document.querySelectorAll('main figure [aria-label]')].some((one) => /: from [\\d.]+ /.test(one.ariaLabel))`;
    const opened: number[] = [];
    for (let i = 0; i < times; i++) {
      await timeOfClick(page, '#/settings', 'main');
      opened.push(await timeOfAddress(page, `#/run/${id}`, isDrawn));
    }
    const curve = { id, x: 'epoch', points: 1600, smoothing: 0.9 };
    const [curves, shows] = [
      await timesOfRequest(page, 'runs:curve', curve, 8),
      await timesOfRequest(page, 'runs:show', { id }, 8),
    ];
    await browser.close();
    await program.end();
    const promises = new Promises();
    const table = new Table({ head: HEAD, style: { head: [], border: [] } });
    table.push(
      promises.row(`a run with ${points} points, until its curve is drawn`, spreadOf(opened), { ms: OPEN_MS }),
      promises.row('runs:curve, asked by the page', spreadOf(curves), null),
      promises.row('runs:show, asked by the page', spreadOf(shows), null),
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
    command: 'npx node bench/window/long-run.ts',
    help: HELP,
    options: { points: { type: 'string', default: '200000' }, times: { type: 'string', default: '8' } },
    schema: optionsSchema,
  },
  main,
);
