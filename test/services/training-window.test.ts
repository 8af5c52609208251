/** What windows need of a training: who listens, what is left when the program quits, going on with other settings. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrainingEvent } from '../../src/shared/events.ts';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';
import { checkpointMessage, READY, REPORT, stepMessage } from '../support/fake-trainer.ts';
import {
  config,
  events,
  FINISHED,
  forgetEvents,
  listen,
  PLAN,
  record,
  service,
  start,
  trainer,
  types,
  useTrainings,
} from './training-harness.ts';

useTrainings();

async function ended(...messages: readonly FromTrainer[]): Promise<number> {
  const handle = await start();
  trainer.say(READY, ...messages);
  trainer.exit(null, 'SIGKILL');
  await handle.done;
  forgetEvents();
  return handle.runId;
}

describe('a window that opens later', () => {
  it('sees where the training stands, and every event from then on', async () => {
    const training = service();
    expect(training.active()).toBeNull();
    const handle = await start(training);
    trainer.say(READY, stepMessage(1), stepMessage(2));
    const heard: TrainingEvent[] = [];
    const leave = training.subscribe((event) => heard.push(event));
    const active = training.active();
    expect(active).toMatchObject({
      runId: handle.runId,
      snapshot: { run: handle.runId, name: 'quick on hamlet', status: 'running', step: 2 },
    });
    trainer.say(stepMessage(3));
    expect(training.active()?.snapshot.step).toBe(3);
    expect(heard.map(({ type }) => type)).toEqual(['step']);
    active?.handle.stop();
    leave();
    trainer.say({ type: 'ended', outcome: 'stopped', reason: '' });
    trainer.exit(0);
    await handle.done;
    expect(heard.map(({ type }) => type)).toEqual(['step', 'status']);
    expect(training.active()).toBeNull();
  });

  it('reads what was told at the beginning: engines that were not taken, the first look', async () => {
    const handle = await start();
    const look = { inputShape: [1, 2], logitsShape: [1, 2, 3], loss: 1.1, uniformLoss: 1.0986 };
    const firstLook = { ...look, input: 'ab', target: 'bc', prediction: 'qx' };
    const rejected = { ...REPORT, engine: 'tensorflow', available: false, reason: 'it is not installed' } as const;
    trainer.say(
      { type: 'ready', report: REPORT, rejected: [rejected] },
      { type: 'first-look', ...firstLook },
      stepMessage(1),
    );
    expect(record.store.beginning(handle.runId)).toEqual({
      rejected: [{ engine: 'tensorflow', reason: 'it is not installed' }],
      firstLook,
    });
    trainer.exit(null, 'SIGKILL');
    await handle.done;
  });

  it('is told news together, with the state after them', async () => {
    const waiting: (() => void)[] = [];
    const training = service({
      feedClock: { now: () => 0, after: (_, work) => (waiting.push(work), () => undefined) },
    });
    const news: { step: number; types: string[] }[] = [];
    training.subscribeNews(({ live, events: told }) =>
      news.push({ step: live.step, types: told.map(({ type }) => type) }),
    );
    await start(training);
    trainer.say(READY, stepMessage(1));
    expect(news).toEqual([]);
    for (const work of waiting.splice(0)) work();
    expect(news).toEqual([{ step: 1, types: ['created', 'engine', 'status', 'step'] }]);
  });
});

describe('a program that quits', () => {
  it('lets the training save, remembers it for the next start, and offers it until it goes on', async () => {
    const training = service();
    await training.shutDown(); // nothing to do
    expect(training.resumeOffer()).toBeNull();
    const handle = await start(training);
    trainer.say(READY, stepMessage(1));
    const gone = training.shutDown();
    expect(trainer.sent.at(-1)).toEqual({ type: 'stop' });
    trainer.say(checkpointMessage({ step: 1 }), { type: 'ended', outcome: 'stopped', reason: '' });
    trainer.exit(0);
    await gone;
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'stopped', statusReason: 'Folio was closed' });
    const next = service();
    expect(next.resumeOffer()).toEqual({ run: handle.runId, name: 'quick on hamlet', engine: 'auto' });
    await next.resume(handle.runId, 'auto', listen);
    expect(next.resumeOffer()).toBeNull();
  });

  it('does not wait for ever, and offers what the last checkpoint holds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const training = service({ shutDownMs: 1000, timeouts: { stopMs: 60_000 } });
    const handle = await start(training);
    trainer.say(READY, stepMessage(1));
    const gone = training.shutDown();
    vi.advanceTimersByTime(1000);
    await gone;
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'interrupted' });
    expect(record.store.run(handle.runId).statusReason).toContain('could not save in time');
    expect(training.resumeOffer()).toMatchObject({ run: handle.runId });
    training.declineOffer();
    expect(training.resumeOffer()).toBeNull();
  });

  it('offers nothing of a training that the person was stopping, that finished, or that was deleted', async () => {
    const training = service();
    const stopped = await start(training);
    trainer.say(READY);
    stopped.stop();
    let gone = training.shutDown();
    trainer.say({ type: 'ended', outcome: 'stopped', reason: '' });
    trainer.exit(0);
    await gone;
    expect(training.resumeOffer()).toBeNull();

    await start(training);
    trainer.say(READY);
    gone = training.shutDown();
    trainer.say(FINISHED);
    trainer.exit(0);
    await gone;
    expect(training.resumeOffer()).toBeNull();
    record.store.setSetting('resume-at-start', 'not JSON');
    expect(training.resumeOffer()).toBeNull();
  });
});

describe('resuming with changes', () => {
  let runId: number;
  beforeEach(async () => {
    runId = await ended(checkpointMessage({ epoch: 1 }), { type: 'ended', outcome: 'diverged', reason: 'NaN' });
    expect(record.store.run(runId).status).toBe('failed');
  });

  it('after a loss that was no number: smaller steps, kept with the run and told', async () => {
    await service().resume(runId, 'auto', listen, undefined, { learningRate: 0.001, clipNorm: 0.5 });
    const changed = { ...config, learningRate: 0.001, clipNorm: 0.5 };
    expect(await trainer.received('train')).toMatchObject({ config: changed, resume: { recorded: true } });
    expect(events.at(-1)).toMatchObject({
      reason: 'resumes from epoch 1, step 10, with learningRate=0.001 (it was 0.004), clipNorm=0.5 (it was 1)',
    });
    trainer.say(READY, { ...PLAN, config: changed });
    expect(record.store.run(runId).config).toEqual(changed);
  });

  it('nothing changes when the changes are refused', async () => {
    const refused = service().resume(runId, 'auto', listen, undefined, { clipNorm: -1 });
    await expect(refused).rejects.toMatchObject({ code: 'config' });
    expect(record.store.run(runId)).toMatchObject({ status: 'failed', config });
    expect(types()).toEqual([]);
  });

  it('a finished run goes on with a later end, and only then', async () => {
    record.store.setRunStatus(runId, 'finished', '');
    record.store.setRunConfig(runId, { ...config, batchSize: 8 }); // 3 steps an epoch: step 10 is beyond the third
    const training = service();
    await expect(training.resume(runId, 'auto', listen)).rejects.toMatchObject({ code: 'config' });
    await expect(training.resume(runId, 'auto', listen, undefined, { learningRate: 0.1 })).rejects.toMatchObject({
      code: 'config',
    });
    await training.resume(runId, 'auto', listen, undefined, { epochs: 100 });
    expect(record.store.run(runId).status).toBe('queued');
    const { config: longer } = await trainer.received('train');
    trainer.say(READY, { ...PLAN, config: longer });
    expect(record.store.run(runId)).toMatchObject({ status: 'running', config: { epochs: 100 } });
  });

  it('keeps the weights of the epochs that the run was started with, unless told otherwise', async () => {
    const training = service();
    const request = { preset: 'quick', corpusId: record.corpusId, config, engine: 'auto', keepEvery: 3 } as const;
    const handle = await training.start(request, listen);
    expect(record.store.run(handle.runId).keepEvery).toBe(3);
    trainer.say(READY, checkpointMessage({ epoch: 1 }));
    trainer.exit(null, 'SIGKILL');
    await handle.done;
    await training.resume(handle.runId, 'auto', listen);
    trainer.say(READY);
    for (const epoch of [2, 3, 4, 5, 6]) trainer.say(checkpointMessage({ epoch }));
    const kept = record.store.run(handle.runId).checkpoints.filter(({ bytes }) => bytes > 0);
    expect(kept.map(({ epoch }) => epoch)).toEqual([1, 3, 5, 6]); // the best; every third; two with the optimizer's state
  });
});
