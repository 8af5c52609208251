/** Whole runs of a tiny network: what train() sends, when it ends, and what it leaves. */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openWasm } from '../../src/main/engine/tfjs/wasm.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { decodeSafetensors } from '../../src/main/model/safetensors.ts';
import { splitForValidation } from '../../src/shared/batch-plan.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import type { CheckpointMessage } from '../../src/main/trainer/messages.ts';
import { ids, last, networkOf, nth, runTiny, TEXT, tinyConfig, vocabulary } from './tiny-run.ts';

const ops = await openWasm();
afterAll(() => ops.close());
afterEach(() => vi.restoreAllMocks());

const STEPS_PER_EPOCH = 8; // 234 characters to train on, 33 pieces of 7, 8 batches of 4

/** A clock that moves by so many seconds each time it is looked at: a step then takes exactly one tick. */
function fakeClock(tick: number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += tick * 1000));
}

function expectFinite({ weights }: CheckpointMessage): void {
  for (const [name, { data }] of decodeSafetensors(weights).arrays) {
    expect(
      data.every((value) => Number.isFinite(value)),
      name,
    ).toBe(true);
  }
}

describe('what a run tells', () => {
  it('plan, first look, steps, ends of epochs, end: in this order', async () => {
    const { messages, phases, steps, records } = await runTiny(ops, tinyConfig({ epochs: 2, clipNorm: 1 }));
    const kinds = messages.map(({ type }) => type).filter((type) => type !== 'phase');
    const epoch = [...new Array<string>(STEPS_PER_EPOCH).fill('step'), 'checkpoint'];
    expect(kinds).toEqual(['plan', 'first-look', ...epoch, ...epoch, 'ended']);
    const end = ['training', 'validating', 'sampling', 'saving'];
    expect(phases).toEqual([...end, ...end, 'training']);
    expect(messages[0]).toMatchObject({
      stepsPerEpoch: STEPS_PER_EPOCH,
      totalSteps: 2 * STEPS_PER_EPOCH,
      trainingCharacters: 234,
      validationCharacters: 26,
    });
    for (const step of steps) {
      expect(step.gradientNorm).toBeGreaterThan(0);
      expect(step.charactersPerSecond).toBeCloseTo((24 * 1000) / step.milliseconds, 6);
    }
    const losses = steps.slice(0, STEPS_PER_EPOCH).map(({ loss }) => loss);
    expect(nth(records, 0).trainLoss).toBeCloseTo(losses.reduce((a, b) => a + b) / STEPS_PER_EPOCH, 12);
    expect(nth(records, 1).trainLoss).toBeLessThan(nth(records, 0).trainLoss);
  });

  it('the first look: shapes, a loss close to ln V, text that is there, and nothing changed by it', async () => {
    const config = tinyConfig({ epochs: 1, maxSteps: 1, carryState: false });
    const { messages, steps } = await runTiny(ops, config);
    const look = messages.find((message) => message.type === 'first-look');
    expect(look).toMatchObject({ inputShape: [4, 6], logitsShape: [4, 6, vocabulary.size] });
    expect(look?.uniformLoss).toBeCloseTo(Math.log(10), 12);
    expect(look?.loss).toBeCloseTo(Math.log(10), 1);
    expect(TEXT).toContain(look?.input);
    expect(look?.target.slice(0, -1)).toBe(look?.input.slice(1));
    expect(look?.prediction).toHaveLength(6);
    // The first step is of the same batch and untouched weights.
    expect(nth(steps, 0).loss).toBeCloseTo(look?.loss ?? NaN, 6);
  });

  it('the learning rate of each step, and of the last step in the record', async () => {
    const { steps, records } = await runTiny(ops, tinyConfig({ schedule: 'linear', epochs: 2 }));
    steps.forEach(({ learningRate }, i) => expect(learningRate).toBeCloseTo(1e-2 * (1 - i / 16), 12));
    expect(records.map(({ learningRate }) => learningRate)).toEqual([
      nth(steps, STEPS_PER_EPOCH - 1).learningRate,
      last(steps).learningRate,
    ]);
  });
});

