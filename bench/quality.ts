/**
 * npx node bench/quality.ts [--minutes 3] [--precision mixed|float32] [--peers] [--published] [--engine NAME] [--out FOLDER] [--json]
 *
 * What a training of so many minutes reaches: `folio train --preset best` on Shakespeare, its last tenth held out, and with --peers
 * nanoGPT's published CPU setting in PyTorch (bench/peers/nanogpt.py) for the same minutes on the same split, one after the other.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { splitForValidation } from '../src/shared/batch-plan.ts';
import { ENGINE_NAMES } from '../src/shared/domain.ts';
import { PRESETS } from '../src/shared/presets.ts';
import { decimal, oneOf, text } from './arguments.ts';
import { counted } from './counted.ts';
import { JsonChild } from './window/child.ts';
import { drawLines } from './line-chart.ts';
import { peerPython } from './peer-environment.ts';
import { prepareEngine } from './prepare-engine.ts';
import { isMissed, lossChart, lossCsv, lossTable, type QualityCurve, verdict } from './quality-report.ts';
import { machine } from './report.ts';
import { runBench } from './usage.ts';

const HELP = `  --minutes N        the time budget (default 3; targets are set for 3 and 30)
  --precision NAME   mixed (default) or float32
  --peers            also nanoGPT's setting in PyTorch, its learning rate falling over the same minutes
  --published        with --peers: its learning rate falls over 2,000 steps, as in its README, whatever time they take
  --engine NAME      Folio's engine (default tensorflow)
  --out FOLDER       where quality-N-minutes-PRECISION.svg and .csv go (default docs)
  --json             the result as one JSON object on standard output

For a true figure nothing else may run meanwhile. Exit code 1 when a target is missed.`;

const ROOT = join(import.meta.dirname, '..');
const CORPUS = join(ROOT, 'resources', 'corpora', 'shakespeare.txt');

const optionsSchema = z.strictObject({
  minutes: decimal(0.05, 1000),
  precision: oneOf(['mixed', 'float32']),
  peers: z.boolean(),
  published: z.boolean(),
  engine: oneOf(ENGINE_NAMES),
  out: text('the name of a folder'),
  json: z.boolean(),
});
type Options = z.infer<typeof optionsSchema>;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Reached {
  readonly curve: QualityCurve;
  /** Of the whole held-out part, after the minutes. */
  readonly loss: number;
  /** What was trained, in words. */
  readonly details: string;
}

const eventSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('engine'), report: z.looseObject({ device: z.string() }) }),
  z.looseObject({ type: z.literal('plan'), reason: z.string().nullable() }),
  z.looseObject({ type: z.literal('epoch'), epoch: z.number(), validationLoss: z.number().nullable() }),
  z.looseObject({
    type: z.literal('finished'),
    run: z.number(),
    status: z.string(),
    reason: z.string(),
    steps: z.number(),
  }),
]);

/** The clock begins when the engine is ready: planning, validations and samples are in the minutes. */
async function trainFolio(options: Options, folder: string): Promise<Reached> {
  const args = ['--preset', 'best', '--minutes', String(options.minutes), '--set', `precision=${options.precision}`];
  const data = ['--data', join(folder, 'data'), '--json'];
  const child = new JsonChild([join(ROOT, 'bin/folio.js'), 'train', ...args, '--engine', options.engine, ...data]);
  const measurements: { seconds: number; loss: number }[] = [];
  let details = '';
  let start = NaN;
  let run: number | null = null;
  for (let line = await child.next(); line !== null; line = await child.next()) {
    const parsed = eventSchema.safeParse(line);
    if (!parsed.success) continue; // the other events
    const event = parsed.data;
    if (event.type === 'engine') {
      start = performance.now();
      details = [details, event.report.device].filter((part) => part !== '').join('; ');
    }
    if (event.type === 'plan') details = [event.reason ?? '', details].filter((part) => part !== '').join('; ');
    if (event.type === 'epoch' && event.validationLoss !== null) {
      measurements.push({ seconds: (performance.now() - start) / 1000, loss: event.validationLoss });
      say(
        `Folio, epoch ${event.epoch}: ${event.validationLoss.toFixed(3)} after ${measurements.at(-1)?.seconds.toFixed(0)} s`,
      );
    }
    if (event.type === 'finished') {
      if (event.status !== 'finished') throw new Error(`the training ended as ${event.status}: ${event.reason}`);
      run = event.run;
      details += `; ${counted(event.steps, 'step')}`;
    }
  }
  if (run === null) throw new Error('`folio train` did not come to its end');
  const held = join(folder, 'held.txt');
  const characters = Array.from(readFileSync(CORPUS, 'utf8'));
  const { start: from } = splitForValidation(characters.length, PRESETS.best.config.validationFraction).validation;
  writeFileSync(held, characters.slice(from).join(''));
  const evaluation = ['evaluate', String(run), '--epoch', 'best', '--text', held, '--engine', options.engine];
  const judge = new JsonChild([join(ROOT, 'bin/folio.js'), ...evaluation, ...data]);
  const { nats } = await judge.nextAs(z.looseObject({ nats: z.number() }));
  return { curve: { name: 'Folio', measurements }, loss: nats, details };
}

