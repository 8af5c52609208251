/** Pausing, stopping and resuming trainings. */
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { TrainingOptions } from '../../src/main/services/training.ts';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';
import { checkpointMessage, READY, stepMessage } from '../support/fake-trainer.ts';
import { withMethods } from '../support/records.ts';
import {
  config,
  events,
  FINISHED,
  forgetEvents,
  listen,
  record,
  service,
  start,
  statuses,
  trainer,
  useTrainings,
} from './training-harness.ts';

useTrainings();

describe('a start', () => {
  it.each([
    ['weightDecay', { config: { ...config, weightDecay: 0.5 } }],
    ['id', { name: '7' }],
  ])('is refused before there is a run when %s does not fit', async (named, wrong) => {
    const request = { preset: 'quick', corpusId: record.corpusId, config, engine: 'auto', ...wrong } as const;
    await expect(service().start(request, listen)).rejects.toThrow(named);
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

  it('waits for a checkpoint as long as it is being stored, asked to stop before or meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const stopFirst of [true, false]) {
      const written = Promise.withResolvers<void>();
      const recordHere = record.store.recordCheckpoint.bind(record.store);
      const checkpoints: TrainingOptions['checkpoints'] = {
        piece: () => undefined,
        discard: () => undefined,
        record: async (checkpoint, policy) => {
          await written.promise;
          return recordHere(checkpoint, policy);
        },
      };
      const handle = await start(service({ timeouts: { stopMs: 60_000 }, checkpoints }));
      trainer.say(READY, stepMessage(1));
      if (stopFirst) handle.stop();
      trainer.say(checkpointMessage({ step: 1 }));
      if (!stopFirst) handle.stop();
      trainer.say(stepMessage(2)); // it ran ahead
      vi.advanceTimersByTime(600_000);
      expect(trainer.kills).toEqual([]);
      written.resolve();
      await trainer.received('stored');
      vi.advanceTimersByTime(59_000);
      expect(trainer.kills).toEqual([]);
      vi.advanceTimersByTime(1_000); // it was told, and says nothing any more
      expect(trainer.kills).toEqual(['SIGKILL']);
      expect(await handle.done).toMatchObject({ status: 'interrupted' });
    }
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

describe('resuming', () => {
  async function interruptedRun(...messages: readonly FromTrainer[]): Promise<number> {
    const handle = await start();
    trainer.say(READY, ...messages);
    trainer.exit(null, 'SIGKILL');
    await handle.done;
    forgetEvents();
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
      plan: null,
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

  it('trains nothing else while a checkpoint is being read, and the run as it is then', async () => {
    const runId = await interruptedRun(checkpointMessage({ epoch: 1 }));
    const read = Promise.withResolvers<void>();
    const resumePoint = async (id: number): Promise<ReturnType<typeof record.store.resumePoint>> => {
      await read.promise;
      return record.store.resumePoint(id);
    };
    const training = service({ stored: { resumePoint } });
    const resuming = training.resume(runId, 'auto', listen);
    await expect(start(training)).rejects.toMatchObject({ code: 'busy' });
    await expect(training.resume(runId, 'auto', listen)).rejects.toMatchObject({ code: 'busy' });
    record.store.editRun(runId, { name: 'other' });
    read.resolve();
    await resuming;
    expect(events[0]).toMatchObject({ type: 'created', name: 'other' });

    const failing = service({ stored: { resumePoint: () => Promise.reject(new Error('unreadable')) } });
    const second = await interruptedRun(checkpointMessage({ epoch: 1 }));
    await expect(failing.resume(second, 'auto', listen)).rejects.toThrow('unreadable');
    await start(failing); // it is free again
  });

  it('leaves no gap for a start that waited for the same writing of another thread', async () => {
    const runId = await interruptedRun(checkpointMessage({ epoch: 1 }));
    const other = Promise.withResolvers<void>();
    let busy: Promise<void> | null = other.promise.then(() => {
      busy = null;
    });
    record.store.shareWith(() => busy);
    const training = service();
    const resuming = training.resume(runId, 'auto', listen);
    await settled(); // its checkpoint is read
    const starting = (record.store.writable() ?? Promise.resolve()).then(() => start(training));
    other.resolve();
    await expect(starting).rejects.toMatchObject({ code: 'busy' });
    expect((await resuming).runId).toBe(runId);
    expect(record.store.listRuns().map(({ id }) => id)).toEqual([runId]);
    expect(training.active()?.runId).toBe(runId);
  });

  it('of a run that was deleted meanwhile is refused', async () => {
    const runId = await interruptedRun(checkpointMessage({ epoch: 1 }));
    const resumePoint = async (id: number): Promise<ReturnType<typeof record.store.resumePoint>> => {
      const point = record.store.resumePoint(id);
      record.store.trash('run', [id]);
      return point;
    };
    await expect(service({ stored: { resumePoint } }).resume(runId, 'auto', listen)).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(events).toEqual([]);
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
