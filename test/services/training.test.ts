/** A training that goes well, from start to end. */
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { WrittenSample } from '../../src/main/trainer/messages.ts';
import { checkpointMessage, READY, stepMessage } from '../support/fake-trainer.ts';
import { withMethods } from '../support/records.ts';
import {
  config,
  events,
  FINISHED,
  listen,
  newTrainer,
  record,
  service,
  start,
  trainer,
  types,
  useTrainings,
} from './training-harness.ts';

useTrainings();

describe('a training from start to end', () => {
  it('keeps the weights of the epochs that it was told to keep, and says what that freed', async () => {
    const training = service({ policy: { everyNth: 1, optimizerStates: 1 } });
    const handle = await training.start(
      { preset: 'quick', corpusId: record.corpusId, config, engine: 'auto', keepEvery: 3 },
      listen,
    );
    trainer.say(READY);
    for (const epoch of [1, 2, 3, 4, 5]) trainer.say(checkpointMessage({ epoch }));
    const { checkpoints } = record.store.run(handle.runId);
    // Epoch 1 is the best (all losses are the same), 5 the last.
    expect(checkpoints.filter(({ bytes }) => bytes > 0).map(({ epoch }) => epoch)).toEqual([1, 3, 5]);
    const freed = events.flatMap((event) => (event.type === 'epoch' ? [event.bytesFreed] : []));
    expect(freed).toEqual([0, 2, 4, 2, 4]);
    trainer.say(FINISHED);
    trainer.exit(0);
    await handle.done;
  });

  it('creates a run, sends the request and the whole text, and tells every step', async () => {
    const handle = await start();
    expect(record.store.run(handle.runId)).toMatchObject({
      status: 'queued',
      name: 'quick on hamlet',
      preset: 'quick',
    });
    const request = await trainer.received('train');
    const { vocabulary, characters } = record.store.corpus(record.corpusId);
    expect(request).toEqual({
      type: 'train',
      config,
      vocabulary,
      characters,
      engine: 'auto',
      plan: null,
      resume: null,
      leftOut: [],
    });
    await trainer.received('text');
    await settled();
    const texts = trainer.sent.flatMap((message) => (message.type === 'text' ? [message] : []));
    expect(texts.map(({ last }) => last)).toEqual([...texts.slice(1).map(() => false), true]);
    expect(Buffer.concat(texts.map(({ bytes }) => bytes)).toString()).toBe(
      'to be or not to be, that is the question. '.repeat(50),
    );

    trainer.say(READY);
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'running', engine: 'wasm', device: 'a test' });
    trainer.say(stepMessage(1), stepMessage(2), checkpointMessage({ epoch: 1 }), FINISHED);
    trainer.exit(0);
    const finished = await handle.done;
    expect(finished).toEqual({
      run: handle.runId,
      type: 'finished',
      status: 'finished',
      reason: '',
      epochs: 1,
      steps: 10,
      seconds: 10,
      error: null,
    });
    expect(types()).toEqual([
      'created',
      'engine',
      'status',
      'step',
      'step',
      'epoch',
      'checkpoint',
      'status',
      'finished',
    ]);
    expect(events.every(({ run }) => run === handle.runId)).toBe(true);
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'finished', epoch: 1, step: 10 });
    expect(record.store.metrics(handle.runId).map(({ step, activeSeconds }) => [step, activeSeconds])).toEqual([
      [1, 0.1],
      [2, 0.2],
    ]);
  });

  it('stores the configuration as the trainer completed it', async () => {
    const handle = await start(service(), 'best');
    expect(await trainer.received('train')).toMatchObject({ plan: { named: [] } });
    const completed = { ...config, units: 77 };
    trainer.say(READY, {
      type: 'plan',
      config: completed,
      stepsPerEpoch: 10,
      totalSteps: null,
      trainingCharacters: 1,
      validationCharacters: 0,
      reason: null,
    });
    expect(record.store.run(handle.runId).config.units).toBe(77);
    expect(types()).toContain('plan');
  });

  it('passes on what the plan is to leave alone', async () => {
    await service().start(
      { preset: 'best', corpusId: record.corpusId, config, named: ['precision'], engine: 'auto' },
      () => undefined,
    );
    expect(await trainer.received('train')).toMatchObject({ plan: { named: ['precision'] } });
  });

  it('tells samples with the ids that the record gave them, and where they come from', async () => {
    const handle = await start();
    const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 1, length: 3, stop: '' };
    const sample = (text: string, stream: number): WrittenSample => ({
      prompt: 'to',
      text,
      settings,
      stream,
      streams: 2,
    });
    trainer.say(READY, checkpointMessage({ epoch: 1 }, { samples: [sample('abc', 0)] }));
    trainer.say(checkpointMessage({ epoch: 2 }, { samples: [sample('def', 0), sample('ghi', 1)] }));
    const told = events.flatMap((event) => (event.type === 'sample' ? [event] : []));
    expect(told.map(({ text, epoch, stream }) => [text, epoch, stream])).toEqual([
      ['abc', 1, 0],
      ['def', 2, 0],
      ['ghi', 2, 1],
    ]);
    const stored = record.store.samples(handle.runId);
    expect(told.map(({ id }) => id).toSorted()).toEqual(stored.map(({ id }) => id).toSorted());
    expect(stored[0]).toMatchObject({
      origin: 'training',
      streams: 2,
      engine: 'wasm',
      appVersion: '1.2.3',
      runId: handle.runId,
    });
  });

  it('writes steps at most once a second, and the rest with the next phase', async () => {
    let clock = 0;
    const writes: number[] = [];
    const store = withMethods(record.store, { appendMetrics: (_run, points) => void writes.push(points.length) });
    await start(service({ store, now: () => clock }));
    trainer.say(READY);
    for (let step = 1; step <= 30; step++) {
      clock += 100;
      trainer.say(stepMessage(step));
    }
    expect(writes).toEqual([10, 10, 10]);
    trainer.say(stepMessage(31), { type: 'phase', phase: 'validating' });
    expect(writes).toEqual([10, 10, 10, 1]);
  });

  it('waits for each piece of the text to be handed over before it reads the next', async () => {
    let read = 0;
    const chunks = function* (): Generator<Uint8Array> {
      for (; read < 5; read++) yield new Uint8Array([read]);
    };
    let open = (): void => undefined;
    const store = withMethods(record.store, { corpusChunks: chunks });
    const training = service({
      store,
      startTrainer: () => {
        newTrainer();
        trainer.gate = new Promise((resolve) => (open = resolve));
        return trainer;
      },
    });
    await start(training);
    await settled();
    expect(trainer.sent.map(({ type }) => type)).toEqual(['train']);
    expect(read).toBe(0);
    open();
    await vi.waitFor(() => expect(trainer.sent).toHaveLength(6), { interval: 1 }); // each in a turn of its own
    expect(trainer.sent.map((message) => (message.type === 'text' ? [...message.bytes, message.last] : []))).toEqual([
      [],
      [0, false],
      [1, false],
      [2, false],
      [3, false],
      [4, true],
    ]);
  });

  it('is refused while another trains, and starts once that has ended', async () => {
    const training = service();
    const first = await start(training);
    await expect(start(training)).rejects.toMatchObject({ code: 'busy' });
    await expect(training.resume(first.runId, 'auto', listen)).rejects.toMatchObject({ code: 'busy' });
    trainer.say(READY, FINISHED);
    trainer.exit(0);
    await first.done;
    await expect(start(training)).resolves.toMatchObject({ runId: first.runId + 1 });
  });

  it('refuses a corpus that is not there', async () => {
    await expect(
      service().start({ preset: 'quick', corpusId: 99, config, engine: 'auto' }, listen),
    ).rejects.toMatchObject({ code: 'not-found' });
    expect(record.store.listRuns()).toEqual([]);
  });
});
