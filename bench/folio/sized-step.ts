/**
 * Training steps of any size, through the trainer's own stepper on random batches. For bench/scaling.ts.
 *
 * usage: node sized-step.ts SIZES STEPS WARMUP ENGINE
 *
 * SIZES is a JSON object of {units, layers, embeddingSize, vocabulary, batchSize, sequenceLength}. Prints one JSON line as step.ts does.
 */
import { z } from 'zod';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { Random } from '../../src/main/model/random.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { peakBytes } from './memory.ts';
import { openProven } from './open-proven.ts';

const count = z.coerce.number().int().positive();
const sizesSchema = z.strictObject({
  units: count,
  layers: count,
  embeddingSize: count,
  vocabulary: count,
  batchSize: count,
  sequenceLength: count,
});
const [json, steps, warmup, engine] = z
  .tuple([z.string(), count, z.coerce.number().int().nonnegative(), z.enum(ENGINE_NAMES)])
  .parse(process.argv.slice(2));
const { vocabulary, ...sizes } = sizesSchema.parse(JSON.parse(json));

const ops = await openProven(engine);
const config = { ...PRESETS.tutorial.config, ...sizes };
const stepper = new TrainingStepper(
  ops,
  config,
  vocabulary,
  initialWeights(networkShapeOf(config, vocabulary), config.seed),
);
const random = new Random(config.seed);
const randomIds = (): Int32Array =>
  Int32Array.from({ length: config.batchSize * config.sequenceLength }, () => random.below(vocabulary));
const ms: number[] = [];
for (let step = 1; step <= warmup + steps; step++) {
  const batch = { inputs: randomIds(), targets: randomIds() };
  const start = performance.now();
  await stepper.step(batch, { step, learningRate: config.learningRate }).read();
  if (step > warmup) ms.push(performance.now() - start);
}
stepper.close();
const result = { variant: engine, version: `Folio on ${ops.device}`, ms, peakBytes: peakBytes() };
ops.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
