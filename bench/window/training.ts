/**
 * node bench/window/training.ts [--rounds 2] [--epochs 2] [--engine tensorflow]
 *
 * What a window costs a training, and a training a window: the tutorial preset on the first 130,000 characters of Shakespeare (20 steps an
 * epoch), in turns by `folio train` alone, by the served program with a browser that shows the page of the run, and by the same while
 * somebody clicks and asks every two seconds. Then the program's main process watches its event loop, too; beside it an idle process
 * does the same, which tells what the machine itself costs.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { z } from 'zod';
import { PRESETS } from '../../src/shared/presets.ts';
import { commandLine, processTree } from '../../test/e2e/harness/connections.ts';
import { machine } from '../report.ts';
import { median } from '../statistics.ts';
import { JsonChild } from './child.ts';
import { NOT_WATCHED, NOTED_MS } from './loop-watch.ts';
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
  late: z.array(z.object({ at: z.number(), ms: z.number() })).readonly(),
});
const reportSchema = z.object({
  delays: delaysSchema,
  saving: z.array(z.object({ from: z.number(), to: z.number() })),
  steps: z.array(z.object({ at: z.number(), charactersPerSecond: z.number() })),
  cpuSeconds: z.number(),
});
type Report = z.infer<typeof reportSchema>;
const stepSchema = z.looseObject({ type: z.literal('step'), charactersPerSecond: z.number() });

interface Served {
  /** Characters a second of each step. */
  readonly speeds: readonly number[];
  readonly report: Report;
  readonly idle: z.infer<typeof delaysSchema>;
  readonly clicks: readonly number[];
  readonly requests: readonly number[];
  readonly seconds: number;
  /** Of all the browser's processes. */
  readonly browserCpuSeconds: number;
}

interface Round {
  readonly load: number;
  /** Characters a second of each step. */
  readonly alone: readonly number[];
  readonly watched: Served;
  readonly used: Served;
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

async function trainServed(dataDir: string, isUsed: boolean): Promise<Served> {
  const corpusAdded = new JsonChild([join(import.meta.dirname, 'add-text.ts'), dataDir, text]);
  const { id: corpusId } = z.object({ id: z.number() }).parse(await corpusAdded.next());
  await corpusAdded.exited();
  const program = new JsonChild([join(import.meta.dirname, 'program.ts'), dataDir, ...(isUsed ? [] : ['unwatched'])]);
  const { address } = z.object({ address: z.string() }).parse(await program.next());
  const { browser, page } = await openPage(address);
  const idle = isUsed ? new JsonChild([join(import.meta.dirname, 'idle.ts')]) : null;
  await idle?.next();

  await page.evaluate(`location.hash = '#/run/1'`);
  await wait(2000); // the browser has settled
  const browser0 = browserCpu();
  const began = performance.now();
  const config = { ...PRESETS.tutorial.config, epochs };
  const start = { preset: 'tutorial', corpusId, config, engine: values.engine };
  await timesOfRequest(page, 'training:start', start, 1);
  const clicks: number[] = [];
  const requests: number[] = [];
  const isTraining = (): Promise<boolean> => page.evaluate<boolean>(IS_TRAINING);
  while (await isTraining()) {
    if (isUsed) {
      for (const place of ['settings', 'texts', 'runs']) clicks.push(await timeOfClick(page, `#/${place}`, 'main'));
      requests.push(...(await timesOfRequest(page, 'runs:list', { archived: 'without' }, 5)));
      await page.evaluate(`location.hash = '#/run/1'`); // most of the time a person looks at it
    }
    await wait(2000);
  }
  const seconds = (performance.now() - began) / 1000;
  const browserCpuSeconds = browserCpu() - browser0;
  const delays = idle === null ? NOT_WATCHED : z.object({ delays: delaysSchema }).parse(await idle.end()).delays;
  await browser.close();
  const report = reportSchema.parse(await program.end());
  const speeds = report.steps.slice(WARM_UP).map(({ charactersPerSecond }) => charactersPerSecond);
  return { speeds, report, idle: delays, clicks, requests, seconds, browserCpuSeconds };
}

const browserCpu = (): number => cpuSecondsOf(processTree(process.pid).filter((pid) => /chrom/.test(commandLine(pid))));

/** User and system time; Linux counts it in hundredths of a second. */
function cpuSecondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
    return sum + (user + system) / 100;
  }, 0);
}

