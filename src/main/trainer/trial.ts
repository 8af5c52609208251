/**
 * A look before a run, with exactly its settings: the untrained network's loss on one batch, what it writes, and the time of a few
 * real steps. Nothing is kept of it.
 */
import { splitForValidation } from '../../shared/batch-plan.ts';
import type { RunConfig } from '../../shared/config.ts';
import { promptFor } from '../../shared/prompts.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createBatcher } from '../model/batches.ts';
import type { Batcher } from '../model/batches.ts';
import { initialWeights } from '../model/initializers.ts';
import { TextWriter } from '../model/text-writer.ts';
import type { CharacterIds, Vocabulary } from '../model/vocabulary.ts';
import { networkShapeOf } from '../model/weights.ts';
import { Control } from './control.ts';
import type { FromTrainer, Send, TrialRequest } from './messages.ts';
import { chooseEngine } from './choose.ts';
import { mean, TrainingStepper } from './stepper.ts';
import type { TextReceiver } from './text-receiver.ts';

/** Characters that the untrained network writes. */
const WRITTEN = 200;
/**
 * Steps timed after the first, which makes what an engine keeps: so many and so long at least, and no longer than the most. What a window does
 * as it opens holds five short steps up several times over.
 */
const TIMED_STEPS = 5;
const LEAST_TIMED_MS = 400;
const MOST_TIMED_MS = 3000;

type Tried = Extract<FromTrainer, { type: 'tried' }>;
type Findings = Pick<Tried['trial'], 'loss' | 'uniformLoss' | 'prompt' | 'text' | 'writingPerSecond'> &
  Pick<Tried['trial'], 'millisecondsPerStep' | 'charactersPerSecond'>;

/** Chooses the engine, waits for the text, tries, and reports. */
export async function runTrial(request: TrialRequest, text: TextReceiver, send: Send): Promise<void> {
  const { ops, report, rejected } = await chooseEngine(request.engine, {
    use: 'training',
    leftOut: request.leftOut ?? [],
    opening: (engine) => send({ type: 'opening', engine }),
  });
  try {
    const ids = await text.ids;
    const phase = (name: 'measuring' | 'writing'): Promise<void> => send({ type: 'trial-phase', phase: name });
    const findings = await tryOut(ops, request.config, text.vocabulary, ids, phase);
    await send({ type: 'tried', trial: { report, rejected, ...findings } });
  } finally {
    ops.close();
  }
}

/**
 * @param ids the beginning of the text, or all of it
 * @throws FolioError 'corpus' when it does not fill one batch
 */
export async function tryOut(
  ops: TensorOps,
  config: RunConfig,
  vocabulary: Vocabulary,
  ids: CharacterIds,
  phase: (name: 'measuring' | 'writing') => Promise<void> = () => Promise.resolve(),
): Promise<Findings> {
  const batcher = createBatcher(ids, config, splitForValidation(ids.length, config.validationFraction).training);
  const weights = initialWeights(networkShapeOf(config, vocabulary.size), config.seed);
  const stepper = new TrainingStepper(ops, config, vocabulary.size, weights);
  try {
    await phase('writing');
    const loss = await untrainedLoss(ops, stepper, batcher, config);
    const written = await write(ops, stepper, vocabulary, config);
    await phase('measuring');
    const milliseconds = await timeSteps(stepper, batcher);
    return {
      loss,
      uniformLoss: Math.log(vocabulary.size),
      ...written,
      millisecondsPerStep: milliseconds,
      charactersPerSecond: (config.batchSize * config.sequenceLength * 1000) / milliseconds,
    };
  } finally {
    stepper.close();
  }
}

/** Mean loss of the first batch, in nats a character. */
async function untrainedLoss(
  ops: TensorOps,
  { network }: TrainingStepper,
  batcher: Batcher,
  { batchSize }: RunConfig,
): Promise<number> {
  const state = network.zeroState(batchSize);
  const measured = network.losses({ ...batcher.batch(1, 0), batchSize }, state);
  const losses = await ops.read(measured.losses); // [TB]
  ops.release(measured.losses);
  for (const used of [state, measured.state]) network.releaseState(used);
  return mean(losses);
}

async function write(
  ops: TensorOps,
  { network }: TrainingStepper,
  vocabulary: Vocabulary,
  config: RunConfig,
): Promise<Pick<Findings, 'prompt' | 'text' | 'writingPerSecond'>> {
  const prompt = promptFor(config, vocabulary.characters);
  const { texts, charactersPerSecond } = await new TextWriter(ops, network, vocabulary).write({
    prompt: vocabulary.encode(prompt, { unknown: 'refuse' }).ids,
    settings: {
      temperature: config.temperatures[0] ?? 1,
      topK: 0,
      topP: 1,
      minP: 0,
      seed: config.seed,
      length: WRITTEN,
      stop: '',
    },
    count: 1,
  });
  return { prompt, text: texts[0] ?? '', writingPerSecond: charactersPerSecond };
}

/** Milliseconds of a step, the median: what a run of them takes, not the best of them, nor one that something else held up. */
async function timeSteps(stepper: TrainingStepper, batcher: Batcher): Promise<number> {
  // So small that not even a reckless learning rate can end it; it takes as long as any.
  const learningRate = 1e-6;
  const step = async (index: number): Promise<number> => {
    const figures = stepper.step(batcher.batch(1, index % batcher.stepsPerEpoch), { step: index + 1, learningRate });
    return (await figures.read()).knownAt - figures.begunAt;
  };
  await step(0);
  const times: number[] = [];
  let total = 0;
  while ((times.length < TIMED_STEPS || total < LEAST_TIMED_MS) && total < MOST_TIMED_MS) {
    await Control.breathe();
    const milliseconds = await step(times.length + 1);
    times.push(milliseconds);
    total += milliseconds;
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}
