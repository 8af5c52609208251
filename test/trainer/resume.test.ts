/** A run that was interrupted and goes on must be the run that never was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import type { EpochRecord } from '../../src/shared/domain.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import type { CheckpointMessage, FromTrainer, StepMessage } from '../../src/main/trainer/messages.ts';
import { openForTest } from '../support/open-engines.ts';
import { patienceFor } from '../support/swiftshader.ts';
import { last, nth, type Recorded, runTiny, tinyConfig } from './tiny-run.ts';

/** What does not depend on the clock. */
const ofStep = ({ epoch, step, stepInEpoch, loss, gradientNorm, learningRate }: StepMessage) =>
  ({ epoch, step, stepInEpoch, loss, gradientNorm, learningRate }) as const;
const ofRecord = ({ epoch, steps, complete, trainLoss, validationLoss, learningRate }: EpochRecord) =>
  ({ epoch, steps, complete, trainLoss, validationLoss, learningRate }) as const;

function expectSameFrom(resumed: Recorded, whole: Recorded, step: number): void {
  expect(resumed.steps.map(ofStep)).toEqual(whole.steps.filter((each) => each.step > step).map(ofStep));
  const after = whole.checkpoints.filter(({ position }) => position.step > step);
  expect(resumed.records.map(ofRecord)).toEqual(
    after.flatMap(({ epoch }) => (epoch === null ? [] : [ofRecord(epoch)])),
  );
  for (const [i, checkpoint] of resumed.checkpoints.entries()) {
    const expected = nth(after, i);
    expect(checkpoint.samples).toEqual(expected.samples);
    expect(Buffer.compare(checkpoint.weights, expected.weights), `weights after step ${checkpoint.position.step}`).toBe(
      0,
    );
    expect(Buffer.compare(checkpoint.optimizer, expected.optimizer), 'optimizer and state').toBe(0);
    const { activeSeconds: _a, epochSeconds: _b, ...position } = checkpoint.position;
    expect(expected.position).toMatchObject(position);
  }
  expect(resumed.ended).toEqual(whole.ended);
}

const CONFIGS: Readonly<Record<string, Partial<RunConfig>>> = {
  'GRU, shuffled with carried state, Adam, cosine': { schedule: 'cosine', clipNorm: 0.5, warmupSteps: 4 },
  'LSTM of two layers, contiguous, dropout, weight drop, AdamW, linear': {
    cell: 'lstm',
    layers: 2,
    batching: 'contiguous',
    dropout: 0.3,
    weightDrop: 0.2,
    optimizer: 'adamw',
    weightDecay: 0.1,
    clipNorm: 0.3,
    schedule: 'linear',
  },
  'GRU, contiguous from a zero state, no clipping': { batching: 'contiguous', carryState: false, optimizer: 'adamw' },
};

for (const engine of ENGINE_NAMES) {
  const { ops, reason } = await openForTest(engine);
  if (ops === null) {
    it(`a resumed run on ${engine}`, ({ skip }) => skip(reason));
    continue;
  }
  describe(`on ${engine}`, patienceFor(engine), () => {
    afterAll(() => ops.close());
    describe.each(Object.keys(CONFIGS))('%s', (name) => describeResume(ops, tinyConfig(CONFIGS[name])));
    if (ops.hasLowPrecision) describe('mixed precision', () => describeResume(ops, tinyConfig({ precision: 'mixed' })));
  });
}

/** Stops at the first message of this kind after so many steps, and resumes. */
async function stopAt(
  ops: TensorOps,
  config: RunConfig,
  where: (message: FromTrainer, step: number) => boolean,
): Promise<{ readonly checkpoint: CheckpointMessage; readonly resumed: Recorded }> {
  let step = 0;
  const stopped = await runTiny(ops, config, {
    on: (message, control) => {
      if (message.type === 'step') step = message.step;
      if (where(message, step)) control.stop();
    },
  });
  expect(stopped.ended?.outcome).toBe('stopped');
  const checkpoint = last(stopped.checkpoints);
  return { checkpoint, resumed: await runTiny(ops, config, { resume: checkpoint }) };
}

