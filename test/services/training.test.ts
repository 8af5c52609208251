import { setImmediate as settled } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTrainingService } from '../../src/main/services/training.ts';
import type { TrainingOptions } from '../../src/main/services/training.ts';
import type { TrainingHandle } from '../../src/main/services/types.ts';
import type { FromTrainer, WrittenSample } from '../../src/main/trainer/messages.ts';
import { FolioError } from '../../src/shared/errors.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { checkpointMessage, FakeTrainer, READY, REPORT, stepMessage } from '../support/fake-trainer.ts';
import { temporaryRecord, withMethods } from '../support/records.ts';
import type { TemporaryRecord } from '../support/records.ts';

const { config } = PRESETS.quick;
const FINISHED: FromTrainer = { type: 'ended', outcome: 'finished', reason: '' };

let record: TemporaryRecord;
let trainer: FakeTrainer;
let events: TrainingEvent[];

beforeEach(() => {
  record = temporaryRecord();
  trainer = new FakeTrainer();
  events = [];
});

afterEach(() => {
  vi.useRealTimers();
  record.remove();
});

function service(options: Partial<TrainingOptions> = {}): ReturnType<typeof createTrainingService> {
  return createTrainingService({
    store: record.store,
    startTrainer: () => (trainer = new FakeTrainer()),
    appVersion: '1.2.3',
    timeouts: { stopMs: 50, exitMs: 50 },
    ...options,
  });
}

const listen = (event: TrainingEvent): void => void events.push(event);

function start(training = service(), preset = 'quick'): Promise<TrainingHandle> {
  return training.start({ preset, corpusId: record.corpusId, config, engine: 'auto' }, listen);
}

const types = (): string[] => events.map(({ type }) => type);
const statuses = (): string[] => events.flatMap((event) => (event.type === 'status' ? [event.status] : []));

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
      plan: false,
      resume: null,
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
    expect(await trainer.received('train')).toMatchObject({ plan: true });
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
        trainer = new FakeTrainer();
        trainer.gate = new Promise((resolve) => (open = resolve));
        return trainer;
      },
    });
    await start(training);
    await settled();
    expect(trainer.sent.map(({ type }) => type)).toEqual(['train']);
    expect(read).toBe(0);
    open();
    await settled();
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

describe('pause, continue and stop', () => {
  it('is paused when the trainer says so, and running when it goes on', async () => {
    const handle = await start();
    trainer.say(READY);
    handle.pause();
    expect(trainer.sent.at(-1)).toEqual({ type: 'pause' });
    expect(record.store.run(handle.runId).status).toBe('running');
    trainer.say({ type: 'phase', phase: 'paused' });
    expect(record.store.run(handle.runId).status).toBe('paused');
    handle.continue();
    trainer.say({ type: 'phase', phase: 'training' });
    expect(record.store.run(handle.runId).status).toBe('running');
    expect(statuses()).toEqual(['running', 'paused', 'running']);
  });

  it('saves and ends as stopped', async () => {
    const handle = await start();
    trainer.say(READY, stepMessage(1));
    handle.stop();
    handle.stop();
    expect(trainer.sent.filter(({ type }) => type === 'stop')).toHaveLength(1);
    expect(record.store.run(handle.runId).status).toBe('stopping');
    trainer.say(checkpointMessage({ step: 1 }), { type: 'ended', outcome: 'stopped', reason: 'as asked' });
    trainer.exit(0);
    expect(await handle.done).toMatchObject({ status: 'stopped', reason: 'as asked', error: null, steps: 1 });
    expect(statuses()).toEqual(['running', 'stopping', 'stopped']);
  });

  it('stays stopping when the engine becomes ready only then', async () => {
    const handle = await start();
    handle.stop();
    trainer.say(READY);
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'stopping', engine: 'wasm' });
  });

  it('ends a trainer that does not answer, and says so; one that still says something is left alone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const handle = await start(service({ timeouts: { stopMs: 60_000 } }));
    trainer.say(READY, stepMessage(1), checkpointMessage({ epoch: 1 }));
    handle.stop();
    vi.advanceTimersByTime(59_000);
    trainer.say({ type: 'phase', phase: 'saving' });
    vi.advanceTimersByTime(59_000);
    expect(trainer.kills).toEqual([]);
    vi.advanceTimersByTime(1_000);
    const finished = await handle.done;
    expect(trainer.kills).toEqual(['SIGKILL']);
    expect(finished.status).toBe('interrupted');
    expect(finished.reason).toContain('did not answer');
    expect(finished.error?.hint).toContain(`folio resume ${handle.runId}\` goes on from epoch 1, step 10`);
  });

  it('is stopped, and not interrupted, when the trainer ends before its first step: nothing is lost', async () => {
    const handle = await start();
    handle.stop();
    trainer.exit(null, 'SIGINT');
    expect(await handle.done).toMatchObject({
      status: 'stopped',
      error: null,
      reason: expect.stringContaining('SIGINT') as string,
    });
  });

  it('ends the trainer after its last word: a process that lives on would keep the command waiting', async () => {
    const handle = await start();
    trainer.say(READY, FINISHED);
    expect(await handle.done).toMatchObject({ status: 'finished', error: null });
    expect(trainer.kills).toEqual(['SIGKILL']);
  });

  it('is abandoned at once when the program closes', async () => {
    const training = service();
    const handle = await start(training);
    trainer.say(READY, stepMessage(1));
    training.close();
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'interrupted' });
    expect(await handle.done).toMatchObject({ status: 'interrupted' });
  });
});