describe('the end of a run', () => {
  it('maxSteps inside an epoch leaves a last record for its part', async () => {
    const { steps, records, checkpoints, ended } = await runTiny(ops, tinyConfig({ maxSteps: STEPS_PER_EPOCH + 3 }));
    expect(steps).toHaveLength(STEPS_PER_EPOCH + 3);
    expect(records.map(({ epoch, steps: count, complete }) => [epoch, count, complete])).toEqual([
      [1, STEPS_PER_EPOCH, true],
      [2, 3, false],
    ]);
    expect(nth(records, 1).trainLoss).toBeCloseTo(
      steps.slice(STEPS_PER_EPOCH).reduce((sum, { loss }) => sum + loss, 0) / 3,
      12,
    );
    expect(nth(records, 1).validationLoss).toBeGreaterThan(0);
    expect(last(checkpoints)).toMatchObject({ kind: 'epoch', position: { epoch: 2, stepInEpoch: 3 } });
    expect(last(checkpoints).samples).toHaveLength(1);
    expect(ended?.outcome).toBe('finished');
  });

  it('maxSteps at the end of an epoch leaves no empty record', async () => {
    const { records, ended } = await runTiny(ops, tinyConfig({ maxSteps: STEPS_PER_EPOCH }));
    expect(records.map(({ complete }) => complete)).toEqual([true]);
    expect(ended?.outcome).toBe('finished');
  });

  it('a finished run that is resumed ends at once, and goes on when there is more to do', async () => {
    const { checkpoints } = await runTiny(ops, tinyConfig({ epochs: 1 }));
    const again = await runTiny(ops, tinyConfig({ epochs: 1 }), { resume: last(checkpoints) });
    expect(again.steps).toEqual([]);
    expect(again.checkpoints).toEqual([]);
    expect(again.ended?.outcome).toBe('finished');
    const more = await runTiny(ops, tinyConfig({ epochs: 2 }), { resume: last(checkpoints) });
    expect(more.steps.map(({ epoch, stepInEpoch }) => [epoch, stepInEpoch])[0]).toEqual([2, 1]);
  });

  it('minutes: steps, validation and samples stay within the budget', async () => {
    fakeClock(0.01);
    // 0.6 s, of which validation and samples take some at every epoch's end.
    const config = tinyConfig({ minutes: 0.01, epochs: 1000 });
    const { steps, records, checkpoints, messages, ended } = await runTiny(ops, config);
    expect(messages[0]).toMatchObject({ type: 'plan', totalSteps: null });
    expect(ended).toEqual({ type: 'ended', outcome: 'finished', reason: '' });
    const { activeSeconds } = last(checkpoints).position;
    expect(activeSeconds).toBeLessThanOrEqual(0.6);
    expect(activeSeconds).toBeGreaterThan(0.4);
    expect(steps.length).toBeGreaterThan(3 * STEPS_PER_EPOCH);
    expect(last(records).validationLoss).not.toBeNull();
    expect(last(checkpoints).samples).toHaveLength(1);
    for (const { secondsLeft } of steps) expect(secondsLeft).toBeLessThanOrEqual(0.6);
    for (let i = 1; i < checkpoints.length; i++)
      expect(nth(checkpoints, i).position.step).toBeGreaterThan(nth(checkpoints, i - 1).position.step);
  });

  it('minutes that planning has used up still leave a network: one step, and its checkpoint', async () => {
    const { steps, checkpoints, ended } = await runTiny(ops, tinyConfig({ minutes: 0.001 }), { secondsSpent: 5 });
    expect(steps).toHaveLength(1);
    expect(last(checkpoints)).toMatchObject({ kind: 'epoch', epoch: { complete: false, steps: 1 } });
    expect(ended?.outcome).toBe('finished');
  });

  it('patience ends it early and says why', async () => {
    // Nothing is learnt, so the first epoch stays the best.
    const { records, ended, checkpoints } = await runTiny(
      ops,
      tinyConfig({ learningRate: 0, patience: 2, epochs: 9, carryState: false }),
    );
    expect(records).toHaveLength(3);
    const best = nth(records, 0).validationLoss?.toFixed(3);
    expect(ended).toEqual({
      type: 'ended',
      outcome: 'finished',
      reason: `the validation loss has not improved for 2 epochs (best: ${best} after epoch 1)`,
    });
    expect(last(checkpoints).position).toMatchObject({ bestEpoch: 1, epochsWithoutImprovement: 2 });
  });

  it('patience without anything held out ends nothing', async () => {
    const { records, ended } = await runTiny(ops, tinyConfig({ patience: 1, validationFraction: 0, learningRate: 0 }));
    expect(records).toHaveLength(3);
    expect(ended?.reason).toBe('');
  });

  it('patience counts on in a resumed run', async () => {
    const config = tinyConfig({ learningRate: 0, patience: 2, epochs: 9, carryState: false });
    const { checkpoints, ended } = await runTiny(ops, config);
    const resumed = await runTiny(ops, config, { resume: nth(checkpoints, 1) });
    expect(resumed.records).toHaveLength(1);
    expect(resumed.ended).toEqual(ended);
  });
});

