/**
 * The wasm engine's training step beside what it is made of: the rate of XNNPACK's own matrix products in WebAssembly (TensorFlow.js), of
 * the engine's products, and of the whole step of the tutorial preset, on one thread and on several.
 *
 * npx node bench/folio/wasm.ts [ROUNDS] [THREADS]
 *
 * Everything is measured in turns and the best of each is kept, as other work on the machine only slows. `cpu` counts the processor's
 * time instead of the clock's, which is of use where other programs are running. By the clock the step on one thread is to reach 0.9 of
 * XNNPACK's rate, and several threads are to be 1.7 times as fast as one; what is missed is said and ends this with exit code 1.
 */
import os from 'node:os';
import { createRequire } from 'node:module';
import path from 'node:path';
import tf from '@tensorflow/tfjs-core';
import tfjsWasm from '@tensorflow/tfjs-backend-wasm';
import { z } from 'zod';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { Random } from '../../src/main/model/random.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { wholeNumber } from '../arguments.ts';
import { runBench } from '../usage.ts';
import { Promises } from '../window/promises.ts';

const VOCABULARY = 65;
/** Of XNNPACK's rate of products, the whole step on one thread; of one thread's speed, several. */
const PROMISED = { toXnnpack: 0.9, speedup: 1.7 };
const { config } = PRESETS.tutorial;
const { units, batchSize, sequenceLength } = config;

const PROCESSORS = Math.max(2, os.availableParallelism());

const HELP = `  ROUNDS     how often everything is measured, in turns (default 3)
  THREADS    that are compared with one (default ${PROCESSORS}, as there are processors, but at least 2)

Prints the wasm engine's training step beside XNNPACK's products as one JSON object. "cpu" counts the processor's time, "clock" the
clock's. Exit code 1 when a promise is not kept.`;

const optionsSchema = z.strictObject({
  rounds: wholeNumber(1, 1000).default(3),
  threads: wholeNumber(2, 1024).default(PROCESSORS),
});

/** Floating-point operations of the step's forward and backward products. */
const stepWork = 6 * sequenceLength * batchSize * units * (3 * units + VOCABULARY);
/** The recurrent step's product, [3H, H] x [H, B]. */
const productWork = 2 * 3 * units * units * batchSize;
const PRODUCTS = 30;

interface Best {
  clock: number;
  cpu: number;
}
const best = new Map<string, Best>();

/** Keeps the shorter of this time and the best so far, in milliseconds. */
async function timed(name: string, body: () => unknown): Promise<void> {
  const [before, start] = [process.cpuUsage(), performance.now()];
  await body();
  const clock = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const known = best.get(name);
  const cpu = (user + system) / 1000;
  best.set(name, { clock: Math.min(clock, known?.clock ?? Infinity), cpu: Math.min(cpu, known?.cpu ?? Infinity) });
}

const values = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => ((i * 37) % 101) / 500 - 0.1);
const random = new Random(config.seed);
const ids = (): Int32Array => Int32Array.from({ length: batchSize * sequenceLength }, () => random.below(VOCABULARY));

async function main({ rounds, threads }: z.infer<typeof optionsSchema>): Promise<number> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  tf.env().set('PROD', true);
  tfjsWasm.setWasmPaths(folder + path.sep);
  await tf.setBackend('wasm');
  const [kernel, state] = [
    tf.tensor2d(values(3 * units * units), [3 * units, units]),
    tf.tensor2d(values(units * batchSize), [units, batchSize]),
  ];

  const engines: readonly { readonly count: number; readonly ops: TensorOps; readonly stepper: TrainingStepper }[] =
    await Promise.all(
      [1, threads].map(async (count) => {
        const ops = await openWasm(count);
        const weights = initialWeights(networkShapeOf(config, VOCABULARY), config.seed);
        return { count, ops, stepper: new TrainingStepper(ops, config, VOCABULARY, weights) };
      }),
    );
  let step = 0;
  for (let round = 0; round <= rounds; round++) {
    step++;
    await timed('XNNPACK', () => {
      for (let i = 0; i < PRODUCTS; i++) tf.matMul(kernel, state).dispose();
    });
    for (const { count, ops, stepper } of engines) {
      const [left, right] = [
        ops.fromFloats(values(3 * units * units), [3 * units, units]),
        ops.fromFloats(values(units * batchSize), [units, batchSize]),
      ];
      await timed(`products ${count}`, () => {
        for (let i = 0; i < PRODUCTS; i++) ops.release(ops.matmul(left, right));
      });
      ops.release(left, right);
      const batch = { inputs: ids(), targets: ids() };
      await timed(`step ${count}`, () => stepper.step(batch, { step, learningRate: config.learningRate }).read());
    }
    if (round === 0) best.clear(); // V8 compiles its best code in the first
  }

  const of = (name: string): Best => best.get(name) ?? { clock: NaN, cpu: NaN };
  const rate = (work: number, { clock, cpu }: Best) => ({ clock: work / clock / 1e6, cpu: work / cpu / 1e6 });
  const xnnpack = rate(productWork * PRODUCTS, of('XNNPACK'));
  const round1 = (value: number): number => Math.round(value * 10) / 10;
  const round2 = (value: number): number => Math.round(value * 100) / 100;
  const [one, several] = [of('step 1'), of(`step ${threads}`)];
  const toXnnpack = rate(stepWork, one).clock / xnnpack.clock;
  const speedup = one.clock / several.clock;
  process.stdout.write(
    `${JSON.stringify({
      devices: engines.map(({ ops }) => ops.device),
      gflops: {
        xnnpack: { clock: round1(xnnpack.clock), cpu: round1(xnnpack.cpu) },
        products: engines.map(({ count }) => round1(rate(productWork * PRODUCTS, of(`products ${count}`)).clock)),
        step: engines.map(({ count }) => round1(rate(stepWork, of(`step ${count}`)).clock)),
      },
      stepMilliseconds: {
        clock: [round1(one.clock), round1(several.clock)],
        cpu: [round1(one.cpu), round1(several.cpu)],
      },
      stepToXnnpack: {
        clock: round2(toXnnpack),
        cpu: round2(rate(stepWork, one).cpu / xnnpack.cpu),
      },
      speedup: { threads, clock: round2(speedup) },
    })}\n`,
  );
  for (const { ops } of engines) ops.close();
  const promises = new Promises();
  promises.atLeast("the step's rate on one thread, of XNNPACK's products", toXnnpack, PROMISED.toXnnpack);
  if (os.availableParallelism() > 1) {
    promises.atLeast(`the step on ${threads} threads, of one thread's speed`, speedup, PROMISED.speedup);
  } else console.error('one core only: what threads bring is not checked');
  return promises.end();
}

await runBench(
  {
    command: 'npx node bench/folio/wasm.ts',
    takes: '[ROUNDS] [THREADS]',
    help: HELP,
    positionals: ['rounds', 'threads'],
    schema: optionsSchema,
  },
  main,
);