const peerLineSchema = z.union([
  z.strictObject({ seconds: z.number(), step: z.number(), loss: z.number() }),
  z.strictObject({
    version: z.string(),
    parameters: z.number(),
    steps: z.number(),
    seconds: z.number(),
    loss: z.number(),
  }),
]);

async function trainPeer({ minutes, published }: Options, python: string): Promise<Reached> {
  const schedule = published ? 'published' : 'stretched';
  const child = new JsonChild([join(ROOT, 'bench/peers/nanogpt.py'), CORPUS, String(minutes), schedule], python);
  const measurements: { seconds: number; loss: number }[] = [];
  for (let line = await child.next(); line !== null; line = await child.next()) {
    const told = peerLineSchema.parse(line);
    if ('step' in told) {
      measurements.push({ seconds: told.seconds, loss: told.loss });
      say(`nanoGPT's setting, step ${told.step}: ${told.loss.toFixed(3)} after ${told.seconds.toFixed(0)} s`);
      continue;
    }
    const details = `${told.version}, ${told.parameters} parameters, ${counted(told.steps, 'step')}, schedule ${schedule}`;
    return { curve: { name: "nanoGPT's CPU setting", measurements }, loss: told.loss, details };
  }
  throw new Error('nanogpt.py did not come to its end');
}

async function main(options: Options): Promise<number> {
  const { minutes, precision } = options;
  const python = options.peers ? await peerPython(say, ['torch']) : null;
  if (options.engine === 'tensorflow') prepareEngine();
  const folder = mkdtempSync(join(tmpdir(), 'folio-quality-'));
  try {
    const folio = await trainFolio(options, folder);
    const all = [folio, ...(python === null ? [] : [await trainPeer(options, python)])];
    const curves = all.map(({ curve }) => curve);
    mkdirSync(options.out, { recursive: true });
    const file = join(options.out, `quality-${minutes}-minutes-${precision}`);
    writeFileSync(`${file}.csv`, lossCsv(curves));
    writeFileSync(`${file}.svg`, drawLines(lossChart(curves, minutes, precision)));
    const judged = verdict(minutes, precision, folio.loss);
    const code = isMissed(minutes, precision, folio.loss) ? 1 : 0;
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ machine: machine(), minutes, precision, verdict: judged, results: all })}\n`,
      );
      return code;
    }
    console.log(lossTable(curves, minutes));
    console.log(
      `${machine()}. Each program's clock begins when its library is loaded; PyTorch's stands still while it validates.`,
    );
    for (const { curve, loss, details } of all)
      console.log(`${curve.name}: ${loss.toFixed(4)} of the whole held-out part. ${details}`);
    console.log(judged);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runBench(
  {
    command: 'npx node bench/quality.ts',
    help: HELP,
    options: {
      minutes: { type: 'string', default: '3' },
      precision: { type: 'string', default: 'mixed' },
      peers: { type: 'boolean', default: false },
      published: { type: 'boolean', default: false },
      engine: { type: 'string', default: 'tensorflow' },
      out: { type: 'string', default: join(ROOT, 'docs') },
      json: { type: 'boolean', default: false },
    },
    schema: optionsSchema,
  },
  main,
);
