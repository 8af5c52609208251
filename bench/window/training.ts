/**
 * npx node bench/window/training.ts [--rounds 2] [--epochs 1] [--engine tensorflow]
 *
 * What a window costs a training, and a training a window: the tutorial preset on the first 400,000 characters of Shakespeare (61 steps an
 * epoch), in turns by `folio train` alone, by the served program with a browser that shows the page of the run, and by the same while
 * somebody clicks and asks every two seconds. Then the program's main process watches its event loop, too; beside it an idle process
 * does the same, which tells what the machine itself costs.
 *
 * The browser draws by software, on the processors that the training computes on; with a graphics card it takes less of them. Speeds need a
 * machine that does nothing else (a promise that is broken ends this with exit code 1); the seconds of a processor that a program and its browser took tell about as much on a busy one.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { counted } from '../counted.ts';
import { machine } from '../report.ts';
import { median } from '../statistics.ts';
import { runBench } from '../usage.ts';
import { NOTED_MS } from './loop-watch.ts';
import type { Lateness } from './loop-watch.ts';
import { ensureBuilt } from './measure.ts';
import { HEAD, ms, Promises, spreadOf, type Limit } from './promises.ts';
import { trainAlone, trainServed } from './trainings.ts';
import type { Alone, Report, Served, Took } from './trainings.ts';
import { WARM_UP } from './warm-up.ts';

const root = resolve(import.meta.dirname, '../..');
// Not less: at the end of an epoch more is drawn than in it, and the whole text has 172 steps an epoch.
const CHARACTERS = 400_000;
const BETWEEN_MS = 50;
const CHECKPOINT_MS = 150;
const CLICK_MS = 100;
/** After a checkpoint is stored, its log is still copied back. */
const AFTERWARDS_MS = 500;
/** While the page opens and the training starts. */
const START_MS = 100;
/** So much slower a training may be beside a window: 3 %. */
const SLOWER = 0.03;

const HELP = `  --rounds N       how often each of the three is trained, in turns (default 2)
  --epochs N       passes over the text, of 61 steps each (default 1)
  --engine NAME    Folio's engine (default tensorflow)

Needs Linux, and for a true figure a machine that does nothing else. Exit code 1 when a promise is not kept.`;

const optionsSchema = z.strictObject({
  rounds: wholeNumber(1, 100),
  epochs: wholeNumber(1, 100),
  engine: oneOf(ENGINE_NAMES),
});

const promises = new Promises();

interface Round {
  readonly load: number;
  readonly alone: Alone;
  readonly watched: Served;
  readonly used: Served;
}

interface HeldUp {
  /** Before the first step. */
  readonly starting: readonly Lateness[];
  readonly between: readonly Lateness[];
  readonly atCheckpoint: readonly Lateness[];
}

/** The times that the loop was held up. */
function heldUp({ delays, saving, steps }: Report): HeldUp {
  const first = steps[0]?.at ?? Infinity;
  const isAtCheckpoint = ({ at, ms }: Lateness): boolean =>
    saving.some(({ from, to }) => at > from && at - ms < to + AFTERWARDS_MS);
  const training = delays.late.filter(({ at }) => at > first);
  return {
    starting: delays.late.filter(({ at }) => at <= first),
    between: training.filter((one) => !isAtCheckpoint(one)),
    atCheckpoint: training.filter(isAtCheckpoint),
  };
}

/** The longest delays, and when they were: seconds after the first step. */
function longest({ delays, steps }: Report): string {
  const first = steps[0]?.at ?? 0;
  const worst = delays.late.toSorted((a, b) => b.ms - a.ms).slice(0, 4);
  return worst
    .map(({ at, ms: late, worked }) => `${ms(late)} (of work ${ms(worked)}) at ${((at - first) / 1000).toFixed(1)} s`)
    .join(', ');
}

function printDelays(all: readonly Round[]): void {
  const used = all.map((round) => round.used);
  const held = used.map(({ report }) => heldUp(report));
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  const lateness = (name: string, late: readonly Lateness[], limit: Limit | null): string[] =>
    promises.row(name, spreadOf(late.length === 0 ? [0] : late.map((one) => one.ms)), limit);
  const between = held.flatMap((one) => one.between);
  const worked = held.flatMap((one) => [...one.starting, ...one.between, ...one.atCheckpoint]);
  table.push(
    promises.row('a click on the rail until the screen is drawn', spreadOf(used.flatMap(({ clicks }) => clicks)), {
      ms: CLICK_MS,
    }),
    promises.row('runs:list, asked by the page', spreadOf(used.flatMap(({ requests }) => requests)), { ms: CLICK_MS }),
    lateness(`event loop late by ${NOTED_MS} ms or more, between checkpoints`, between, {
      ms: BETWEEN_MS,
      always: true,
    }),
    lateness(
      'the same at a checkpoint',
      held.flatMap((one) => one.atCheckpoint),
      { ms: CHECKPOINT_MS, always: true },
    ),
    lateness(
      'the same before the first step',
      held.flatMap((one) => one.starting),
      { ms: START_MS, always: true },
    ),
    lateness(
      'of all these, what it computed itself',
      worked.map((one) => ({ ...one, ms: one.worked })),
      { ms: BETWEEN_MS, always: true },
    ),
    lateness(
      'the same lateness of an idle process',
      used.flatMap(({ idle }) => idle.late),
      null,
    ),
  );
  console.log(table.toString());
  for (const { report, idle } of used) {
    const { p50, p99, max } = report.delays;
    console.log(
      `event loop p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)} (idle: p99 ${ms(idle.p99)}, max ${ms(idle.max)}); ` +
        `the longest: ${longest(report)}; ${counted(report.saving.length, 'checkpoint')}`,
    );
  }
}

