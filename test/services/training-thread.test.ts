/** A training whose checkpoints another thread stores: what comes after one is told after it. */
import { setImmediate as settled } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import type { ResumePoint } from '../../src/main/store/types.ts';
import { resumeProblems } from '../../src/main/services/resume-problems.ts';
import { checkpointMessage, READY, stepMessage } from '../support/fake-trainer.ts';
import { areGone } from '../support/garbage.ts';
import {
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
const writers: CheckpointWriter[] = [];
// (Runs before the record is removed: hooks end in the reverse of their order.)
afterEach(() => {
  for (const writer of writers.splice(0)) writer.close();
});

function threaded(options: Parameters<typeof service>[0] = {}): ReturnType<typeof service> {
  const checkpoints = new CheckpointWriter(record.store.path);
  writers.push(checkpoints);
  return service({ checkpoints, ...options });
}

it('stores and tells everything in its order, and answers each checkpoint', async () => {
  const handle = await start(threaded());
  const large = checkpointMessage({ epoch: 1 });
  const none = new Uint8Array(0);
  trainer.say(READY, stepMessage(1));
  trainer.say({ type: 'checkpoint-piece', part: 'weights', bytes: large.weights });
  trainer.say({ type: 'checkpoint-piece', part: 'optimizer', bytes: large.optimizer });
  trainer.say({ ...large, weights: none, optimizer: none, inPieces: { weights: 2, optimizer: 2 } });
  trainer.say(stepMessage(11), checkpointMessage({ epoch: 2 }), stepMessage(21), FINISHED);
  trainer.exit(0);
  expect(await handle.done).toMatchObject({ status: 'finished', epochs: 2, steps: 21, error: null });
  const told = types().filter((type) => type !== 'status');
  expect(told).toEqual([
    'created',
    'engine',
    'step',
    'epoch',
    'checkpoint',
    'step',
    'epoch',
    'checkpoint',
    'step',
    'finished',
  ]);
  expect(trainer.sent.filter(({ type }) => type === 'stored')).toHaveLength(2);
  const point = record.store.resumePoint(handle.runId);
  expect([...(point?.weights ?? [])]).toEqual([1, 20]);
  expect(record.store.metrics(handle.runId).map(({ step }) => step)).toEqual([1, 11, 21]);
  expect(record.store.check()).toEqual([]);
});

it('writes nothing while another thread stores what is not its own', async () => {
  const other = Promise.withResolvers<void>();
  let busy: Promise<void> | null = null;
  record.store.shareWith(() => busy);
  const handle = await start(service());
  busy = other.promise.then(() => {
    busy = null;
  });
  trainer.say(READY, stepMessage(1), checkpointMessage({ epoch: 1 }), FINISHED);
  trainer.exit(0);
  await settled();
  expect(types()).toEqual(['created']);
  other.resolve();
  expect(await handle.done).toMatchObject({ status: 'finished', epochs: 1, error: null });
  expect(record.store.run(handle.runId).checkpoints).toHaveLength(1);
});

it('fails when the checkpoint cannot be stored, and goes no further', async () => {
  const handle = await start(threaded());
  trainer.say(READY, checkpointMessage({ epoch: 1 }));
  trainer.say(
    { ...checkpointMessage({ epoch: 2 }), sha256: { weights: 'other', optimizer: 'other' } },
    stepMessage(21),
    FINISHED,
  );
  const finished = await handle.done;
  expect(finished).toMatchObject({ status: 'failed', error: { code: 'damaged' } });
  expect(finished.reason).toContain('changed on the way');
  expect(events.some((event) => event.type === 'step' && event.step === 21)).toBe(false);
  expect(record.store.resumePoint(handle.runId)?.checkpoint.step).toBe(10);
});

it('is through with its checkpoint when it is abandoned', async () => {
  const training = threaded();
  const handle = await start(training);
  trainer.say(READY, checkpointMessage({ epoch: 1 }));
  training.close();
  expect(await handle.done).toMatchObject({ status: 'interrupted' });
  expect(record.store.resumePoint(handle.runId)?.checkpoint.step).toBe(10);
});

it('before a run goes on, memory and disk are looked at, with what is stored already as room', async () => {
  const handle = await start(threaded());
  trainer.say(READY, checkpointMessage({ epoch: 1 }), FINISHED);
  trainer.exit(0);
  await handle.done;
  const problems = (memoryBytes: number, diskBytes: number): string[] =>
    resumeProblems(record.store, handle.runId, {}, { memoryBytes, diskBytes }).flatMap(({ severity, message }) =>
      severity === 'warning' ? [message.split(',')[0] ?? ''] : [],
    );
  expect(problems(1e12, 1e12)).toEqual([]);
  expect(problems(1000, 1000).map((message) => /memory|checkpoints/.exec(message)?.[0])).toEqual([
    'memory',
    'checkpoints',
  ]);
});

it('a checkpoint that a run goes on from is handed on, and not held while it is trained', async () => {
  const handle = await start();
  trainer.say(READY, checkpointMessage({ epoch: 1 }), { ...FINISHED, outcome: 'stopped' } as typeof FINISHED);
  trainer.exit(0);
  await handle.done;
  const held: WeakRef<object>[] = [];
  const large = (): Uint8Array => {
    const bytes = new Uint8Array(1 << 21);
    held.push(new WeakRef(bytes.buffer));
    return bytes;
  };
  const resumePoint = async (runId: number): Promise<ResumePoint | null> => {
    const point = record.store.resumePoint(runId);
    return point === null ? null : { ...point, weights: large(), optimizer: large() };
  };
  newTrainer();
  const resumed = await service({ stored: { resumePoint } }).resume(handle.runId, 'auto', listen);
  expect((await trainer.received('text')).last).toBe(true);
  await settled();
  expect(trainer.sent.filter(({ type }) => type === 'checkpoint-piece')).toHaveLength(4);
  expect([held.length, await areGone(held)]).toEqual([2, true]);
  trainer.exit(0);
  await resumed.done;
});