describe('stopped at the end of an epoch', () => {
  const opened = openWasm();
  const validating = (message: FromTrainer) => message.type === 'phase' && message.phase === 'validating';
  const sampling = (message: FromTrainer) => message.type === 'phase' && message.phase === 'sampling';

  it.each([
    ['its last step', (message: FromTrainer) => message.type === 'step', 8],
    ['its validation', validating, 8],
    ['its samples', sampling, 8],
    ["the run's last step, inside an epoch", (message: FromTrainer) => message.type === 'step', 11],
    ['the validation after that', validating, 11],
    ['the samples after that', sampling, 11],
  ])('during %s, it ends that epoch when it goes on', async (_name, where, at) => {
    const ops = await opened;
    const config = tinyConfig({ maxSteps: 11, sampleLength: 80 });
    const whole = await runTiny(ops, config);
    const { checkpoint, resumed } = await stopAt(ops, config, (message, step) => step === at && where(message));
    expect(checkpoint).toMatchObject({ kind: 'recovery', position: { step: at } });
    expect(resumed.records.map(ofRecord)).toEqual(whole.records.slice(at === 8 ? 0 : 1).map(ofRecord));
    expect(last(resumed.checkpoints).samples).toEqual(last(whole.checkpoints).samples);
    expect(last(resumed.checkpoints).weights).toEqual(last(whole.checkpoints).weights);
    expect(resumed.ended).toEqual(whole.ended);
  });
});

it('killed between the last checkpoint and the last word of a run that ended inside an epoch, it writes nothing twice', async () => {
  const ops = await openWasm();
  const config = tinyConfig({ maxSteps: 11 });
  const whole = await runTiny(ops, config);
  expect(last(whole.checkpoints)).toMatchObject({ kind: 'epoch', epoch: { complete: false, steps: 3 } });
  const resumed = await runTiny(ops, config, { resume: last(whole.checkpoints) });
  expect(resumed.checkpoints).toEqual([]);
  expect(resumed.ended).toEqual(whole.ended);
  // With a later end it takes the rest of that epoch.
  const further = await runTiny(ops, { ...config, maxSteps: 17 }, { resume: last(whole.checkpoints) });
  expect(further.records.map(({ epoch, steps, complete }) => [epoch, steps, complete])).toEqual([
    [2, 8, true],
    [3, 1, false],
  ]);
});

function describeResume(ops: TensorOps, config: RunConfig): void {
  let whole: Recorded;
  beforeAll(async () => {
    whole = await runTiny(ops, config);
  });

  it('trains every step once and ends', () => {
    const stepsPerEpoch = last(whole.steps).stepInEpoch;
    expect(stepsPerEpoch).toBeGreaterThan(5);
    expect(whole.steps.map(({ step }) => step)).toEqual(whole.steps.map((_, i) => i + 1));
    expect(whole.records.map(({ epoch, steps, complete }) => [epoch, steps, complete])).toEqual(
      [1, 2, 3].map((epoch) => [epoch, stepsPerEpoch, true]),
    );
    expect(whole.ended).toEqual({ type: 'ended', outcome: 'finished', reason: '' });
  });

  it('the same run again is the same to the last byte', async () => {
    expectSameFrom(await runTiny(ops, config), whole, 0);
  });

  it.each([0, 1])('resumed at the end of epoch %i + 1', async (index) => {
    const checkpoint = nth(whole.checkpoints, index);
    const resumed = await runTiny(ops, config, { resume: checkpoint });
    expect(resumed.messages.map(({ type }) => type)).not.toContain('first-look');
    expectSameFrom(resumed, whole, checkpoint.position.step);
  });

  it('resumed twice inside an epoch', async () => {
    const stopAfter = async (step: number, options: Parameters<typeof runTiny>[2] = {}) => {
      const stopped = await runTiny(ops, config, {
        ...options,
        on: (message, control) => {
          if (message.type === 'step' && message.step === step) control.stop();
        },
      });
      expect(stopped.ended?.outcome).toBe('stopped');
      const saved = last(stopped.checkpoints);
      expect(saved).toMatchObject({ kind: 'recovery', epoch: null });
      // Where figures come late the next step was begun before this one was told of.
      expect([step, step + 1]).toContain(saved.position.step);
      return saved;
    };
    const inside = nth(whole.checkpoints, 0).position.step + 2;
    const first = await stopAfter(inside);
    const second = await stopAfter(inside + 3, { resume: first });
    expectSameFrom(await runTiny(ops, config, { resume: second }), whole, second.position.step);
  });
}
