/**
 * Training steps of any size, through the trainer's own stepper on random batches. For bench/scaling.ts.
 */
import { z } from 'zod';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { Random } from '../../src/main/model/random.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { oneOf, text, UsageError, wholeNumber } from '../arguments.ts';
import { runBench } from '../usage.ts';
import { peakBytes } from './memory.ts';
import { openProven } from './open-proven.ts';

const count = z.number().int().positive();
const sizesSchema = z.strictObject({
  units: count,
  layers: count,
  embeddingSize: count,
  vocabulary: count,
  batchSize: count,
  sequenceLength: count,
});
const SIZES = `a JSON object of whole numbers above 0: ${Object.keys(sizesSchema.shape).join(', ')}`;

const HELP = `  SIZES     ${SIZES}
  STEPS     timed steps
  WARMUP    steps before them that are not timed
  ENGINE    ${ENGINE_NAMES.join(', ')}

Prints one JSON line as step.ts does. Started by bench/scaling.ts.`;

const optionsSchema = z.strictObject({
  sizes: text(SIZES),
  steps: wholeNumber(1, 100_000),
  warmup: wholeNumber(0, 100_000),
  engine: oneOf(ENGINE_NAMES),
});

/** @throws UsageError for anything but sizes */
function sizesIn(json: string): z.infer<typeof sizesSchema> {
  try {
    return sizesSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new UsageError(`SIZES takes ${SIZES}, not "${json}"`, { cause: error });
  }
}

async function main({ sizes: json, steps, warmup, engine }: z.infer<typeof optionsSchema>): Promise<number> {
  const { vocabulary, ...sizes } = sizesIn(json);
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
  return 0;
}

await runBench(
  {
    command: 'npx node bench/folio/sized-step.ts',
    takes: 'SIZES STEPS WARMUP ENGINE',
    help: HELP,
    positionals: ['sizes', 'steps', 'warmup', 'engine'],
    schema: optionsSchema,
    speaksJson: true,
  },
  main,
);
