/**
 * node bench/window/training.ts [--rounds 2] [--epochs 2] [--engine tensorflow]
 *
 * What a window costs a training, and a training a window: the tutorial preset on the first 130,000 characters of Shakespeare (20 steps an
 * epoch), by `folio train` alone and by the served program with a browser on the page of the run, in turns. Meanwhile it is clicked
 * and asked, and its main process watches its event loop; beside it an idle process does the same, which tells what the machine itself costs.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { z } from 'zod';
import { PRESETS } from '../../src/shared/presets.ts';
import { machine } from '../report.ts';
import { median } from '../statistics.ts';
import { JsonChild } from './child.ts';
import { NOTED_MS } from './loop-watch.ts';
import { ensureBuilt, HEAD, ms, openPage, row, spreadOf, timeOfClick, timesOfRequest } from './measure.ts';

const root = resolve(import.meta.dirname, '../..');
const CHARACTERS = 130_000;
const BETWEEN_MS = 50;
const CHECKPOINT_MS = 150;
const CLICK_MS = 100;
/** After a checkpoint is stored, its log is still copied back. */
const AFTERWARDS_MS = 500;
/** Steps at the start that are not counted: memory is taken, the processor warms up. */
const WARM_UP = 4;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    epochs: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'tensorflow' },
  },
});
const rounds = Number(values.rounds);
const epochs = Number(values.epochs);

const delaysSchema = z.object({
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  late: z.array(z.object({ at: z.number(), ms: z.number() })),
});
const reportSchema = z.object({
  delays: delaysSchema,
  saving: z.array(z.object({ from: z.number(), to: z.number() })),
  steps: z.array(z.object({ at: z.number(), charactersPerSecond: z.number() })),
});
type Report = z.infer<typeof reportSchema>;
const stepSchema = z.looseObject({ type: z.literal('step'), charactersPerSecond: z.number() });

interface Round {
  /** Characters a second of each step. */
  readonly alone: readonly number[];
  readonly served: readonly number[];
  readonly report: Report;
  readonly idle: z.infer<typeof delaysSchema>;
  readonly clicks: readonly number[];
  readonly requests: readonly number[];
  readonly load: number;
}

const folder = mkdtempSync(join(tmpdir(), 'folio-bench-'));
const text = join(folder, 'shakespeare.txt');
writeFileSync(text, readFileSync(join(root, 'resources/corpora/shakespeare.txt'), 'utf8').slice(0, CHARACTERS));

async function trainAlone(dataDir: string): Promise<number[]> {
  const speeds: number[] = [];
  const what = ['--preset', 'tutorial', '--corpus', text, '--epochs', String(epochs), '--engine', values.engine];
  const child = new JsonChild([join(root, 'bin/folio.js'), 'train', ...what, '--data', dataDir, '--json']);
  for (let line = await child.next(); line !== null; line = await child.next()) {
    const step = stepSchema.safeParse(line);
    if (step.success) speeds.push(step.data.charactersPerSecond);
  }
  return speeds.slice(WARM_UP);
}

async function trainServed(dataDir: string): Promise<Omit<Round, 'alone' | 'load'>> {
  const corpusAdded = new JsonChild([join(import.meta.dirname, 'add-text.ts'), dataDir, text]);
  const { id: corpusId } = z.object({ id: z.number() }).parse(await corpusAdded.next());
  await corpusAdded.exited();
  const program = new JsonChild([join(import.meta.dirname, 'program.ts'), dataDir]);
  const { address } = z.object({ address: z.string() }).parse(await program.next());
  const { browser, page } = await openPage(address);
  const idle = new JsonChild([join(import.meta.dirname, 'idle.ts')]);
  await idle.next();

  const config = { ...PRESETS.tutorial.config, epochs };
  const start = { preset: 'tutorial', corpusId, config, engine: values.engine };
  await timesOfRequest(page, 'training:start', start, 1);
  const clicks: number[] = [];
  const requests: number[] = [];
  const status = (): Promise<string> => page.evaluate<string>(LIVE_PHASE);
  while ((await status()) !== 'ended') {
    clicks.push(await timeOfClick(page, '#/settings', 'main'));
    clicks.push(await timeOfClick(page, '#/texts', 'main'));
    clicks.push(await timeOfClick(page, '#/runs', 'main'));
    requests.push(...(await timesOfRequest(page, 'runs:list', { archived: 'without' }, 5)));
    await page.evaluate(`location.hash = '#/run/1'`); // most of the time a person looks at it
    await wait(2500);
  }
  const idleReport = z.object({ delays: delaysSchema }).parse(await idle.end());
  await browser.close();
  const report = reportSchema.parse(await program.end());
  const served = report.steps.slice(WARM_UP).map(({ charactersPerSecond }) => charactersPerSecond);
  return { served, report, idle: idleReport.delays, clicks, requests };
}

