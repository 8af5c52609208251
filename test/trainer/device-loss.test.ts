/** A graphics device that is lost in the midst of a real training: the record says so, and the run goes on as if nothing had been. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkTrainer, startTrainer } from '../../src/main/headless/trainer-process.ts';
import type { FinishedEvent } from '../../src/main/services/supervision.ts';
import { createTrainingService } from '../../src/main/services/training.ts';
import type { StartTrainer } from '../../src/main/services/types.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { openForTest } from '../support/open-engines.ts';
import { temporaryRecord, type TemporaryRecord } from '../support/records.ts';
import { patienceFor } from '../support/swiftshader.ts';
import { tinyConfig } from './tiny-run.ts';

const { ops, reason } = await openForTest('webgpu');
ops?.close();

/** Inside the second of three epochs. */
const LOST_AT = 13;
const CONFIG: RunConfig = tinyConfig({ clipNorm: 0.5, dropout: 0.1, sampleEvery: 0, validationFraction: 0.2 });

describe.skipIf(ops === null)(`a training whose graphics device is lost (${reason})`, patienceFor('webgpu'), () => {
  let record: TemporaryRecord;
  beforeEach(() => {
    record = temporaryRecord('to be or not to be, that is the question. '.repeat(6));
  });
  afterEach(() => record.remove());

  const losing: StartTrainer = (purpose) => forkTrainer(join(import.meta.dirname, 'losing-trainer.ts'), purpose);
  const service = (start: StartTrainer) =>
    createTrainingService({ store: record.store, startTrainer: start, appVersion: '1.2.3' });
  const numbersOf = (runId: number) =>
    record.store.metrics(runId).map(({ step, loss, gradientNorm }) => ({ step, loss, gradientNorm }));

  async function train(start: StartTrainer): Promise<{ finished: FinishedEvent; events: readonly TrainingEvent[] }> {
    const events: TrainingEvent[] = [];
    const order = { preset: 'quick', corpusId: record.corpusId, config: CONFIG, engine: 'webgpu' } as const;
    const handle = await service(start).start(order, (event) => void events.push(event));
    return { finished: await handle.done, events };
  }

  it('is interrupted, and resumed it comes to the same bytes as one whose device stayed', async () => {
    process.env['FOLIO_TEST_LOSE_AT'] = String(LOST_AT);
    const { finished: lost, events } = await train(losing).finally(() => delete process.env['FOLIO_TEST_LOSE_AT']);
    expect(lost).toMatchObject({
      status: 'interrupted',
      reason: expect.stringMatching(/^the graphics device .+ was lost: /) as string,
      error: { code: 'trainer-died', hint: expect.stringContaining(`folio resume ${lost.run}`) as string },
    });
    expect(record.store.run(lost.run)).toMatchObject({ status: 'interrupted', statusReason: lost.reason });
    const stored = events.findLast((event) => event.type === 'checkpoint');
    expect(stored).toMatchObject({ epoch: 1 });
    expect(numbersOf(lost.run).at(-1)?.step, 'steps that were told of are recorded').toBe(LOST_AT);

    const resumed = await service(startTrainer).resume(lost.run, 'webgpu', () => undefined);
    expect(await resumed.done).toMatchObject({ status: 'finished' });
    const { finished: whole } = await train(startTrainer);
    expect(whole.status).toBe('finished');
    expect(numbersOf(lost.run)).toEqual(numbersOf(whole.run));
    const weightsOf = (runId: number) => {
      const last = record.store.run(runId).checkpoints.at(-1);
      if (last === undefined) throw new Error('nothing is stored');
      return Buffer.from(record.store.checkpointWeights(last.id));
    };
    expect(weightsOf(lost.run)).toEqual(weightsOf(whole.run));
  });
});
