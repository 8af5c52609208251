/**
 * Folio's side of the training step: a network and batch of workloads.ts through the trainer's own stepper, in a process of its own.
 * For bench/bench.ts.
 */
import { z } from 'zod';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { Random } from '../../src/main/model/random.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { runBench } from '../usage.ts';
import { type Workload, WORKLOAD_NAMES, WORKLOADS } from '../workloads.ts';
import { peakBytes } from './memory.ts';
import { openProven } from './open-proven.ts';

const HELP = `  STEPS        timed steps
  WARMUP       steps before them that are not timed
  PRECISION    float32 (default) or mixed
  ENGINE       ${ENGINE_NAMES.join(', ')} (default tensorflow)
  WORKLOAD     ${WORKLOAD_NAMES.join(', ')} (default tutorial)

Prints one JSON line, as the peers' scripts do. "engineBytes" is the peak once the engine is open and has taken a step of a tiny
network; "tensors" are the engine's living tensors after the warm-up and at the end. Started by npm run bench.`;

const optionsSchema = z.strictObject({
  steps: wholeNumber(1, 100_000),
  warmup: wholeNumber(0, 100_000),
  precision: oneOf(['float32', 'mixed']).default('float32'),
  engine: oneOf(ENGINE_NAMES).default('tensorflow'),
  workload: oneOf(WORKLOAD_NAMES).default('tutorial'),
});

/** The times of steps on random batches, after the warm-up, and the engine's tensors after the warm-up and at the end. */
async function measure(
  ops: TensorOps,
  config: RunConfig,
  { vocabularySize }: Pick<Workload, 'vocabularySize'>,
  { warmup, steps }: { readonly warmup: number; readonly steps: number },
): Promise<{ ms: number[]; tensors: number[] }> {
  const shape = networkShapeOf(config, vocabularySize);
  const stepper = new TrainingStepper(ops, config, vocabularySize, initialWeights(shape, config.seed));
  const random = new Random(config.seed);
  const randomIds = (): Int32Array =>
    Int32Array.from({ length: config.batchSize * config.sequenceLength }, () => random.below(vocabularySize));
  const ms: number[] = [];
  const tensors: number[] = [];
  for (let step = 1; step <= warmup + steps; step++) {
    const batch = { inputs: randomIds(), targets: randomIds() };
    const start = performance.now();
    await stepper.step(batch, { step, learningRate: config.learningRate }).read();
    if (step > warmup) ms.push(performance.now() - start);
    if (step === warmup + 1 || step === warmup + steps) tensors.push(ops.tensorCount());
  }
  stepper.close();
  return { ms, tensors };
}

async function main({ steps, warmup, precision, engine, workload }: z.infer<typeof optionsSchema>): Promise<number> {
  const ops = await openProven(engine);
  const { vocabularySize, ...network } = WORKLOADS[workload];
  const config: RunConfig = { ...PRESETS.tutorial.config, ...network, precision };
  const tiny = { ...config, embeddingSize: 8, units: 16, batchSize: 4, sequenceLength: 5 };
  await measure(ops, tiny, { vocabularySize }, { warmup: 1, steps: 1 });
  const engineBytes = peakBytes();
  const { ms, tensors } = await measure(ops, config, { vocabularySize }, { warmup, steps });
  const result = {
    variant: precision,
    version: `Folio on ${ops.device}`,
    ms,
    peakBytes: peakBytes(),
    engineBytes,
    tensors,
  };
  ops.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return 0;
}

await runBench(
  {
    command: 'npx node bench/folio/step.ts',
    takes: 'STEPS WARMUP [PRECISION] [ENGINE] [WORKLOAD]',
    help: HELP,
    positionals: ['steps', 'warmup', 'precision', 'engine', 'workload'],
    schema: optionsSchema,
    speaksJson: true,
  },
  main,
);