/** In the page: what the training does, over a connection of its own. */
const LIVE_PHASE = `(async () => {
  const socket = new WebSocket('ws://' + location.host + '/contract');
  await new Promise((done) => { socket.onopen = done; });
  const answered = new Promise((done) => { socket.onmessage = done; });
  socket.send(JSON.stringify({ type: 'request', id: 1, name: 'training:live', payload: {} }));
  const { result } = JSON.parse((await answered).data);
  socket.close();
  return result === null ? 'none' : result.phase;
})()`;

/** The times that the loop was held up, those at a checkpoint apart. */
function heldUp({ delays, saving }: Report): { readonly between: number[]; readonly atCheckpoint: number[] } {
  const isAtCheckpoint = ({ at, ms }: { at: number; ms: number }): boolean =>
    saving.some(({ from, to }) => at > from && at - ms < to + AFTERWARDS_MS);
  return {
    between: delays.late.filter((one) => !isAtCheckpoint(one)).map((one) => one.ms),
    atCheckpoint: delays.late.filter(isAtCheckpoint).map((one) => one.ms),
  };
}

async function main(): Promise<void> {
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = loadavg()[0] ?? NaN;
    const alone = await trainAlone(join(folder, `alone-${round}`));
    all.push({ load, alone, ...(await trainServed(join(folder, `served-${round}`))) });
    console.error(`round ${round + 1} of ${rounds} done`);
  }
  const held = all.map(({ report }) => heldUp(report));
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  table.push(
    row('a click on the rail until the screen is drawn', spreadOf(all.flatMap(({ clicks }) => clicks)), CLICK_MS),
  );
  table.push(row('runs:list, asked by the page', spreadOf(all.flatMap(({ requests }) => requests)), CLICK_MS));
  const listed = (values: readonly number[]): number[] => (values.length === 0 ? [0] : [...values]);
  table.push(
    row(
      `event loop late by ${NOTED_MS} ms or more, between checkpoints`,
      spreadOf(listed(held.flatMap(({ between }) => between))),
      BETWEEN_MS,
    ),
    row('the same at a checkpoint', spreadOf(listed(held.flatMap(({ atCheckpoint }) => atCheckpoint))), CHECKPOINT_MS),
    row(
      'the same of an idle process beside it',
      spreadOf(listed(all.flatMap(({ idle }) => idle.late.map((one) => one.ms)))),
      null,
    ),
  );
  console.log(`${machine()}; load before each round: ${all.map(({ load }) => load.toFixed(1)).join(', ')}`);
  console.log(table.toString());
  const overall = all.map(
    ({ report: { delays } }) => `p50 ${ms(delays.p50)}, p99 ${ms(delays.p99)}, max ${ms(delays.max)}`,
  );
  console.log(`The event loop's histogram of each round: ${overall.join('; ')}`);
  console.log(`Checkpoints: ${all.map(({ report }) => report.saving.length).join(', ')}`);

  const speeds = new Table({
    head: ['characters/s (median of steps)', 'folio train', 'with a window', 'slower by'],
    style: { head: [], border: [] },
  });
  const slower = (alone: number, served: number): string => `${((1 - served / alone) * 100).toFixed(1)} %`;
  for (const [i, { alone, served }] of all.entries()) {
    speeds.push([
      `round ${i + 1}`,
      median(alone).toFixed(0),
      median(served).toFixed(0),
      slower(median(alone), median(served)),
    ]);
  }
  const [alone, served] = [all.flatMap((one) => one.alone), all.flatMap((one) => one.served)];
  speeds.push([
    'all',
    median(alone).toFixed(0),
    median(served).toFixed(0),
    `${slower(median(alone), median(served))} (promise: < 3 %)`,
  ]);
  speeds.push([
    'fastest step',
    Math.max(...alone).toFixed(0),
    Math.max(...served).toFixed(0),
    slower(Math.max(...alone), Math.max(...served)),
  ]);
  console.log(speeds.toString());
}

try {
  await ensureBuilt();
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