describe('a run that diverges', () => {
  it('ends, and the checkpoint before it is whole', async () => {
    // The rate rises over 300 steps; at some point in it the loss becomes infinite.
    const config = tinyConfig({ learningRate: 1e38, warmupSteps: 300, epochs: 40, sampleEvery: 0 });
    const { ended, steps, checkpoints } = await runTiny(ops, { ...config, learningRate: 1e38 });
    expect(ended?.outcome).toBe('diverged');
    expect(ended?.reason).toMatch(/^the (loss|gradient) became (NaN|Infinity) at step \d+$/);
    for (const { loss } of steps) expect(Number.isFinite(loss)).toBe(true);
    for (const checkpoint of checkpoints) expectFinite(checkpoint);
  });

  it('after good epochs leaves their checkpoints', async () => {
    const first = await runTiny(ops, tinyConfig({ epochs: 1 }));
    const { ended, checkpoints } = await runTiny(ops, tinyConfig({ learningRate: 1e38 }), {
      resume: last(first.checkpoints),
    });
    expect(ended?.outcome).toBe('diverged');
    expect(checkpoints).toEqual([]);
    expectFinite(last(first.checkpoints));
  });

  it.each([
    ['with validation and samples', {}],
    ['without validation', { validationFraction: 0 }],
    ['with nothing but the checkpoint', { validationFraction: 0, sampleEvery: 0 }],
  ])("by an epoch's last step: no checkpoint of broken weights is kept (%s)", async (_name, changes) => {
    const { ended, checkpoints, steps } = await runTiny(
      ops,
      tinyConfig({ ...changes, learningRate: 1e39, maxSteps: 1 }),
    );
    expect(steps).toHaveLength(1);
    expect(ended?.outcome).toBe('diverged');
    expect(checkpoints).toEqual([]);
  });

  it('while it is paused or stopped ends as diverged, too', async () => {
    const { ended, checkpoints } = await runTiny(ops, tinyConfig({ learningRate: 1e39 }), {
      on: (message, control) => {
        if (message.type === 'step') control.stop();
      },
    });
    expect(ended?.outcome).toBe('diverged');
    expect(checkpoints).toEqual([]);
  });
});

