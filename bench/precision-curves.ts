/**
 * npx node bench/precision-curves.ts [--epochs N] [--draw]
 *
 * Trains the tutorial preset on Shakespeare in float32 and in mixed precision, with the same seed, and puts the two loss curves
 * beside each other: docs/precision-curves.csv (every step, as measured), docs/precision-curves.svg, and the epochs' means as a
 * table on stdout. Takes some minutes of the whole processor. --draw only draws the CSV file again.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { TensorOps } from '../src/main/engine/tensor-ops.ts';
import { Vocabulary } from '../src/main/model/vocabulary.ts';
import { Control } from '../src/main/trainer/control.ts';
import { train } from '../src/main/trainer/train.ts';
import { PRESETS } from '../src/shared/presets.ts';
import { wholeNumber } from './arguments.ts';
import { drawCurves } from './curve-chart.ts';
import { openProven } from './folio/open-proven.ts';
import { runBench } from './usage.ts';

const HELP = `  --epochs N    passes over Shakespeare in each precision (default 2); some minutes of the whole processor
  --draw        trains nothing: only draws docs/precision-curves.svg from docs/precision-curves.csv again

Writes both files, and the epochs' means as a table on standard output. Needs the native engine.`;

const optionsSchema = z.strictObject({ epochs: wholeNumber(1, 100), draw: z.boolean() });

const ROOT = join(import.meta.dirname, '..');
const CSV = join(ROOT, 'docs', 'precision-curves.csv');
const SVG = join(ROOT, 'docs', 'precision-curves.svg');
const HEADER = 'epoch,step,float32,mixed';

/** The mean loss of one batch, in nats a character, before the step that it led to. */
interface StepLoss {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
}

/** One step of both trainings. */
interface Row {
  readonly epoch: number;
  readonly step: number;
  readonly float32: number;
  readonly mixed: number;
}

/** The losses of every step of the tutorial preset, through the trainer's own loop. */
async function lossesOf(ops: TensorOps, precision: 'float32' | 'mixed', epochs: number): Promise<StepLoss[]> {
  const text = readFileSync(join(ROOT, 'resources', 'corpora', 'shakespeare.txt'), 'utf8');
  const vocabulary = Vocabulary.fromText(text);
  const ids = Uint8Array.from(vocabulary.encode(text, { unknown: 'refuse' }).ids);
  const config = { ...PRESETS.tutorial.config, precision, epochs };
  const losses: StepLoss[] = [];
  const input = { ops, config, vocabulary, ids, resume: null, reason: null, secondsSpent: 0 };
  await train(input, new Control(), (message) => {
    if (message.type === 'step') {
      const { epoch, step, loss } = message;
      losses.push({ epoch, step, loss });
      if (step % 20 === 0) process.stderr.write(`${precision} epoch ${epoch} step ${step}: ${loss.toFixed(3)}\n`);
    }
    return Promise.resolve();
  });
  return losses;
}

async function measure(epochs: number): Promise<Row[]> {
  const ops = await openProven('tensorflow');
  process.stderr.write(`${ops.device}\n`);
  const float32 = await lossesOf(ops, 'float32', epochs);
  const mixed = await lossesOf(ops, 'mixed', epochs);
  ops.close();
  return float32.map(({ epoch, step, loss }, i) => {
    const other = mixed[i];
    if (other?.step !== step) throw new Error(`no step ${step} in mixed precision`);
    return { epoch, step, float32: loss, mixed: other.loss };
  });
}

function write(rows: readonly Row[]): void {
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  const lines = rows.map(({ epoch, step, float32, mixed }) => [epoch, step, float32, mixed].join(','));
  writeFileSync(CSV, `${[HEADER, ...lines].join('\n')}\n`);
}

/** @throws when the file is not one that `write` made. */
function read(): Row[] {
  const [header, ...lines] = readFileSync(CSV, 'utf8').trim().split('\n');
  if (header !== HEADER) throw new Error(`${CSV} does not begin with ${HEADER}`);
  const rowSchema = z.tuple([z.coerce.number(), z.coerce.number(), z.coerce.number(), z.coerce.number()]);
  return lines.map((line) => {
    const [epoch, step, float32, mixed] = rowSchema.parse(line.split(','));
    return { epoch, step, float32, mixed };
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The epochs' means as a Markdown table, and how far the steps differ. */
function table(rows: readonly Row[]): string {
  const line = (epoch: number): string => {
    const own = rows.filter((row) => row.epoch === epoch);
    const [float32, mixed] = [mean(own.map((row) => row.float32)), mean(own.map((row) => row.mixed))];
    const farthest = Math.max(...own.map((row) => Math.abs(row.mixed - row.float32)));
    const cells = [float32.toFixed(4), mixed.toFixed(4), (mixed - float32).toFixed(4), farthest.toFixed(4)];
    return `| ${epoch} | ${cells.join(' | ')} |`;
  };
  const epochs = [...new Set(rows.map(({ epoch }) => epoch))];
  return [
    '| epoch | float32 | mixed | difference of the means | largest difference of a step |',
    '| ----- | ------- | ----- | ----------------------- | ---------------------------- |',
    ...epochs.map(line),
  ].join('\n');
}

async function main({ epochs, draw }: z.infer<typeof optionsSchema>): Promise<number> {
  if (!draw) write(await measure(epochs));
  const rows = read();
  writeFileSync(
    SVG,
    drawCurves({
      title: 'Training loss of the tutorial preset, float32 and mixed precision',
      x: {
        label: `training step (${rows.filter(({ epoch }) => epoch === 1).length} an epoch)`,
        values: rows.map(({ step }) => step),
      },
      y: 'loss, nats a character',
      curves: [
        { name: 'float32', values: rows.map(({ float32 }) => float32) },
        { name: 'mixed', values: rows.map(({ mixed }) => mixed) },
      ],
      difference: 'mixed − float32, nats a character',
    }),
  );
  process.stdout.write(`${table(rows)}\n`);
  return 0;
}

await runBench(
  {
    command: 'npx node bench/precision-curves.ts',
    help: HELP,
    options: { epochs: { type: 'string', default: '2' }, draw: { type: 'boolean', default: false } },
    schema: optionsSchema,
  },
  main,
);
