/**
 * Where a training step of the tutorial preset goes, in float32 and in mixed precision, as the table in ARCHITECTURE.md has it.
 *
 * npx node bench/folio/breakdown.ts [--steps 20] [--cell gru|lstm]
 *
 * Steps in turns, one in each precision, after three that are not counted; every operation of the engine is timed. A part's time is the
 * median over the steps, so parts need not add up to the whole, whose median is its own. GFLOP/s: what a part's matrix products compute,
 * over all of its time.
 */
import { z } from 'zod';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { Random } from '../../src/main/model/random.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { GATES } from '../../src/shared/network-shape.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { markdownTable } from '../markdown.ts';
import { machine } from '../report.ts';
import { median } from '../statistics.ts';
import { type Part, partOf, PARTS, productsOf, type StepSizes, tracedOps } from '../step-parts.ts';
import { runBench } from '../usage.ts';
import { openProven } from './open-proven.ts';

const HELP = `  --steps N      timed steps in each precision, in turns (default 20)
  --cell NAME    gru (default) or lstm

Times every operation of the tutorial's training step in float32 and in mixed precision, with the native engine's fused layers, and
prints the table of ARCHITECTURE.md: medians over the steps.`;

const optionsSchema = z.strictObject({ steps: wholeNumber(1, 1000), cell: oneOf(['gru', 'lstm']) });
type Options = z.infer<typeof optionsSchema>;

const VOCABULARY = 65;
const WARM_UP = 3;
const PRECISIONS = ['float32', 'mixed'] as const;
const REST = 'everything else';
const WHOLE = 'the whole step';
type Row = Part | typeof REST | typeof WHOLE;
const ROWS: readonly Row[] = [...PARTS, REST, WHOLE];

function sizesOf(cell: Options['cell']): StepSizes {
  const { batchSize, sequenceLength, units, embeddingSize } = PRESETS.tutorial.config;
  const characters = batchSize * sequenceLength;
  return { units, wide: GATES[cell] * units, embeddingSize, vocabulary: VOCABULARY, characters };
}

/** Steps in one precision, and the milliseconds of each row in each of them. */
class Measured {
  readonly times = new Map<Row, number[]>(ROWS.map((row) => [row, []]));
  readonly #config: RunConfig;
  readonly #stepper: TrainingStepper;
  readonly #random: Random;
  readonly #sizes: StepSizes;
  #now = new Map<Part, number>();

  constructor(ops: TensorOps, cell: Options['cell'], precision: (typeof PRECISIONS)[number]) {
    const sizes = sizesOf(cell);
    const config = { ...PRESETS.tutorial.config, cell, precision };
    const traced = tracedOps(ops, (operation, shape, took) => {
      const part = partOf(operation, shape, sizes);
      if (part !== null) this.#now.set(part, (this.#now.get(part) ?? 0) + took);
    });
    const weights = initialWeights(networkShapeOf(config, VOCABULARY), config.seed);
    this.#config = config;
    this.#sizes = sizes;
    this.#stepper = new TrainingStepper(traced, config, VOCABULARY, weights);
    this.#random = new Random(config.seed);
  }

  async step(step: number): Promise<void> {
    const ids = (): Int32Array =>
      Int32Array.from({ length: this.#sizes.characters }, () => this.#random.below(VOCABULARY));
    const batch = { inputs: ids(), targets: ids() };
    this.#now = new Map();
    const start = performance.now();
    await this.#stepper.step(batch, { step, learningRate: this.#config.learningRate }).read();
    const whole = performance.now() - start;
    if (step <= WARM_UP) return;
    const parts = [...this.#now.values()].reduce((sum, took) => sum + took, 0);
    for (const part of PARTS) this.times.get(part)?.push(this.#now.get(part) ?? 0);
    this.times.get(REST)?.push(whole - parts);
    this.times.get(WHOLE)?.push(whole);
  }

  close(): void {
    this.#stepper.close();
  }
}

function workOf(row: Row, sizes: StepSizes): number {
  if (row === REST) return 0;
  if (row === WHOLE) return PARTS.reduce((sum, part) => sum + productsOf(part, sizes), 0);
  return productsOf(row, sizes);
}

function tableRow(row: Row, sizes: StepSizes, measured: readonly Measured[]): string[] {
  const work = workOf(row, sizes);
  const cells = measured.flatMap(({ times }) => {
    const took = median(times.get(row) ?? []);
    return [took.toFixed(1), work === 0 ? '' : (work / took / 1e6).toFixed(0)];
  });
  return [row, work === 0 ? '' : (work / 1e9).toFixed(2), ...cells];
}

async function main({ steps, cell }: Options): Promise<number> {
  const ops = await openProven('tensorflow');
  if ((ops.fused?.sequences ?? null) === null) {
    throw new Error(`the parts of a step are those of the fused layers, which there are none of on ${ops.device}`);
  }
  const measured = PRECISIONS.map((precision) => new Measured(ops, cell, precision));
  for (let step = 1; step <= WARM_UP + steps; step++) for (const one of measured) await one.step(step);
  for (const one of measured) one.close();
  const head = ['part', 'GFLOP', 'float32, ms', 'GFLOP/s', 'mixed, ms', 'GFLOP/s'];
  console.log(markdownTable([head, ...ROWS.map((row) => tableRow(row, sizesOf(cell), measured))]));
  const counts = steps === 1 ? 'one step in each precision' : `medians of ${steps} steps, in turns`;
  console.log(`\n${cell.toUpperCase()}; ${machine()}; ${ops.device}; ${counts}.`);
  ops.close();
  return 0;
}

await runBench(
  {
    command: 'npx node bench/folio/breakdown.ts',
    help: HELP,
    options: { steps: { type: 'string', default: '20' }, cell: { type: 'string', default: 'gru' } },
    schema: optionsSchema,
  },
  main,
);
