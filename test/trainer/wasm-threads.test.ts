/** A run does not know on how many threads the wasm engine computes: not its losses, not its checkpoints, not when it is resumed. */
import { describe, expect, it } from 'vitest';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { decodeSafetensors } from '../../src/main/model/safetensors.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { encodeCheckpoint, restoreCheckpoint } from '../../src/main/trainer/checkpointing.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { randomIds } from '../support/networks.ts';

const VOCABULARY = 9;
const characters = Array.from('abcdefghi');
const base: RunConfig = {
  ...PRESETS.quick.config,
  ...{ units: 20, embeddingSize: 12, batchSize: 9, sequenceLength: 6, layers: 2, carryState: true, clipNorm: 0.5 },
};
const configs: Readonly<Record<string, RunConfig>> = {
  'GRU, Adam, dropout': { ...base, cell: 'gru', optimizer: 'adam', dropout: 0.3 },
  'LSTM, AdamW': { ...base, cell: 'lstm', optimizer: 'adamw', dropout: 0 },
};

type Checkpoint = Awaited<ReturnType<typeof encodeCheckpoint>>;

/** Losses of the steps after a checkpoint (or the first ones), and the checkpoint after them. */
async function steps(
  config: RunConfig,
  threads: number,
  from: Checkpoint | null,
): Promise<{ readonly losses: readonly number[]; readonly checkpoint: Checkpoint }> {
  const ops = await openWasm(threads, { shareFrom: 0 });
  const done = from === null ? 0 : 3;
  const weights =
    from === null ? initialWeights(networkShapeOf(config, VOCABULARY), 1) : decodeSafetensors(from.weights).arrays;
  const stepper = new TrainingStepper(ops, config, VOCABULARY, weights);
  if (from !== null) restoreCheckpoint(ops, stepper, from.optimizer, done);
  const losses: number[] = [];
  for (let step = done + 1; step <= done + 3; step++) {
    const count = config.batchSize * config.sequenceLength;
    const batch = { inputs: randomIds(count, VOCABULARY, step), targets: randomIds(count, VOCABULARY, step + 50) };
    losses.push((await stepper.step(batch, { step, learningRate: 0.01 }).read()).loss);
  }
  const checkpoint = await encodeCheckpoint(ops, stepper, config, characters);
  stepper.close();
  expect(ops.tensorCount()).toBe(0);
  ops.close();
  return { losses, checkpoint };
}

describe.each(Object.entries(configs))('%s', (_name, config) => {
  it('comes to the same checkpoint, byte for byte, with any number of threads', async () => {
    const alone = await steps(config, 1, null);
    for (const threads of [2, 3]) expect(await steps(config, threads, null)).toEqual(alone);
  });

  it('goes on from a checkpoint that another number of threads made', async () => {
    const [{ checkpoint }, other] = [await steps(config, 1, null), await steps(config, 3, null)];
    const resumed = await steps(config, 3, checkpoint);
    expect(resumed).toEqual(await steps(config, 1, other.checkpoint));
    expect(resumed.losses).toHaveLength(3);
  });
});
