/** A training job from its request to its last message, with a real engine. */
import { describe, expect, it } from 'vitest';
import { Control } from '../../src/main/trainer/control.ts';
import type { FromTrainer, TrainRequest } from '../../src/main/trainer/messages.ts';
import { TextReceiver } from '../../src/main/trainer/text-receiver.ts';
import { runTraining } from '../../src/main/trainer/training-job.ts';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { areGone } from '../support/garbage.ts';
import { last, runTiny, TEXT, tinyConfig, vocabulary } from './tiny-run.ts';

const CONFIG = tinyConfig({ maxSteps: 9 });
const BYTES = new TextEncoder().encode(TEXT);

function request(changes: Partial<TrainRequest> = {}): TrainRequest {
  return {
    type: 'train',
    config: CONFIG,
    vocabulary: vocabulary.characters,
    characters: TEXT.length,
    engine: 'wasm',
    plan: null,
    resume: null,
    ...changes,
  };
}

async function run(changes: Partial<TrainRequest> = {}, pieces: readonly Uint8Array[] = [BYTES]) {
  const messages: FromTrainer[] = [];
  const order = request(changes);
  const text = new TextReceiver(order.vocabulary, order.characters);
  const job = runTraining(order, text, new Control(), async (message) => {
    messages.push(structuredClone(message));
    // The text comes when the engine is ready, as it does in life or later still.
    if (message.type === 'ready') pieces.forEach((piece, i) => text.take(piece, i === pieces.length - 1));
  });
  await job;
  return messages;
}

describe('runTraining', () => {
  const checkpoint = async () => {
    const found = (await first).find((message) => message.type === 'checkpoint');
    if (found === undefined) throw new Error('no checkpoint');
    return { ...found, recorded: found.kind === 'epoch' };
  };
  const first = run({}, [BYTES.subarray(0, 100), BYTES.subarray(100, 101), BYTES.subarray(101)]);

  it('tells the engine, the plan, and everything that the training tells', async () => {
    const messages = await first;
    expect(messages[0]).toMatchObject({ type: 'ready', report: { engine: 'wasm', selfTest: 'passed' }, rejected: [] });
    expect(messages[1]).toMatchObject({ type: 'plan', config: CONFIG, reason: null, totalSteps: 9 });
    expect(last(messages)).toEqual({ type: 'ended', outcome: 'finished', reason: '' });
  });

  it('trains as train() does', async () => {
    const ops = await openWasm();
    const direct = await runTiny(ops, CONFIG);
    ops.close();
    const checkpoints = (await first).filter((message) => message.type === 'checkpoint');
    expect(checkpoints.map(({ weights }) => weights)).toEqual(direct.checkpoints.map(({ weights }) => weights));
  });

  it('goes on from a checkpoint', async () => {
    const steps = (await run({ resume: await checkpoint() })).filter((message) => message.type === 'step');
    expect(steps.map(({ step }) => step)).toEqual([9]);
  });

  it('holds the checkpoint that it goes on from until it is loaded, and no longer', async () => {
    const from = await checkpoint();
    const held: WeakRef<object>[] = [];
    let gone: boolean | null = null;
    const begin = (): Promise<void> => {
      const copy = structuredClone(from);
      held.push(new WeakRef(copy.weights.buffer), new WeakRef(copy.optimizer.buffer));
      const order = request({ resume: copy });
      const text = new TextReceiver(order.vocabulary, order.characters);
      return runTraining(order, text, new Control(), async (message) => {
        if (message.type === 'ready') text.take(BYTES, true);
        if (message.type === 'step') gone = await areGone(held);
      });
    };
    await begin();
    expect(gone).toBe(true);
  });

  it('completes the configuration for its minutes where that is asked for', async () => {
    const config = { ...CONFIG, units: 7, minutes: 0.01, maxSteps: 3 };
    const messages = await run({ plan: { named: [] }, config });
    const plan = messages.find((message) => message.type === 'plan');
    expect(plan).toMatchObject({
      config: { units: 7, minutes: 0.01 },
      reason: expect.stringMatching(/^7 units take \d+ ms a step/) as string,
    });
    expect(last(messages)).toMatchObject({ type: 'ended', outcome: 'finished' });
  });

  it('leaves no tensors when it fails', async () => {
    const probe = await openWasm();
    await first;
    const before = probe.tensorCount();
    await expect(run({ characters: 999 })).rejects.toThrow();
    expect(probe.tensorCount()).toBe(before);
  });

  it.each([
    ['a text that is shorter than announced', { characters: TEXT.length + 1 }, [BYTES], { code: 'damaged' }],
    ['a text of other characters', {}, [new TextEncoder().encode('xyz')], { code: 'prompt' }],
    ['a text that fills no batch', { characters: 3 }, [BYTES.subarray(0, 3)], { code: 'corpus' }],
    ['an engine that is not there', { engine: 'webgpu' }, [BYTES], { code: 'engine' }],
    ['mixed precision where there is none', { config: { ...CONFIG, precision: 'mixed' } }, [BYTES], { code: 'engine' }],
  ] as const)('refuses %s', async (_what, changes, pieces, error) => {
    await expect(run(changes, pieces)).rejects.toMatchObject(error);
  });

  it('refuses weights of another network and a damaged hidden state', async () => {
    await expect(run({ resume: await checkpoint(), config: { ...CONFIG, units: 9 } })).rejects.toMatchObject({
      code: 'file',
    });
    await expect(run({ resume: await checkpoint(), config: { ...CONFIG, batchSize: 5 } })).rejects.toMatchObject({
      code: 'damaged',
      message: 'the checkpoint lacks the hidden state of layer 1',
    });
  });
});
