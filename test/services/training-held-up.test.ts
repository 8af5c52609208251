/** A training that is stopped, abandoned or shut down while another thread's transaction holds the record. */
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { checkpointMessage, READY, stepMessage } from '../support/fake-trainer.ts';
import { atOnce, hold, useHolds } from '../support/hold.ts';
import {
  listen,
  newTrainer,
  record,
  service,
  start,
  statuses,
  trainer,
  types,
  useTrainings,
} from './training-harness.ts';

useTrainings();
useHolds();

const STOPPED = { type: 'ended', outcome: 'stopped', reason: '' } as const;

describe('while another thread holds the record', () => {
  it('a stop reaches the process at once, and is written afterwards', async () => {
    const handle = await start();
    trainer.say(READY, stepMessage(1));
    const release = hold(record.store);
    atOnce(() => {
      handle.stop();
      handle.stop();
      handle.pause();
    });
    expect(trainer.sent.slice(-1)).toEqual([{ type: 'stop' }]);
    expect(trainer.sent.filter(({ type }) => type === 'stop')).toHaveLength(1);
    atOnce(() => {
      trainer.say(checkpointMessage({ step: 1 }), STOPPED);
      trainer.exit(0);
    });
    await settled();
    expect(record.store.run(handle.runId).status).toBe('running');
    release();
    expect(await handle.done).toMatchObject({ status: 'stopped', error: null, steps: 1 });
    expect(statuses()).toEqual(['running', 'stopping', 'stopped']);
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'stopped', step: 1 });
  });

  it('the end of a process is written afterwards', async () => {
    const handle = await start();
    trainer.say(READY, stepMessage(1));
    const release = hold(record.store);
    atOnce(() => trainer.exit(null, 'SIGKILL'));
    await settled();
    expect(types()).not.toContain('finished');
    release();
    expect(await handle.done).toMatchObject({ status: 'interrupted' });
    expect(record.store.run(handle.runId).statusReason).not.toContain('locked');
  });

  it('an abandoned training ends at once, and is written as interrupted afterwards', async () => {
    const training = service();
    const handle = await start(training);
    trainer.say(READY, stepMessage(1));
    const release = hold(record.store);
    atOnce(() => training.close());
    expect(trainer.kills).toEqual(['SIGKILL']);
    release();
    expect(await handle.done).toMatchObject({ status: 'interrupted' });
    expect(types().slice(-2)).toEqual(['status', 'finished']);
    expect(record.store.run(handle.runId)).toMatchObject({
      status: 'interrupted',
      statusReason: expect.stringContaining('Folio was closed') as string,
    });
  });

  it('quitting stands nothing still, saves, and is remembered for the next start', async () => {
    const training = service();
    const handle = await start(training);
    trainer.say(READY, stepMessage(1));
    const release = hold(record.store);
    let leaving: Promise<void> = Promise.resolve();
    atOnce(() => {
      leaving = training.shutDown();
    });
    expect(trainer.sent.at(-1)).toEqual({ type: 'stop' });
    trainer.say(checkpointMessage({ step: 1 }), STOPPED);
    trainer.exit(0);
    release();
    await leaving;
    expect(training.resumeOffer()).toMatchObject({ run: handle.runId });
    expect(record.store.run(handle.runId)).toMatchObject({ status: 'stopped' });
  });

  it('one begins afterwards, and of two that wait only the first', async () => {
    const training = service();
    const release = hold(record.store);
    let [first, second]: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
    atOnce(() => void ([first, second] = [start(training), start(training)]));
    const refused = expect(second).rejects.toMatchObject({ code: 'busy' });
    await settled();
    expect(record.store.listRuns()).toEqual([]);
    release();
    expect(await first).toMatchObject({ runId: 1 });
    await refused;
    expect(record.store.listRuns()).toHaveLength(1);
  });

  it('one goes on afterwards', async () => {
    const handle = await start();
    trainer.say(READY, checkpointMessage({ epoch: 1 }), STOPPED);
    trainer.exit(0);
    await handle.done;
    let release: () => void = () => expect.fail('nothing was read');
    const stored = {
      resumePoint: async (runId: number) => {
        const point = record.store.resumePoint(runId);
        release = hold(record.store); // something else begins to be stored
        return point;
      },
    };
    newTrainer();
    const resuming = service({ stored }).resume(handle.runId, 'auto', listen);
    await settled();
    expect(record.store.run(handle.runId).status).toBe('stopped');
    release();
    expect(await resuming).toMatchObject({ runId: handle.runId });
    expect(record.store.run(handle.runId).status).toBe('queued');
  });

  it('a process that was asked to stop is not ended for its silence: it waits for an answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const handle = await start(service({ timeouts: { stopMs: 60_000 } }));
    trainer.say(READY, stepMessage(1));
    handle.stop();
    const release = hold(record.store);
    trainer.say(checkpointMessage({ step: 1 }));
    vi.advanceTimersByTime(600_000);
    expect(trainer.kills).toEqual([]);
    release();
    await trainer.received('stored');
    await settled();
    vi.advanceTimersByTime(59_000);
    expect(trainer.kills).toEqual([]);
    vi.advanceTimersByTime(1_000); // it was told, and says nothing any more
    expect(trainer.kills).toEqual(['SIGKILL']);
    await handle.done;
  });
});