describe('pause, stop and saving', () => {
  it('a pause saves, says so, and the run goes on as if there had been none', async () => {
    const config = tinyConfig({ epochs: 1 });
    const whole = await runTiny(ops, config);
    const paused = await runTiny(ops, config, {
      on: (message, control) => {
        if (message.type === 'step' && message.step === 3) control.pause();
        if (message.type === 'phase' && message.phase === 'paused') setImmediate(() => control.continue());
      },
    });
    const at = paused.messages.findIndex((message) => message.type === 'phase' && message.phase === 'paused');
    expect(nth(paused.messages, at - 2)).toMatchObject({ type: 'checkpoint', kind: 'recovery', position: { step: 3 } });
    expect(nth(paused.messages, at + 1)).toEqual({ type: 'phase', phase: 'training' });
    expect(nth(paused.messages, at + 2)).toMatchObject({ type: 'step', step: 4 });
    expect(last(paused.checkpoints).weights).toEqual(last(whole.checkpoints).weights);
    expect(paused.ended).toEqual(whole.ended);
  });

  it('a pause does not count as time', async () => {
    fakeClock(0.01);
    const { checkpoints } = await runTiny(ops, tinyConfig({ maxSteps: 4 }), {
      on: (message, control) => {
        if (message.type === 'step' && message.step === 2) control.pause();
        if (message.type === 'phase' && message.phase === 'paused') {
          for (let i = 0; i < 1000; i++) performance.now();
          setImmediate(() => control.continue());
        }
      },
    });
    expect(last(checkpoints).position.activeSeconds).toBeLessThan(0.2);
  });

  it('a pause right after an epoch saves nothing new', async () => {
    const { checkpoints, phases } = await runTiny(ops, tinyConfig({ epochs: 2 }), {
      on: (message, control) => {
        if (message.type === 'checkpoint' && message.position.epoch === 2) control.pause();
        if (message.type === 'phase' && message.phase === 'paused') setImmediate(() => control.continue());
      },
    });
    expect(phases).toContain('paused');
    expect(checkpoints.map(({ kind }) => kind)).toEqual(['epoch', 'epoch']);
  });

  it('a stop saves where it is and ends', async () => {
    const { checkpoints, steps, ended } = await runTiny(ops, tinyConfig(), {
      on: (message, control) => {
        if (message.type === 'step' && message.step === 3) control.stop();
      },
    });
    expect(steps).toHaveLength(3);
    expect(checkpoints).toHaveLength(1);
    expect(checkpoints[0]).toMatchObject({
      kind: 'recovery',
      epoch: null,
      samples: [],
      position: { step: 3, epoch: 1, stepInEpoch: 3 },
    });
    expect(ended).toEqual({ type: 'ended', outcome: 'stopped', reason: '' });
  });

  it('a stop while paused ends without saving twice', async () => {
    const { checkpoints, ended, phases } = await runTiny(ops, tinyConfig(), {
      on: (message, control) => {
        if (message.type === 'step' && message.step === 3) control.pause();
        if (message.type === 'phase' && message.phase === 'paused') setImmediate(() => control.stop());
      },
    });
    expect(checkpoints).toHaveLength(1);
    expect(last(phases)).toBe('paused');
    expect(ended?.outcome).toBe('stopped');
  });

  it('a stop before the first step and at the end of an epoch leaves no checkpoint too many', async () => {
    const before = await runTiny(ops, tinyConfig(), {
      on: (message, control) => {
        if (message.type === 'first-look') control.stop();
      },
    });
    expect(before.checkpoints).toEqual([]);
    expect(before.ended?.outcome).toBe('stopped');
    const after = await runTiny(ops, tinyConfig(), {
      on: (message, control) => {
        if (message.type === 'checkpoint') control.stop();
      },
    });
    expect(after.checkpoints.map(({ kind }) => kind)).toEqual(['epoch']);
    expect(after.ended?.outcome).toBe('stopped');
  });

  it('a long epoch is saved inside every so many minutes', async () => {
    fakeClock(1);
    const { checkpoints } = await runTiny(ops, tinyConfig({ epochs: 1, saveEveryMinutes: 0.1 }));
    const recoveries = checkpoints.filter(({ kind }) => kind === 'recovery');
    expect(recoveries.length).toBeGreaterThanOrEqual(2);
    for (const { epoch, samples, position } of recoveries) {
      expect({ epoch, samples, inEpoch: position.epoch }).toEqual({ epoch: null, samples: [], inEpoch: 1 });
    }
    expect(last(checkpoints).kind).toBe('epoch');
  });

  it('when a message cannot be sent the run ends with that error and leaves no tensors', async () => {
    const before = ops.tensorCount();
    const broken = runTiny(ops, tinyConfig(), {
      on: (message) => {
        if (message.type === 'checkpoint') throw new Error('the channel is closed');
      },
    });
    await expect(broken).rejects.toThrow('the channel is closed');
    expect(ops.tensorCount()).toBe(before);
  });
});

