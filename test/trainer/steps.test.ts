/** Steps whose figures arrive while the next one is computed: nothing waits inside a step, and nothing unknown is kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { createBatcher } from '../../src/main/model/batches.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import type { FromTrainer, StepMessage } from '../../src/main/trainer/messages.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { lateEngine, type LateOptions } from '../support/late-engine.ts';
import { openForTest } from '../support/open-engines.ts';
import { patienceFor } from '../support/swiftshader.ts';
import { ids, last, nth, type Recorded, runTiny, STEPS_PER_EPOCH, tinyConfig, vocabulary } from './tiny-run.ts';

const ops = await openWasm();
afterAll(() => ops.close());

const CLIPPED = tinyConfig({ clipNorm: 0.5, epochs: 2 });

for (const engine of ENGINE_NAMES) {
  const { ops: opened, reason } = await openForTest(engine);
  if (opened === null) it(`a step on ${engine}`, ({ skip }) => skip(reason));
  else describe(`a step on ${engine}`, patienceFor(engine), () => describeStep(opened));
}

function describeStep(engine: TensorOps): void {
  afterAll(() => engine.close());

  it.each([0, 0.5])(
    'reads nothing, its figures take one read, and asking twice is asking once (clipNorm %f)',
    async (clipNorm) => {
      const reads: (readonly number[])[] = [];
      const counted = lateEngine(engine, { seen: (what, { shape }) => what === 'read asked' && reads.push(shape) });
      const config = { ...CLIPPED, clipNorm };
      const weights = initialWeights(networkShapeOf(config, vocabulary.size), config.seed);
      const stepper = new TrainingStepper(counted, config, vocabulary.size, weights);
      const batcher = createBatcher(ids, config);
      const steps = [1, 2].map((step) => stepper.step(batcher.batch(1, step), { step, learningRate: 1e-2 }));
      expect(reads).toEqual([]);
      for (const figures of steps) {
        const result = await figures.read();
        expect(result.loss).toBeCloseTo(Math.log(vocabulary.size), 0);
        expect(result.gradientNorm === null).toBe(clipNorm === 0);
        expect(await figures.read()).toBe(result);
      }
      const figures = clipNorm === 0 ? [1] : [2];
      expect(reads).toEqual([figures, figures]);
      stepper.close();
    },
  );
}

/** What does not depend on the clock. */
const told = (messages: readonly FromTrainer[]) =>
  messages.map((message) => {
    if (message.type === 'step') {
      const { epoch, step, stepInEpoch, loss, gradientNorm, learningRate } = message;
      return { epoch, step, stepInEpoch, loss, gradientNorm, learningRate };
    }
    if (message.type !== 'checkpoint') return message;
    const { position, weights, optimizer, samples, epoch } = message;
    const { activeSeconds: _a, epochSeconds: _e, ...at } = position;
    return { at, samples, loss: epoch?.trainLoss, weights: Buffer.from(weights), optimizer: Buffer.from(optimizer) };
  });

