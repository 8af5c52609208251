/** Weights that are loaded to write and to measure with, on real engines. */
import { describe, expect, it } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { TextWriter } from '../../src/main/model/text-writer.ts';
import { LoadedModel } from '../../src/main/trainer/loaded-model.ts';
import type { CheckpointMessage, FromTrainer, GenerateRequest } from '../../src/main/trainer/messages.ts';
import type { EngineName, SampleSettings } from '../../src/shared/domain.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/main/model/safetensors.ts';
import { chooseEngine } from '../../src/main/trainer/choose.ts';
import { openForTest } from '../support/open-engines.ts';
import { patienceFor } from '../support/swiftshader.ts';
import { last, networkOf, runTiny, TEXT, tinyConfig, vocabulary } from './tiny-run.ts';

const SETTINGS: SampleSettings = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 5, length: 30, stop: '' };

interface Loaded {
  readonly model: LoadedModel;
  readonly messages: FromTrainer[];
  /** Called with every message before the model goes on. */
  on: (message: FromTrainer) => void;
}

async function load(engine: EngineName, checkpoint: Pick<CheckpointMessage, 'weights'>): Promise<Loaded> {
  const messages: FromTrainer[] = [];
  const loaded: Loaded = {
    messages,
    on: () => undefined,
    model: new LoadedModel(async (message) => {
      messages.push(message);
      loaded.on(message);
    }),
  };
  await loaded.model.load({ type: 'load', engine, weights: checkpoint.weights, vocabulary: vocabulary.characters });
  return loaded;
}

async function generate(
  { model, messages }: Loaded,
  request: Partial<Omit<GenerateRequest, 'settings'>> = {},
  settings: Partial<SampleSettings> = {},
) {
  const order: GenerateRequest = { type: 'generate', id: 1, prompt: 'ab', count: 1, settings: SETTINGS, ...request };
  const before = messages.length;
  await model.generate({ ...order, settings: { ...SETTINGS, ...settings } });
  const own = messages.slice(before);
  const generated = last(own);
  if (generated.type !== 'generated') throw new Error(`the last message is ${generated.type}`);
  const grown = order.count === 0 ? [] : Array.from({ length: order.count }, () => '');
  for (const message of own) if (message.type === 'text-grown') grown[message.stream] += message.text;
  return { ...generated, grown };
}

async function measure({ model, messages }: Loaded, text: string) {
  const receiver = model.receiverFor(Array.from(text).length);
  receiver.take(new TextEncoder().encode(text), true);
  await model.evaluate(receiver);
  const evaluated = last(messages);
  if (evaluated.type !== 'evaluated') throw new Error(`the last message is ${evaluated.type}`);
  return evaluated;
}

/** Mean loss over the text as one stream, in a single pass. */
async function meanLoss(ops: TensorOps, checkpoint: CheckpointMessage, text: string): Promise<number> {
  const network = networkOf(ops, tinyConfig(), checkpoint);
  const { ids } = vocabulary.encode(text, { unknown: 'refuse' });
  const before = network.zeroState(1);
  const batch = { inputs: Int32Array.from(ids.slice(0, -1)), targets: Int32Array.from(ids.slice(1)), batchSize: 1 };
  const { losses, state } = network.losses(batch, before);
  const values = await ops.read(losses);
  ops.release(losses);
  for (const used of [before, state]) network.releaseState(used);
  network.close();
  return values.reduce((sum, loss) => sum + loss, 0) / values.length;
}

it('opens the engine that is chosen, and not the one that it has from before', async () => {
  const wasm = await openForTest('wasm');
  if (wasm.ops === null) throw new Error(wasm.reason);
  const { checkpoints } = await runTiny(wasm.ops, tinyConfig({ epochs: 1 }));
  wasm.ops.close();
  const { weights } = last(checkpoints);
  const engines: string[] = [];
  const model = new LoadedModel(async (message) => {
    if (message.type === 'loaded') engines.push(message.report.engine);
  });
  const fastest = await chooseEngine('auto', { use: 'writing' });
  fastest.ops.close();
  for (const engine of ['wasm', 'auto', 'wasm', 'wasm'] as const) {
    await model.load({ type: 'load', engine, weights, vocabulary: vocabulary.characters });
  }
  expect(engines).toEqual(['wasm', fastest.report.engine, 'wasm', 'wasm']);
});