describe('samples', () => {
  it.each([
    [0, []],
    [1, [1, 2, 3, 4]],
    [2, [2, 4]],
    [3, [3, 4]],
  ])('every %i epochs and at the end', async (sampleEvery, expected) => {
    const { checkpoints } = await runTiny(ops, tinyConfig({ sampleEvery, epochs: 4 }));
    const sampled = checkpoints.filter(({ samples }) => samples.length > 0).map(({ epoch }) => epoch?.epoch);
    expect(sampled).toEqual(expected);
  });

  it('every prompt at every temperature, always from the seed of the run', async () => {
    const config = tinyConfig({ prompts: ['ab', 'h \n'], temperatures: [0, 0.7], epochs: 2 });
    const { checkpoints } = await runTiny(ops, config);
    for (const { samples } of checkpoints) {
      expect(samples.map(({ prompt, settings }) => [prompt, settings.temperature])).toEqual([
        ['ab', 0],
        ['ab', 0.7],
        ['h \n', 0],
        ['h \n', 0.7],
      ]);
      for (const { text, settings, stream } of samples) {
        expect(text).toHaveLength(8);
        expect(settings).toMatchObject({ seed: 3, length: 8, topK: 0, topP: 1, minP: 0, stop: '' });
        expect(stream).toBe(0);
      }
    }
  });
});

describe('validation', () => {
  it.each(['gru', 'lstm'] as const)(
    'is the mean loss over the held-out part, read as one stream from zero (%s)',
    async (cell) => {
      const config = tinyConfig({ cell, batchSize: 1, maxSteps: 5, dropout: 0.4, layers: 2 });
      const { checkpoints, records } = await runTiny(ops, config);
      const network = networkOf(ops, config, last(checkpoints));
      const { validation } = splitForValidation(ids.length, config.validationFraction);
      const text = Int32Array.from(ids.subarray(validation.start, validation.end));
      const state = network.zeroState(1);
      const batch = { inputs: text.slice(0, -1), targets: text.slice(1), batchSize: 1 };
      const pass = network.losses(batch, state);
      const losses = await ops.read(pass.losses);
      const expected = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      expect(last(records).validationLoss).toBeCloseTo(expected, 5);
      ops.release(pass.losses);
      for (const used of [state, pass.state]) network.releaseState(used);
      network.close();
    },
  );

  it('is left out where nothing is held out', async () => {
    const { records, phases, messages } = await runTiny(ops, tinyConfig({ validationFraction: 0, epochs: 1 }));
    expect(nth(records, 0).validationLoss).toBeNull();
    expect(phases).not.toContain('validating');
    expect(messages[0]).toMatchObject({ trainingCharacters: 260, validationCharacters: 0 });
  });
});

it('carried state starts anew where contiguous lanes do', async () => {
  // With a rate of 0 an epoch is the same forward pass again: equal losses, if the state is reset.
  const still = { learningRate: 0, batching: 'contiguous', epochs: 2 } as const;
  const { steps } = await runTiny(ops, tinyConfig(still));
  const [first, second] = [1, 2].map((epoch) => steps.filter((step) => step.epoch === epoch).map(({ loss }) => loss));
  expect(second).toEqual(first);
  const alone = await runTiny(ops, tinyConfig({ ...still, carryState: false }));
  expect(nth(alone.steps, 0).loss).toBe(nth(steps, 0).loss);
  expect(nth(alone.steps, 1).loss).not.toBe(nth(steps, 1).loss);
});

it('starts from the initial weights of its seed', async () => {
  const config = tinyConfig({ learningRate: 0, maxSteps: 1 });
  const { checkpoints } = await runTiny(ops, config);
  const { arrays } = decodeSafetensors(last(checkpoints).weights);
  for (const [name, { data }] of initialWeights(networkShapeOf(config, vocabulary.size), config.seed)) {
    expect(arrays.get(name)?.data, name).toEqual(data);
  }
});