/** What stands beside the training on its processors. Two threads that wait for each other lose at most what one of them is kept from. */
function printProcessors(all: readonly Round[]): void {
  const table = new Table({
    head: [`seconds of a processor, after step ${WARM_UP}`, 'of', 'main process', 'browser', 'more than folio train'],
    style: { head: [], border: [] },
  });
  const mean = (took: readonly Took[], what: keyof Took): number =>
    took.reduce((sum, one) => sum + one[what], 0) / took.length;
  const alone = all.map((round) => round.alone.took);
  const rateAlone = mean(alone, 'program') / mean(alone, 'seconds');
  for (const which of ['alone', 'watched', 'used'] as const) {
    const took = all.map((round) => round[which].took);
    const [seconds, program, browser] = [mean(took, 'seconds'), mean(took, 'program'), mean(took, 'browser')];
    const more = ((program + browser) / seconds - rateAlone) * 100;
    const name = { alone: 'folio train', watched: 'watched', used: 'clicked, too' }[which];
    const told = which === 'alone' ? '' : `${more.toFixed(1)} % of the time`;
    table.push([name, `${seconds.toFixed(1)} s`, `${program.toFixed(2)} s`, `${browser.toFixed(2)} s`, told]);
  }
  console.log(table.toString());
}

function printSpeeds(all: readonly Round[]): void {
  const table = new Table({
    head: ['characters/s (median of steps)', 'folio train', 'watched', 'slower by', 'clicked, too', 'slower by'],
    style: { head: [], border: [] },
  });
  const line = (name: string, sum: (values: readonly number[]) => number, rounds: readonly Round[]): string[] => {
    const alone = sum(rounds.flatMap((one) => one.alone.speeds));
    const others = [(one: Round) => one.watched, (one: Round) => one.used].flatMap((which) => {
      const speed = sum(rounds.flatMap((one) => which(one).speeds));
      return [speed.toFixed(0), `${((1 - speed / alone) * 100).toFixed(1)} %`];
    });
    return [name, alone.toFixed(0), ...others];
  };
  for (const [i, round] of all.entries()) table.push(line(`round ${i + 1}`, median, [round]));
  table.push(line('all (promised: less than 3 %)', median, all));
  const speed = (which: 'alone' | 'watched' | 'used'): number => median(all.flatMap((round) => round[which].speeds));
  promises.share('a watched training is slower', 1 - speed('watched') / speed('alone'), SLOWER);
  promises.share('a training beside clicks is slower', 1 - speed('used') / speed('alone'), SLOWER);
  table.push(line('the fastest step', (values) => Math.max(...values), all));
  console.log(table.toString());
}

async function trainAll(folder: string, { rounds, epochs, engine }: z.infer<typeof optionsSchema>): Promise<Round[]> {
  const text = join(folder, 'shakespeare.txt');
  writeFileSync(text, readFileSync(join(root, 'resources/corpora/shakespeare.txt'), 'utf8').slice(0, CHARACTERS));
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = loadavg()[0] ?? NaN;
    const what = { text, epochs, engine };
    const first = round % 2 === 0 ? await trainAlone(join(folder, `alone-${round}`), what) : null;
    const watched = await trainServed(join(folder, `watched-${round}`), what, false);
    const alone = first ?? (await trainAlone(join(folder, `alone-${round}`), what));
    const used = await trainServed(join(folder, `used-${round}`), what, true);
    all.push({ load, alone, watched, used });
    console.error(`round ${round + 1} of ${rounds} done`);
  }
  return all;
}

async function main(options: z.infer<typeof optionsSchema>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'folio-bench-'));
  try {
    await ensureBuilt();
    const all = await trainAll(folder, options);
    console.log(`${machine()}; load before each round: ${all.map(({ load }) => load.toFixed(1)).join(', ')}`);
    printDelays(all);
    printProcessors(all);
    printSpeeds(all);
    return promises.end();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runBench(
  {
    command: 'npx node bench/window/training.ts',
    help: HELP,
    options: {
      rounds: { type: 'string', default: '2' },
      epochs: { type: 'string', default: '1' },
      engine: { type: 'string', default: 'tensorflow' },
    },
    schema: optionsSchema,
  },
  main,
);
