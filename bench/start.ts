/**
 * npx node bench/start.ts [--rounds 5] [--engine auto] [--only train|window] [--json]
 *
 * How long a person waits: from the command `folio train` (tutorial preset, a new record, then a known one) until its first step is told,
 * with what happens meanwhile; and from the command `folio serve` until its page can be used. "The window" is that page in a Chromium
 * (headless, drawing by software) that is open already: starting a browser, or Electron, is not in it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';
import { ENGINE_NAMES, type EngineName } from '../src/shared/domain.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { machine } from './report.ts';
import { phasesOf, phasesOfRounds, type StartPhase } from './start-phases.ts';
import { prepareEngine } from './prepare-engine.ts';
import { openInProcess, startServed, startTraining } from './starts.ts';
import { median } from './statistics.ts';
import { endWith, runBench } from './usage.ts';
import { ensureBuilt } from './window/measure.ts';

const ENGINE_CHOICES = ['auto', ...ENGINE_NAMES] as const;

const HELP = `  --rounds N       how often each is started (default 5); medians count
  --engine NAME    what trains: ${ENGINE_CHOICES.join(', ')} (default auto, as for a person who names none)
  --only NAME      train or window
  --json           the result as one JSON object on standard output

"The window" is the page of \`folio serve\` in a Chromium that is open already. The first step is promised for the native engine,
tensorflow, named or chosen by auto. Exit code 1 when a promise is not kept.`;

/** Seconds that are promised: until the first step of a training with the native engine, and until the window is usable. */
const PROMISED = { train: 4, window: 1.5 };

const optionsSchema = z.strictObject({
  rounds: wholeNumber(1, 100),
  engine: oneOf(ENGINE_CHOICES),
  only: oneOf(['train', 'window']).optional(),
  json: z.boolean(),
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Result {
  readonly name: string;
  /** Null where it is a part of another. */
  readonly promised: number | null;
  /** In seconds, a round each. */
  readonly totals: readonly number[];
  /** Medians over the rounds. */
  readonly phases: readonly StartPhase[];
}

/** Medians phase by phase; they need not add up to the median of the totals. */
function resultOf(name: string, promised: number | null, rounds: readonly (readonly StartPhase[])[]): Result {
  const phases = phasesOfRounds(rounds).map((phase) => ({ name: phase.name, seconds: median(phase.seconds) }));
  const totals = rounds.map((round) => round.reduce((sum, { seconds }) => sum + seconds, 0));
  return { name, promised, totals, phases };
}

const isKept = ({ promised, totals }: Result): boolean => promised === null || median(totals) <= promised;

function print(result: Result): void {
  const { name, promised, totals, phases } = result;
  const table = new Table({ head: [name, 'seconds'], style: { head: [], border: [] }, colAligns: ['left', 'right'] });
  for (const { name: phase, seconds } of phases) table.push([phase, seconds.toFixed(2)]);
  const [middle, low, high] = [median(totals), Math.min(...totals), Math.max(...totals)];
  table.push(['all (median of the totals)', middle.toFixed(2)]);
  const kept = promised === null ? '' : `; promised ${promised} s: ${isKept(result) ? 'kept' : 'NOT KEPT'}`;
  console.log(`${table.toString()}\n${low.toFixed(2)} to ${high.toFixed(2)} s${kept}\n`);
}

async function main({ rounds, engine, only, json }: z.infer<typeof optionsSchema>): Promise<number> {
  const fresh: StartPhase[][] = [];
  const known: StartPhase[][] = [];
  const opened: StartPhase[][] = [];
  const served: StartPhase[][] = [];
  const trained = new Set<EngineName>();
  if (only !== 'train') await ensureBuilt();
  // A download would be measured with the first round.
  if (only !== 'window' && (engine === 'auto' || engine === 'tensorflow')) prepareEngine();
  for (let round = 1; round <= rounds; round++) {
    const data = mkdtempSync(join(tmpdir(), 'folio-start-'));
    try {
      if (only !== 'window') {
        for (const starts of [fresh, known]) {
          const start = await startTraining(data, engine);
          starts.push(phasesOf(start.sightings));
          trained.add(start.engine);
        }
        for (const one of trained) opened.push(await openInProcess(one));
      }
      if (only !== 'train') served.push(await startServed(data));
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
    say(`round ${round} of ${rounds} done`);
  }
  const native = [...trained].every((one) => one === 'tensorflow') ? PROMISED.train : null;
  const results = [
    { name: 'folio train, a new record', promised: native, of: fresh },
    { name: 'folio train, a known record', promised: native, of: known },
    { name: 'of that, a process that computes', promised: null, of: opened },
    { name: 'folio serve, until the page is usable', promised: PROMISED.window, of: served },
  ].flatMap(({ name, promised, of }) => (of.length === 0 ? [] : [resultOf(name, promised, of)]));
  const chosen = [...trained].join(', ');
  const broken = results.filter((result) => !isKept(result));
  if (json) {
    process.stdout.write(`${JSON.stringify({ machine: machine(), engine, chosen, results })}\n`);
  } else {
    for (const result of results) print(result);
    const what = engine === 'auto' && chosen !== '' ? `auto, which took ${chosen}` : engine;
    console.log(`${machine()}; ${what}; median of ${rounds}.`);
  }
  return endWith(
    broken.map(({ name, promised, totals }) => `${name}: ${median(totals).toFixed(2)} s, promised ${promised} s`),
    say,
  );
}

await runBench(
  {
    command: 'npx node bench/start.ts',
    help: HELP,
    options: {
      rounds: { type: 'string', default: '5' },
      engine: { type: 'string', default: 'auto' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    schema: optionsSchema,
  },
  main,
);
