/**
 * npm run bench [-- --peers] [--check | --save-baseline] [--json] [--rounds N] [--only TASK]... [--engine NAME]
 *
 * Measures Folio's training step, generation and memory, each contender in fresh processes. With --peers Keras and PyTorch do
 * the same work in turns (Folio, Keras, PyTorch, Folio, ...), so that what slows the machine slows everybody: compare
 * the ratios, not the times. Ratios are best against best, with each peer's fastest variant. At the end stands the README's table, and what
 * was promised and missed.
 */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ENGINE_NAMES } from '../src/shared/domain.ts';
import { oneOf, UsageError, wholeNumber } from './arguments.ts';
import {
  BASELINE_FILE,
  type BaselineComparison,
  compareWithBaseline,
  deviceOf,
  ratiosOf,
  readBaseline,
  recordFor,
  withRecord,
} from './baseline.ts';
import { type Measured, measure } from './contender-process.ts';
import { counted } from './counted.ts';
import { peerPython } from './peer-environment.ts';
import { prepareEngine } from './prepare-engine.ts';
import { readmeTable } from './readme-table.ts';
import { machine, type Measurements, missedTargets, printResult, type TaskResult, taskResult } from './report.ts';
import { bestOf } from './statistics.ts';
import { allTasks, type Contender, runtimeOf, type Task, TASK_IDS, type Variant } from './tasks.ts';
import { runBench } from './usage.ts';

const HELP = `  --peers          also Keras and PyTorch (FOLIO_PEERS_PYTHON, or a virtual environment made once in the cache, about 6 GB)
  --check          fail when a promised ratio is missed, or when one is more than 10 % below bench/baseline.json in every round (implies --peers)
  --save-baseline  write the ratios to bench/baseline.json, in place of those of the same engine (implies --peers)
  --rounds N       times each contender runs, in turns (default 5)
  --steps N        timed training steps a process (default 5)
  --only TASK      ${TASK_IDS.join(', ')}; may be given several times
  --engine NAME    Folio's engine (default tensorflow)
  --json           the result as one JSON object

Other measurements, each with --help:
  npx node bench/quality.ts                   validation loss for minutes of training, beside nanoGPT's published CPU setting
  npx node bench/scaling.ts                   cost against work: batch, length, units, layers, vocabulary, corpus
  npx node bench/start.ts                     from the command to the first step, and to a usable window
  npx node bench/precision-curves.ts          loss curves in float32 and in mixed precision
  npx node bench/window/training.ts           what a window costs a training, and a training a window
  npx node bench/window/history.ts            a record of thousands of runs: opening the list, scrolling
  npx node bench/window/long-run.ts           a run of hundreds of thousands of steps: opening it
  npx node bench/window/first-character.ts    from a click until the first character of a text is drawn
  npx node bench/checkpoint/pause.ts          how long a checkpoint holds up the main process
  npx node bench/checkpoint/backup.ts         what a backup costs a training meanwhile
  npx node bench/folio/breakdown.ts           where a training step goes
  npx node bench/folio/wasm.ts                the wasm engine's step beside XNNPACK's products, and what threads bring`;

const count = wholeNumber(1, 1000);
const optionsSchema = z.strictObject({
  peers: z.boolean().default(false),
  check: z.boolean().default(false),
  'save-baseline': z.boolean().default(false),
  json: z.boolean().default(false),
  rounds: count.default(5),
  steps: count.default(5),
  only: z.array(oneOf(TASK_IDS)).optional(),
  engine: oneOf(ENGINE_NAMES).default('tensorflow'),
});
type Options = z.infer<typeof optionsSchema>;

/** In the first rounds every variant of a peer runs; then only its fastest. Two, because one can fall into a bad moment. */
const CHOOSING_ROUNDS = 2;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** What the variants of one contender have measured so far. */
interface Candidate {
  readonly contender: Contender;
  readonly runs: Map<Variant, Measured[]>;
}

/** All rounds of a task, the contenders in turns. */
async function runTask(
  task: Task,
  rounds: number,
  programOf: (contender: Contender) => string,
): Promise<Measurements[]> {
  say(task.title);
  const candidates = task.contenders.map((contender): Candidate => ({ contender, runs: new Map() }));
  for (let round = 1; round <= rounds; round++) {
    const told: string[] = [];
    for (const { contender, runs } of candidates) {
      const choosing = round <= CHOOSING_ROUNDS;
      for (const variant of choosing ? contender.variants : [fastest(task, runs)]) {
        const measured = await measure(programOf(contender), variant);
        runs.set(variant, [...(runs.get(variant) ?? []), measured]);
        const name = choosing && contender.variants.length > 1 ? `${contender.name} (${variant.name})` : contender.name;
        told.push(`${name} ${bestOf(measured.values, task.better).toFixed(0)}`);
      }
    }
    say(`  round ${round}, ${task.unit}: ${told.join(', ')}`);
  }
  return candidates.map(({ contender, runs }) => {
    const variant = fastest(task, runs);
    return { contender, variant: variant.name, rounds: runs.get(variant) ?? [] };
  });
}