describe('a training that goes wrong', () => {
  it.each([
    { exit: [null, 'SIGKILL', ''], words: 'was killed (SIGKILL), perhaps because the system was out of memory' },
    {
      exit: [null, 'SIGSEGV', 'F0000 check failed'],
      words: 'crashed (SIGSEGV); the last that it wrote: F0000 check failed',
    },
    { exit: [null, 'SIGTERM', ''], words: 'was ended from outside (SIGTERM)' },
    { exit: [7, null, 'one\ntwo'], words: 'ended with exit code 7; the last that it wrote: one\ntwo' },
    { exit: [3221225477, null, ''], words: 'ended with exit code 0xC0000005' },
    { exit: [0, null, ''], words: 'ended before its work was done' },
    { exit: [null, null, 'spawn EAGAIN'], words: 'could not be started; the last that it wrote: spawn EAGAIN' },
  ] as const)('names the death $exit', async ({ exit: [code, signal, stderr], words }) => {
    const handle = await start();
    trainer.say(READY, stepMessage(1), stepMessage(2));
    trainer.exit(code, signal, stderr);
    const finished = await handle.done;
    expect(finished).toMatchObject({ status: 'interrupted', reason: `the training process ${words}` });
    expect(finished.error).toMatchObject({
      code: 'trainer-died',
      hint: expect.stringContaining(`folio resume ${handle.runId}`) as string,
    });
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'interrupted', statusReason: finished.reason });
    // Steps that waited to be written are not lost with the process.
    expect(record.store.metrics(handle.runId)).toHaveLength(2);
    expect(types().filter((type) => type === 'finished')).toHaveLength(1);
  });

  it('fails when the loss is no longer a number, and proposes smaller steps', async () => {
    const handle = await start();
    trainer.say(READY, checkpointMessage({ epoch: 1 }), {
      type: 'ended',
      outcome: 'diverged',
      reason: 'the loss is NaN at step 14',
    });
    trainer.exit(0);
    const { status, error } = await handle.done;
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'diverged', message: 'the loss is NaN at step 14' });
    expect(error?.hint).toContain('--set learningRate=0.001 (it was 0.004) or --set clipNorm=0.3 (it was 1)');
    expect(error?.hint).toContain('epoch 1, step 10 is kept');
  });

  it('fails with an error that the trainer reports, and is only interrupted when it can be resumed', async () => {
    const training = service();
    const error = { code: 'engine', message: 'no engine works here', hint: 'See folio engines.' } as const;
    const failed = await start(training);
    trainer.say({ type: 'error', error });
    trainer.exit(1);
    expect(await failed.done).toMatchObject({ status: 'failed', reason: 'no engine works here', error });
    const interrupted = await start(training);
    trainer.say(READY, checkpointMessage({ epoch: 1 }), { type: 'error', error });
    trainer.exit(1);
    expect(await interrupted.done).toMatchObject({ status: 'interrupted', error: { code: 'engine' } });
  });

  it('ends the trainer and fails when a checkpoint cannot be written; the one before is kept', async () => {
    let full = false;
    const store = withMethods(record.store, {
      recordCheckpoint: (...args) => {
        if (full) throw new FolioError('file', 'there is no room left', 'Make room.');
        return record.store.recordCheckpoint(...args);
      },
    });
    const handle = await start(service({ store }));
    trainer.say(READY, checkpointMessage({ epoch: 1 }));
    full = true;
    trainer.say(checkpointMessage({ epoch: 2 }), stepMessage(21));
    const finished = await handle.done;
    expect(trainer.kills).toEqual(['SIGKILL']);
    expect(finished).toMatchObject({
      status: 'failed',
      reason: 'the record could not be written: there is no room left',
    });
    expect(finished.error?.hint).toBe(`Make room. \`folio resume ${handle.runId}\` goes on from epoch 1, step 10.`);
    expect(types().at(-1)).toBe('finished');
    expect(record.store.resumePoint(handle.runId)?.checkpoint.step).toBe(10);
  });

  it('tells how it ended even when nothing at all can be written any more', async () => {
    const broken = (): never => {
      throw new FolioError('file', 'the disk is gone');
    };
    const handle = await start(
      service({ store: withMethods(record.store, { setRunStatus: broken, appendMetrics: broken }) }),
    );
    trainer.say(READY);
    expect(await handle.done).toMatchObject({ status: 'failed', error: { code: 'file' } });
  });

  it('fails when the stored text is damaged', async () => {
    const chunks = function* (): Generator<Uint8Array> {
      yield new Uint8Array([1]);
      throw new FolioError('damaged', 'the text does not match its SHA-256');
    };
    const handle = await start(service({ store: withMethods(record.store, { corpusChunks: chunks }) }));
    expect(await handle.done).toMatchObject({ status: 'failed', error: { code: 'damaged' } });
    expect(trainer.sent.some((message) => message.type === 'text' && message.last)).toBe(false);
  });

  it('fails on a message that does not belong to a training', async () => {
    const handle = await start();
    trainer.say(READY, { type: 'loaded', report: REPORT, rejected: [] });
    expect(await handle.done).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  });

  it('is interrupted when the trainer takes no messages and does not end either', async () => {
    const training = service({
      startTrainer: () => {
        trainer = new FakeTrainer();
        trainer.gate = Promise.reject(new FolioError('trainer-died', 'the channel is closed'));
        return trainer;
      },
    });
    const handle = await start(training);
    expect(await handle.done).toMatchObject({ status: 'interrupted', reason: 'the channel is closed' });
    expect(trainer.kills).toEqual(['SIGKILL']);
  });

  it('is not disturbed by a listener that fails', async () => {
    const thrown: unknown[] = [];
    process.once('uncaughtException', (error) => thrown.push(error));
    const handlers = process.listeners('uncaughtException').slice(0, -1);
    for (const handler of handlers) process.off('uncaughtException', handler);
    const training = service();
    const handle = await training.start(
      { preset: 'quick', corpusId: record.corpusId, config, engine: 'auto' },
      (event) => {
        listen(event);
        if (event.type === 'step') throw new Error('a closed window');
      },
    );
    trainer.say(READY, stepMessage(1), FINISHED);
    expect(await handle.done).toMatchObject({ status: 'finished' });
    await settled();
    for (const handler of handlers) process.on('uncaughtException', handler);
    expect(thrown).toMatchObject([{ message: 'a closed window' }]);
  });

  it('marks the run as failed when no process can be started', async () => {
    const training = service({
      startTrainer: () => {
        throw new Error('EAGAIN');
      },
    });
    await expect(start(training)).rejects.toThrow('EAGAIN');
    expect(record.store.listRuns()[0]).toMatchObject({ status: 'failed' });
  });
});