describe('a run on an engine whose figures come late', () => {
  it.each(['gru', 'lstm'] as const)('tells what one tells whose figures are there at once: %s', async (cell) => {
    const config = { ...CLIPPED, cell };
    const late = await runTiny(lateEngine(ops), config);
    expect(told(late.messages)).toEqual(told((await runTiny(ops, config)).messages));
  });

  it('asks for them before the next step is begun, and waits for them after', async () => {
    const parameters = 6; // of one GRU layer, with embedding and output
    const order: string[] = [];
    let adams = 0;
    const seen: LateOptions['seen'] = (what, { shape }) => {
      if (what === 'adam' && ++adams % parameters === 0) order.push(`step ${adams / parameters}`);
      if (what !== 'adam' && shape.join() === '2') order.push(what);
    };
    await runTiny(lateEngine(ops, { seen }), tinyConfig({ clipNorm: 0.5, optimizer: 'adamw', maxSteps: 3 }));
    expect(order).toEqual([
      'step 1',
      'read asked',
      'step 2',
      'read answered',
      'read asked',
      'step 3',
      'read answered',
      'read asked', // and nothing follows that could be computed meanwhile
      'read answered',
    ]);
  });

  it('each step has its own time: together they are the time that training took', async () => {
    const { steps, checkpoints } = await runTiny(
      lateEngine(ops),
      tinyConfig({ maxSteps: 6, validationFraction: 0, sampleEvery: 0 }),
    );
    const sum = steps.reduce((total, { milliseconds }) => total + milliseconds, 0);
    for (const { milliseconds } of steps) expect(milliseconds).toBeGreaterThan(0);
    expect(last(checkpoints).epoch?.seconds).toBeCloseTo(sum / 1000, 9);
  });

  it.each([
    ['paused', 'pause'],
    ['stopped', 'stop'],
  ] as const)('%s, it is told of every step before it saves, and goes on to the same end', async (_name, what) => {
    const whole = await runTiny(ops, CLIPPED);
    const halted = await runTiny(lateEngine(ops), CLIPPED, {
      on: (message, control) => {
        if (message.type === 'step' && message.step === 3) control[what]();
        if (message.type === 'phase' && message.phase === 'paused') setImmediate(() => control.continue());
      },
    });
    const saved = nth(halted.checkpoints, 0);
    expect(saved).toMatchObject({ kind: 'recovery', position: { step: 4, stepInEpoch: 4 } });
    const before = halted.messages.slice(0, halted.messages.indexOf(saved));
    expect(before.filter(({ type }) => type === 'step').map((step) => (step as StepMessage).step)).toEqual([
      1, 2, 3, 4,
    ]);
    const end = what === 'pause' ? halted : await runTiny(lateEngine(ops), CLIPPED, { resume: saved });
    expect(last(end.checkpoints).weights).toEqual(last(whole.checkpoints).weights);
    expect(last(end.checkpoints).optimizer).toEqual(last(whole.checkpoints).optimizer);
  });

  it('broken off with a step under way it leaves no tensors', async () => {
    const before = ops.tensorCount();
    const broken = runTiny(lateEngine(ops), CLIPPED, {
      on: (message) => {
        if (message.type === 'step') throw new Error('the channel is closed');
      },
    });
    await expect(broken).rejects.toThrow('the channel is closed');
    expect(ops.tensorCount()).toBe(before);
  });
});

describe('a step that diverges where figures come late', () => {
  /** Spoils the losses, or what the gradients come of, of the n-th step after an epoch that went well. */
  const spoilt = (step: number, what: 'loss' | 'gradient', on?: Parameters<typeof runTiny>[2]): Promise<Recorded> => {
    const late = lateEngine(ops, {
      crossEntropy: (call, given) => (call === step ? { ...given, [what]: ops.scale(given[what], NaN) } : given),
    });
    return runTiny(late, CLIPPED, { ...on, resume: first });
  };
  let first: Recorded['checkpoints'][number];
  beforeAll(async () => {
    first = nth((await runTiny(ops, { ...CLIPPED, epochs: 1 })).checkpoints, 0);
  });
  const ended = (what: 'loss' | 'gradient', step: number) => ({
    type: 'ended',
    outcome: 'diverged',
    reason: `the ${what} became NaN at step ${STEPS_PER_EPOCH + step}`,
  });

  it.each([
    ['loss', 1],
    ['loss', 3],
    ['gradient', 3],
    ['loss', STEPS_PER_EPOCH],
    ['gradient', STEPS_PER_EPOCH],
  ] as const)(
    'ends the run by its own name, and nothing of it is measured, written or stored (%s, step %i)',
    async (what, step) => {
      const run = await spoilt(step, what);
      expect(run.ended).toEqual(ended(what, step));
      expect(run.steps.map((each) => each.stepInEpoch)).toEqual(Array.from({ length: step - 1 }, (_, i) => i + 1));
      expect(run.checkpoints).toEqual([]);
      expect(run.phases).toEqual(['training']);
    },
  );

  it.each(['pause', 'stop'] as const)('while it is asked to %s, is not saved', async (what) => {
    const run = await spoilt(4, 'gradient', {
      on: (message, control) => {
        if (message.type === 'step' && message.stepInEpoch === 3) control[what]();
      },
    });
    expect(run.ended).toEqual(ended('gradient', 4));
    expect(run.checkpoints).toEqual([]);
  });

  it('when a checkpoint is due, is not saved', async () => {
    const run = await runTiny(
      lateEngine(ops, {
        crossEntropy: (call, given) => (call === 4 ? { ...given, loss: ops.scale(given.loss, Infinity) } : given),
      }),
      { ...CLIPPED, saveEveryMinutes: 1e-9 },
      { resume: first },
    );
    expect(run.ended?.reason).toBe(`the loss became Infinity at step ${STEPS_PER_EPOCH + 4}`);
    expect(run.checkpoints.map(({ position }) => position.stepInEpoch)).toEqual([1, 2, 3]);
  });

  it('leaves no tensors', async () => {
    const before = ops.tensorCount();
    await spoilt(3, 'gradient');
    expect(ops.tensorCount()).toBe(before);
  });
});