/** In the page: whether something trains, asked over a connection of its own. */
const IS_TRAINING = `(async () => {
  const socket = new WebSocket('ws://' + location.host + '/contract');
  await new Promise((done) => { socket.onopen = done; });
  const answered = new Promise((done) => { socket.onmessage = done; });
  socket.send(JSON.stringify({ type: 'request', id: 1, name: 'training:live', payload: {} }));
  const { result } = JSON.parse((await answered).data);
  socket.close();
  return result !== null && result.phase !== 'ended';
})()`;

interface Delay {
  readonly at: number;
  readonly ms: number;
}

/** The times that the loop was held up, those at a checkpoint apart. */
function heldUp({ delays, saving }: Report): {
  readonly between: readonly Delay[];
  readonly atCheckpoint: readonly Delay[];
} {
  const isAtCheckpoint = ({ at, ms }: Delay): boolean =>
    saving.some(({ from, to }) => at > from && at - ms < to + AFTERWARDS_MS);
  return {
    between: delays.late.filter((one) => !isAtCheckpoint(one)),
    atCheckpoint: delays.late.filter(isAtCheckpoint),
  };
}

/** The longest delays, and when they were: seconds after the first step. */
function longest({ delays, steps }: Report): string {
  const first = steps[0]?.at ?? 0;
  const worst = delays.late.toSorted((a, b) => b.ms - a.ms).slice(0, 4);
  return worst.map(({ at, ms: late }) => `${ms(late)} at ${((at - first) / 1000).toFixed(1)} s`).join(', ');
}

const millisecondsOf = (delays: readonly Delay[]): number[] =>
  delays.length === 0 ? [0] : delays.map((one) => one.ms);

function printDelays(all: readonly Round[]): void {
  const served = all.flatMap(({ watched, used }) => [watched, used]);
  const held = all.map(({ used }) => used).map(({ report }) => heldUp(report));
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  table.push(
    row('a click on the rail until the screen is drawn', spreadOf(served.flatMap(({ clicks }) => clicks)), CLICK_MS),
    row('runs:list, asked by the page', spreadOf(served.flatMap(({ requests }) => requests)), CLICK_MS),
    row(
      `event loop late by ${NOTED_MS} ms or more, between checkpoints`,
      spreadOf(millisecondsOf(held.flatMap(({ between }) => between))),
      BETWEEN_MS,
    ),
    row(
      'the same at a checkpoint',
      spreadOf(millisecondsOf(held.flatMap(({ atCheckpoint }) => atCheckpoint))),
      CHECKPOINT_MS,
    ),
    row('the same of an idle process', spreadOf(millisecondsOf(all.flatMap(({ used }) => used.idle.late))), null),
  );
  console.log(table.toString());
  for (const { report, idle, seconds, browserCpuSeconds } of served) {
    const { p50, p99, max } = report.delays;
    console.log(
      `event loop p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)} (idle: p99 ${ms(idle.p99)}, max ${ms(idle.max)}); ` +
        `the longest: ${longest(report)}; ${report.saving.length} checkpoints; of ${seconds.toFixed(0)} s the main process ` +
        `took ${report.cpuSeconds.toFixed(1)} s of a processor, the browser ${browserCpuSeconds.toFixed(1)} s`,
    );
  }
}

function printSpeeds(all: readonly Round[]): void {
  const table = new Table({
    head: ['characters/s (median of steps)', 'folio train', 'watched', 'slower by', 'clicked, too', 'slower by'],
    style: { head: [], border: [] },
  });
  const line = (name: string, sum: (values: readonly number[]) => number, rounds: readonly Round[]): string[] => {
    const alone = sum(rounds.flatMap((one) => one.alone));
    const others = [(one: Round) => one.watched, (one: Round) => one.used].flatMap((which) => {
      const speed = sum(rounds.flatMap((one) => which(one).speeds));
      return [speed.toFixed(0), `${((1 - speed / alone) * 100).toFixed(1)} %`];
    });
    return [name, alone.toFixed(0), ...others];
  };
  for (const [i, round] of all.entries()) table.push(line(`round ${i + 1}`, median, [round]));
  table.push(line('all (promised: less than 3 %)', median, all));
  table.push(line('the fastest step', (values) => Math.max(...values), all));
  console.log(table.toString());
}

async function main(): Promise<void> {
  await ensureBuilt();
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = loadavg()[0] ?? NaN;
    const alone = await trainAlone(join(folder, `alone-${round}`));
    const watched = await trainServed(join(folder, `watched-${round}`), false);
    const used = await trainServed(join(folder, `used-${round}`), true);
    all.push({ load, alone, watched, used });
    console.error(`round ${round + 1} of ${rounds} done`);
  }
  console.log(`${machine()}; load before each round: ${all.map(({ load }) => load.toFixed(1)).join(', ')}`);
  printDelays(all);
  printSpeeds(all);
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