describe('resuming', () => {
  async function interruptedRun(...messages: readonly FromTrainer[]): Promise<number> {
    const handle = await start();
    trainer.say(READY, ...messages);
    trainer.exit(null, 'SIGKILL');
    await handle.done;
    events = [];
    return handle.runId;
  }

  it('sends the newest checkpoint back, and forgets what came after it', async () => {
    const runId = await interruptedRun(
      stepMessage(1),
      checkpointMessage({ epoch: 1 }),
      checkpointMessage({ step: 14 }),
      stepMessage(15),
    );
    expect(record.store.metrics(runId).map(({ step }) => step)).toEqual([1, 15]);
    const handle = await service().resume(runId, 'wasm', listen);
    expect(record.store.metrics(runId).map(({ step }) => step)).toEqual([1]);
    const request = await trainer.received('train');
    expect(request).toMatchObject({
      plan: false,
      engine: 'wasm',
      config,
      resume: { position: checkpointMessage({ step: 14 }).position },
    });
    expect([...(request.resume?.weights ?? [])]).toEqual([1, 14]);
    expect([...(request.resume?.optimizer ?? [])]).toEqual([2, 14]);
    expect(events).toEqual([
      { run: runId, type: 'created', name: 'quick on hamlet' },
      { run: runId, type: 'status', status: 'queued', reason: 'resumes from epoch 2, step 14' },
    ]);
    trainer.say(READY, stepMessage(15, { milliseconds: 2000 }), FINISHED);
    trainer.exit(0);
    expect(await handle.done).toMatchObject({ status: 'finished', epochs: 1, steps: 15, seconds: 16 });
    expect(record.store.metrics(runId).at(-1)).toMatchObject({ step: 15, activeSeconds: 16 });
  });

  it('starts from the beginning when nothing had been stored', async () => {
    const runId = await interruptedRun(stepMessage(1));
    await service().resume(runId, 'auto', listen);
    expect(await trainer.received('train')).toMatchObject({ resume: null, config });
    expect(record.store.metrics(runId)).toEqual([]);
    expect(events.at(-1)).toMatchObject({
      status: 'queued',
      reason: expect.stringContaining('from the beginning') as string,
    });
  });

  it('names a damaged checkpoint that it passes over', async () => {
    const runId = await interruptedRun(checkpointMessage({ epoch: 1 }));
    const point = record.store.resumePoint(runId);
    if (point === null) throw new Error('there is a checkpoint');
    const store = withMethods(record.store, {
      resumePoint: () => ({ ...point, damaged: ['epoch 2: a byte flipped'] }),
    });
    await service({ store }).resume(runId, 'auto', listen);
    expect(events.at(-1)).toMatchObject({
      reason: 'resumes from epoch 1, step 10; passed over as damaged: epoch 2: a byte flipped',
    });
    expect(record.store.run(runId).statusReason).toContain('a byte flipped');
  });

  it('refuses to start over when all checkpoints are damaged: their weights may be good', async () => {
    const runId = await interruptedRun(checkpointMessage({ epoch: 1 }));
    const store = withMethods(record.store, { resumePoint: () => null });
    await expect(service({ store }).resume(runId, 'auto', listen)).rejects.toMatchObject({ code: 'damaged' });
    expect(record.store.run(runId).checkpoints).toHaveLength(1);
  });

  it('refuses a position that is not one', async () => {
    const runId = await interruptedRun(checkpointMessage({ epoch: 1 }));
    const point = record.store.resumePoint(runId);
    if (point === null) throw new Error('there is a checkpoint');
    for (const position of ['', '{}', '{"step":-1}', 'null']) {
      const store = withMethods(record.store, { resumePoint: () => ({ ...point, position }) });
      await expect(service({ store }).resume(runId, 'auto', listen)).rejects.toMatchObject({ code: 'damaged' });
    }
  });

  it('refuses a finished run, one that is not there, and one that another process trains', async () => {
    const training = service();
    const handle = await start(training);
    trainer.say(READY, FINISHED);
    trainer.exit(0);
    await handle.done;
    await expect(training.resume(handle.runId, 'auto', listen)).rejects.toMatchObject({ code: 'config' });
    await expect(training.resume(99, 'auto', listen)).rejects.toMatchObject({ code: 'not-found' });
    const runId = await interruptedRun();
    record.store.setRunStatus(runId, 'queued', '');
    await expect(training.resume(runId, 'auto', listen)).rejects.toMatchObject({ code: 'busy' });
  });
});
