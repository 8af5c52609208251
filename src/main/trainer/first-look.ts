import type { RunConfig } from '../../shared/config.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import type { Batcher } from '../model/batches.ts';
import { PURPOSE, Random } from '../model/random.ts';
import { Sampler } from '../model/sampler.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import type { FromTrainer } from './messages.ts';
import { mean, type TrainingStepper } from './stepper.ts';

/**
 * The tutorial's first look: the untrained network is run on the first batch; shapes, loss (close to ln V, or the weights are
 * badly made), and what it would predict for each character of the first sequence. Nothing changes by it.
 */
export async function firstLook(
  stepper: TrainingStepper,
  ops: TensorOps,
  batcher: Batcher,
  vocabulary: Vocabulary,
  config: RunConfig,
): Promise<Extract<FromTrainer, { type: 'first-look' }>> {
  const { batchSize, sequenceLength, seed } = config;
  const batch = { ...batcher.batch(1, 0), batchSize };
  const state = stepper.network.zeroState(batchSize);
  const seen = stepper.network.logits(batch, state);
  const measured = ops.arena(() => {
    const labels = ops.fromInts(batch.targets, [batch.targets.length]);
    return ops.keep(ops.softmaxCrossEntropy(seen.logits, labels).loss);
  });
  const logits = await ops.read(seen.logits); // [TB, V]
  const losses = await ops.read(measured); // [TB]
  ops.release(seen.logits, measured);
  for (const used of [state, seen.state]) stepper.network.releaseState(used);

  const size = vocabulary.size;
  const sampler = new Sampler({ temperature: 1, topK: 0, topP: 1, minP: 0 }, size);
  const random = new Random(seed, PURPOSE.sample);
  const predicted: number[] = [];
  const [input, target]: [number[], number[]] = [[], []];
  for (let t = 0; t < sequenceLength; t++) {
    const index = t * batchSize; // sequence 0 at time t
    predicted.push(sampler.draw(logits, random, index * size));
    input.push(batch.inputs[index] ?? 0);
    target.push(batch.targets[index] ?? 0);
  }
  return {
    type: 'first-look',
    inputShape: [batchSize, sequenceLength],
    logitsShape: [batchSize, sequenceLength, size],
    loss: mean(losses),
    uniformLoss: Math.log(size),
    input: vocabulary.decode(input),
    target: vocabulary.decode(target),
    prediction: vocabulary.decode(predicted),
  };
}