for (const engine of ENGINE_NAMES) {
  const { ops, reason } = await openForTest(engine);
  if (ops === null) {
    it(`a loaded model on ${engine}`, ({ skip }) => skip(reason));
    continue;
  }

  const config = tinyConfig({ prompts: ['ab', 'c'], temperatures: [0.5, 1], sampleLength: 25, epochs: 2 });
  const { checkpoints } = await runTiny(ops, config);

  describe(`on ${engine}`, patienceFor(engine), () => {
    const opened = load(engine, last(checkpoints));

    it('writes the samples of each checkpoint again, from its weights and their settings', async () => {
      const loaded = await opened;
      for (const checkpoint of checkpoints) {
        const { weights } = checkpoint;
        await loaded.model.load({ type: 'load', engine, weights, vocabulary: vocabulary.characters });
        expect(loaded.messages.slice(0, 1)).toMatchObject([
          { type: 'loaded', report: { engine, selfTest: 'passed' }, rejected: [] },
        ]);
        expect(checkpoint.samples).toHaveLength(4);
        for (const { prompt, text, settings } of checkpoint.samples) {
          const { texts, grown, cancelled } = await generate(loaded, { prompt }, settings);
          expect({ texts, grown, cancelled }).toEqual({ texts: [text], grown: [text], cancelled: false });
          const network = networkOf(ops, config, checkpoint);
          const order = { prompt: vocabulary.encode(prompt, { unknown: 'refuse' }).ids, settings, count: 1 };
          expect((await new TextWriter(ops, network, vocabulary).write(order)).texts).toEqual([text]);
          network.close();
        }
      }
    });

    it('writes several texts at once, and takes other weights in place of its own', async () => {
      const [first, second] = checkpoints;
      if (first === undefined || second === undefined) throw new Error('two checkpoints are expected');
      const loaded = await opened;
      await loaded.model.load({ type: 'load', engine, weights: first.weights, vocabulary: vocabulary.characters });
      const three = await generate(loaded, { count: 3 });
      expect(three.grown).toEqual(three.texts);
      expect(new Set(three.texts).size).toBe(3);
      await loaded.model.load({ type: 'load', engine, weights: second.weights, vocabulary: vocabulary.characters });
      const other = await measure(loaded, TEXT);
      await loaded.model.load({ type: 'load', engine, weights: first.weights, vocabulary: vocabulary.characters });
      expect((await generate(loaded, { count: 3 })).texts).toEqual(three.texts);
      expect((await measure(loaded, TEXT)).nats).not.toBe(other.nats);
    });

    it('measures a text as one stream from a zero state', async () => {
      const loaded = await opened;
      const { weights } = last(checkpoints);
      await loaded.model.load({ type: 'load', engine, weights, vocabulary: vocabulary.characters });
      // Longer than a window of the evaluation, and short ones.
      for (const text of [TEXT + TEXT, TEXT.slice(0, 257), 'ab']) {
        const { nats, characters } = await measure(loaded, text);
        const told = loaded.messages.findLast(({ type }) => type === 'evaluate-progress');
        expect(told).toMatchObject({ done: characters, total: characters });
        expect(characters).toBe(text.length - 1);
        expect(nats).toBeCloseTo(await meanLoss(ops, last(checkpoints), text), 5);
      }
    });

    it('leaves nothing behind by writing, measuring and loading again', async () => {
      const loaded = await opened;
      const all = async (): Promise<void> => {
        await loaded.model.load({
          type: 'load',
          engine,
          weights: last(checkpoints).weights,
          vocabulary: vocabulary.characters,
        });
        await generate(loaded);
        await generate(loaded, { count: 2 });
        await measure(loaded, 'abcabc');
      };
      await all();
      const before = ops.tensorCount();
      await all();
      expect(ops.tensorCount()).toBe(before);
    });
  });
}

describe('what cannot be', async () => {
  const { ops, reason } = await openForTest('wasm');
  if (ops === null) {
    it('is refused', ({ skip }) => skip(reason));
    return;
  }
  const { checkpoints } = await runTiny(ops, tinyConfig({ maxSteps: 1 }));
  const checkpoint = last(checkpoints);
  const loaded = await load('wasm', checkpoint);

  const loadOf = (weights: Uint8Array) =>
    ({ type: 'load', engine: 'wasm', weights, vocabulary: vocabulary.characters }) as const;

  it('a cancelled text ends early and keeps what there is', async () => {
    loaded.on = (message) => {
      if (message.type === 'text-grown') loaded.model.cancel(1);
    };
    const { texts, cancelled, grown } = await generate(loaded, {}, { length: 100_000 });
    expect(cancelled).toBe(true);
    expect(texts[0]?.length).toBeLessThan(100_000);
    expect(grown).toEqual(texts);
    // The next one has nothing to do with it.
    loaded.on = () => undefined;
    expect((await generate(loaded)).cancelled).toBe(false);
  });

  it('another generation is not cancelled', async () => {
    loaded.model.cancel(2);
    expect((await generate(loaded)).cancelled).toBe(false);
  });

  it('a prompt with a character that the network has never seen is named', async () => {
    await expect(generate(loaded, { prompt: 'aZ' })).rejects.toMatchObject({
      code: 'prompt',
      message: expect.stringMatching(/never seen: .*Z/) as string,
    });
  });

  it('a text too short to measure, or shorter than announced, is refused', async () => {
    await expect(measure(loaded, 'a')).rejects.toMatchObject({ code: 'corpus' });
    const receiver = loaded.model.receiverFor(10);
    receiver.take(new TextEncoder().encode('abc'), true);
    await expect(loaded.model.evaluate(receiver)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('nothing is written or measured before weights are loaded', async () => {
    const model = new LoadedModel(() => Promise.resolve());
    expect(() => model.receiverFor(1)).toThrow(/no weights are loaded/);
    const request = { type: 'generate', id: 1, prompt: 'a', count: 1, settings: SETTINGS } as const;
    await expect(model.generate(request)).rejects.toThrow(/no weights are loaded/);
  });

  it.each([
    ['no configuration', {}],
    ['a broken configuration', { config: '{"cell":' }],
    ['an unknown cell', { config: '{"cell":"rnn","layers":1,"embeddingSize":4,"units":6}' }],
  ])('weights with %s are damaged', async (_what, metadata) => {
    const weights = encodeSafetensors(decodeSafetensors(checkpoint.weights).arrays, metadata);
    await expect(loaded.model.load(loadOf(weights))).rejects.toMatchObject({ code: 'damaged' });
  });

  it('weights of another network are refused, and nothing is loaded then', async () => {
    const { arrays, metadata } = decodeSafetensors(checkpoint.weights);
    const weights = encodeSafetensors(arrays, {
      ...metadata,
      config: '{"cell":"gru","layers":1,"embeddingSize":4,"units":7}',
    });
    await expect(loaded.model.load(loadOf(weights))).rejects.toMatchObject({ code: 'file' });
    await expect(generate(loaded)).rejects.toThrow(/no weights are loaded/);
  });
});
