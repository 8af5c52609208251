/**
 * Folio's side of the training step: a network and batch of workloads.ts through the trainer's own stepper, in a process of its own.
 *
 * usage: node step.ts STEPS WARMUP [float32|mixed] [ENGINE] [WORKLOAD]
 *
 * Prints one JSON line, as the peers' scripts do. `engineBytes` is the peak once the engine is open and has taken a step of a tiny
 * network; `tensors` are the engine's living tensors after the warm-up and at the end.
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
import { WORKLOAD_NAMES, WORKLOADS } from '../workloads.ts';
import { peakBytes } from './memory.ts';
import { openProven } from './open-proven.ts';

const [steps, warmup, precision, engine, name] = z
  .tuple([
    z.coerce.number().int().positive(),
    z.coerce.number().int().nonnegative(),
    z.enum(['float32', 'mixed']).default('float32'),
    z.enum(ENGINE_NAMES).default('tensorflow'),
    z.enum(WORKLOAD_NAMES).default('tutorial'),
  ])
  .parse(process.argv.slice(2));

/** The times of steps on random batches, after the warm-up, and the engine's tensors after the warm-up and at the end. */
async function measure(
  ops: TensorOps,
  config: RunConfig,
  warmup: number,
  steps: number,
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

const ops = await openProven(engine);
const { vocabularySize, ...network } = WORKLOADS[name];
const config: RunConfig = { ...PRESETS.tutorial.config, ...network, precision };
await measure(ops, { ...config, embeddingSize: 8, units: 16, batchSize: 4, sequenceLength: 5 }, 1, 1);
const engineBytes = peakBytes();
const { ms, tensors } = await measure(ops, config, warmup, steps);
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
