/**
 * Where a training step of the tutorial preset goes, in float32 and in mixed precision, as the table in ARCHITECTURE.md has it.
 *
 * usage: node breakdown.ts [--steps 20] [--cell gru|lstm]
 *
 * Steps in turns, one in each precision, after three that are not counted; every operation of the engine is timed. A part's time is the
 * median over the steps, so parts need not add up to the whole, whose median is its own. GFLOP/s: what a part's matrix products compute,
 * over all of its time.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { Random } from '../../src/main/model/random.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { GATES } from '../../src/shared/network-shape.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { markdownTable } from '../markdown.ts';
import { machine } from '../report.ts';
import { median } from '../statistics.ts';
import { type Part, partOf, PARTS, productsOf, type StepSizes, tracedOps } from '../step-parts.ts';
import { openProven } from './open-proven.ts';

const VOCABULARY = 65;
const WARM_UP = 3;
const PRECISIONS = ['float32', 'mixed'] as const;
const REST = 'everything else';
const WHOLE = 'the whole step';
type Row = Part | typeof REST | typeof WHOLE;
const ROWS: readonly Row[] = [...PARTS, REST, WHOLE];

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '20' }, cell: { type: 'string', default: 'gru' } },
});
const { steps, cell } = z
  .strictObject({ steps: z.coerce.number().int().min(1).max(1000), cell: z.enum(['gru', 'lstm']) })
  .parse(values);

const { batchSize, sequenceLength, units, embeddingSize } = PRESETS.tutorial.config;
const sizes: StepSizes = {
  units,
  wide: GATES[cell] * units,
  embeddingSize,
  vocabulary: VOCABULARY,
  characters: batchSize * sequenceLength,
};

/** Steps in one precision, and the milliseconds of each row in each of them. */
class Measured {
  readonly times = new Map<Row, number[]>(ROWS.map((row) => [row, []]));
  readonly #config: RunConfig;
  readonly #stepper: TrainingStepper;
  readonly #random: Random;
  #now = new Map<Part, number>();

  constructor(ops: TensorOps, precision: (typeof PRECISIONS)[number]) {
    const config = { ...PRESETS.tutorial.config, cell, precision };
    const traced = tracedOps(ops, (operation, shape, took) => {
      const part = partOf(operation, shape, sizes);
      if (part !== null) this.#now.set(part, (this.#now.get(part) ?? 0) + took);
    });
    const weights = initialWeights(networkShapeOf(config, VOCABULARY), config.seed);
    this.#config = config;
    this.#stepper = new TrainingStepper(traced, config, VOCABULARY, weights);
    this.#random = new Random(config.seed);
  }

  async step(step: number): Promise<void> {
    const ids = (): Int32Array => Int32Array.from({ length: sizes.characters }, () => this.#random.below(VOCABULARY));
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

function workOf(row: Row): number {
  if (row === REST) return 0;
  if (row === WHOLE) return PARTS.reduce((sum, part) => sum + productsOf(part, sizes), 0);
  return productsOf(row, sizes);
}

function tableRow(row: Row, measured: readonly Measured[]): string[] {
  const work = workOf(row);
  const cells = measured.flatMap(({ times }) => {
    const took = median(times.get(row) ?? []);
    return [took.toFixed(1), work === 0 ? '' : (work / took / 1e6).toFixed(0)];
  });
  return [row, work === 0 ? '' : (work / 1e9).toFixed(2), ...cells];
}

const ops = await openProven('tensorflow');
if ((ops.fused?.sequences ?? null) === null) {
  throw new Error(`the parts of a step are those of the fused layers, which there are none of on ${ops.device}`);
}
const measured = PRECISIONS.map((precision) => new Measured(ops, precision));
for (let step = 1; step <= WARM_UP + steps; step++) for (const one of measured) await one.step(step);
for (const one of measured) one.close();
const head = ['part', 'GFLOP', 'float32, ms', 'GFLOP/s', 'mixed, ms', 'GFLOP/s'];
console.log(markdownTable([head, ...ROWS.map((row) => tableRow(row, measured))]));
console.log(`\n${cell.toUpperCase()}; ${machine()}; ${ops.device}; medians of ${steps} steps, in turns.`);
ops.close();