/** The variant with the best value of all. */
function fastest(task: Task, runs: Candidate['runs']): Variant {
  const ranked = [...runs].toSorted(([, a], [, b]) => {
    const [first, second] = [a, b].map((all) =>
      bestOf(
        all.flatMap(({ values }) => values),
        task.better,
      ),
    ) as [number, number];
    return task.better === 'lower' ? first - second : second - first;
  });
  const best = ranked[0]?.[0];
  if (best === undefined) throw new RangeError('nothing was measured');
  return best;
}

/** The tasks that were asked for. @throws UsageError for one that the engine cannot do */
function chosenTasks({ steps, engine, only }: Options): readonly Task[] {
  const tasks = allTasks({ steps, warmup: 2, repeats: 3, characters: 1000 }, engine);
  if (only === undefined) return tasks;
  const impossible = only.filter((id) => tasks.every((task) => task.id !== id));
  if (impossible.length > 0) throw new UsageError(`the ${engine} engine cannot do ${impossible.join(', ')}`);
  return tasks.filter(({ id }) => only.includes(id));
}

/** What a person reads last: the table to paste where the peers were measured, and what was missed. */
function printEnd({ rounds }: Options, peers: boolean, results: readonly TaskResult[]): void {
  if (peers) console.log(`${readmeTable(results)}\n`);
  console.log(
    `${machine()}; ${deviceOf(results)}; best of ${counted(rounds, 'round')}${rounds === 1 ? '' : ' in turns'}.`,
  );
  const promised = results.some(({ contenders }) =>
    contenders.some(({ target, folioIsFaster }) => target !== null && folioIsFaster !== null),
  );
  const missed = missedTargets(results);
  if (missed.length > 0) console.log(`Missed of what is promised:\n${missed.map((line) => `- ${line}`).join('\n')}`);
  else if (promised) console.log('Of what is promised, nothing was missed.');
  else console.log('Of what was measured, nothing is promised here.');
}

function sayComparison({ lines, notes, losses }: BaselineComparison): void {
  for (const line of lines) say(`baseline: ${line}`);
  for (const note of notes) say(`note: ${note}`);
  for (const line of losses) say(`lost more than 10 %: ${line}`);
}

async function main(options: Options): Promise<number> {
  if (options['save-baseline'] && (options.check || options.only !== undefined)) {
    throw new UsageError('--save-baseline saves what all tasks measured: it goes with neither --check nor --only');
  }
  const tasks = chosenTasks(options);
  const peers = options.peers || options.check || options['save-baseline'];
  // So that a missing or damaged file is known before anything is measured.
  const baseline = options.check || options['save-baseline'] ? readBaseline() : [];
  if (options.check) recordFor(baseline, options.engine);
  const python = peers ? await peerPython(say) : '';
  if (options.engine === 'tensorflow') prepareEngine();
  const programOf = (contender: Contender): string => (runtimeOf(contender) === 'node' ? process.execPath : python);
  const results = [];
  for (const task of tasks) {
    const contenders = peers ? task.contenders : task.contenders.filter((one) => runtimeOf(one) === 'node');
    const result = taskResult(task, await runTask({ ...task, contenders }, options.rounds, programOf));
    results.push(result);
    if (!options.json) console.log(`\n${printResult(result)}\n`);
  }
  const missed = missedTargets(results);
  const compared = options.check
    ? compareWithBaseline(results, baseline, { engine: options.engine, machine: machine() })
    : null;
  const { engine, rounds } = options;
  const [here, device] = [machine(), deviceOf(results)];
  const result = { machine: here, device, engine, rounds, results, missed };
  if (options.json) {
    console.log(JSON.stringify(compared === null ? result : { ...result, baseline: compared }));
    for (const line of missed) say(`missed: ${line}`);
  } else printEnd(options, peers, results);
  if (compared !== null) sayComparison(compared);
  if (options['save-baseline']) {
    const date = new Date().toISOString().slice(0, 10);
    const record = { engine, machine: here, device, date, rounds, ratios: ratiosOf(results) };
    writeFileSync(BASELINE_FILE, withRecord(baseline, record));
    say(`${BASELINE_FILE} now holds the ratios of the ${engine} engine`);
  }
  return options.check && (missed.length > 0 || (compared?.losses.length ?? 0) > 0) ? 1 : 0;
}

await runBench(
  {
    command: 'npm run bench --',
    help: HELP,
    options: {
      peers: { type: 'boolean' },
      check: { type: 'boolean' },
      'save-baseline': { type: 'boolean' },
      json: { type: 'boolean' },
      rounds: { type: 'string' },
      steps: { type: 'string' },
      only: { type: 'string', multiple: true },
      engine: { type: 'string' },
    },
    schema: optionsSchema,
  },
  main,
);
