/** Resumes that come to nothing before the run has gone on: the run is as it was. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunDetail } from '../../src/shared/domain.ts';
import { checkpointMessage, READY, stepMessage } from '../support/fake-trainer.ts';
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
  statuses,
  trainer,
  useTrainings,
} from './training-harness.ts';

useTrainings();

const ERROR = { code: 'engine', message: 'no engine works here', hint: 'See folio engines.' } as const;

/** The text has several of its batches. */
const SHORT = { ...config, batchSize: 8 };

describe('a resume that is refused before its first step', () => {
  let runId: number;
  /** What a person sees of the run; when its row was written last says nothing. */
  const seen = (): Omit<RunDetail, 'updatedAt'> & { steps: number[] } => {
    const { updatedAt: _, ...run } = record.store.run(runId);
    return { ...run, steps: record.store.metrics(runId).map(({ step }) => step) };
  };

  beforeEach(async () => {
    const handle = await start();
    runId = handle.runId;
    trainer.say(READY, checkpointMessage({ epoch: 1 }), checkpointMessage({ step: 14 }), stepMessage(15));
    trainer.exit(null, 'SIGKILL');
    await handle.done;
    record.store.setRunConfig(runId, SHORT);
    forgetEvents();
  });

  it.each(['stopped', 'interrupted', 'failed', 'finished'] as const)('leaves a run %s', async (status) => {
    record.store.setRunStatus(runId, status, 'why it was so');
    const before = seen();
    const handle = await service().resume(runId, 'auto', listen, undefined, { epochs: 500, precision: 'float32' });
    expect(record.store.run(runId).status).toBe('queued');
    trainer.say({ type: 'opening', engine: 'tensorflow' }, READY, { type: 'error', error: ERROR });
    trainer.exit(1);
    expect(await handle.done).toMatchObject({ status, error: ERROR });
    expect(seen()).toEqual(before);
    expect(before.steps).toContain(15); // which going on takes back
    expect(statuses()).toEqual(['queued', status]);
  });

  it('is one whose process ends before it has said anything, or cannot be started', async () => {
    record.store.setRunStatus(runId, 'stopped', '');
    const before = seen();
    const handle = await service().resume(runId, 'auto', listen, undefined, { epochs: 500 });
    trainer.exit(null, 'SIGSEGV');
    expect(await handle.done).toMatchObject({ status: 'stopped', error: { code: 'trainer-died' } });
    expect(seen()).toEqual(before);

    const startTrainer = (): never => {
      throw new Error('no more processes');
    };
    await expect(service({ startTrainer }).resume(runId, 'auto', listen)).rejects.toThrow('no more processes');
    expect(seen()).toEqual(before);
  });

  it('is one that a person stops: a finished run is finished, another stopped', async () => {
    for (const [status, after] of [
      ['finished', 'finished'],
      ['interrupted', 'stopped'],
    ] as const) {
      record.store.setRunStatus(runId, status, '');
      const { config: before } = seen();
      const handle = await service().resume(runId, 'auto', listen, undefined, { epochs: 500 });
      handle.stop();
      trainer.exit(null, 'SIGTERM');
      expect(await handle.done).toMatchObject({ status: after, error: null });
      expect(seen()).toMatchObject({ status: after, config: before });
    }
  });

  it('is none once its process had what it goes on from', async () => {
    record.store.setRunStatus(runId, 'stopped', '');
    const handle = await service().resume(runId, 'auto', listen, undefined, { epochs: 500 });
    trainer.say(READY);
    expect(seen()).toMatchObject({ status: 'queued', config: SHORT });
    trainer.say({ ...PLAN, config: { ...SHORT, epochs: 500 } });
    expect(seen()).toMatchObject({ status: 'running', config: { epochs: 500 }, step: 14, steps: [] });
    trainer.say({ type: 'error', error: ERROR });
    trainer.exit(1);
    expect(await handle.done).toMatchObject({ status: 'interrupted' });
    expect(seen()).toMatchObject({ status: 'interrupted', config: { epochs: 500 } });
  });

  it('is none of a run that has only begun: it fails', async () => {
    const handle = await start();
    trainer.say(READY, { type: 'error', error: ERROR });
    trainer.exit(1);
    expect(await handle.done).toMatchObject({ status: 'failed' });
  });
});

describe('a run in mixed precision', () => {
  let runId: number;
  beforeEach(async () => {
    const handle = await start();
    runId = handle.runId;
    trainer.say(READY, checkpointMessage({ epoch: 1 }), { ...FINISHED, outcome: 'stopped' } as typeof FINISHED);
    trainer.exit(0);
    await handle.done;
    record.store.setRunConfig(runId, { ...config, precision: 'mixed' });
    forgetEvents();
  });

  it.each(['wasm', 'webgpu'] as const)('is refused by %s at once, with the shortest way on', async (engine) => {
    const before = record.store.run(runId);
    await expect(service().resume(runId, engine, listen)).rejects.toMatchObject({
      code: 'config',
      message: `run ${runId} computes in mixed precision, which the ${engine} engine does not have`,
      hint: expect.stringContaining(`\`folio resume ${runId} --engine ${engine} --set precision=float32\``) as string,
    });
    expect(record.store.run(runId)).toEqual(before);
    expect(events).toEqual([]);
  });

  it('goes on there in float32, and that is recorded', async () => {
    await service().resume(runId, 'wasm', listen, undefined, { precision: 'float32' });
    expect(events.at(-1)).toMatchObject({
      reason: 'resumes from epoch 1, step 10, with precision=float32 (it was mixed)',
    });
    trainer.say(READY, PLAN);
    expect(record.store.run(runId).config.precision).toBe('float32');
  });

  it.each(['auto', 'tensorflow'] as const)('goes on as it is with %s', async (engine) => {
    await service().resume(runId, engine, listen);
    expect(await trainer.received('train')).toMatchObject({ config: { precision: 'mixed' } });
  });
});
