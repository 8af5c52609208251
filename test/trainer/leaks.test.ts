/** No handle is left behind: after thousands of steps a forgotten one would be a full memory. */
import { afterAll, describe, expect, it } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { createBatcher } from '../../src/main/model/batches.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { encodeCheckpoint, restoreCheckpoint } from '../../src/main/trainer/checkpointing.ts';
import { evaluate } from '../../src/main/trainer/evaluation.ts';
import { firstLook } from '../../src/main/trainer/first-look.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import { writeSamples } from '../../src/main/trainer/writing.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { openForTest } from '../support/open-engines.ts';
import { patienceFor } from '../support/swiftshader.ts';
import { ids, runTiny, tinyConfig, vocabulary } from './tiny-run.ts';

const SMALL = { units: 4, sequenceLength: 3, batchSize: 2, embeddingSize: 3 } as const;
const CONFIGS: Readonly<Record<string, Partial<RunConfig>>> = {
  'GRU, Adam, every gradient clipped, dropout of outputs and weights': {
    clipNorm: 1e-3,
    dropout: 0.3,
    weightDrop: 0.2,
    layers: 2,
  },
  'GRU, AdamW, nothing clipped, from zero states': { optimizer: 'adamw', weightDecay: 0.1, carryState: false },
  'LSTM, AdamW, every gradient clipped': { cell: 'lstm', optimizer: 'adamw', clipNorm: 1e-3 },
  'LSTM, Adam, dropout, a limit that clips some gradients': { cell: 'lstm', dropout: 0.5, clipNorm: 0.6 },
};

function stepperOf(ops: TensorOps, config: RunConfig): TrainingStepper {
  return new TrainingStepper(
    ops,
    config,
    vocabulary.size,
    initialWeights(networkShapeOf(config, vocabulary.size), config.seed),
  );
}

async function takeSteps(
  stepper: TrainingStepper,
  config: RunConfig,
  from: number,
  to: number,
  learningRate = 1e-2,
): Promise<void> {
  const batcher = createBatcher(ids, config);
  for (let step = from; step <= to; step++) {
    await stepper.step(batcher.batch(1, step % batcher.stepsPerEpoch), { step, learningRate }).read();
  }
}

for (const engine of ENGINE_NAMES) {
  const { ops, reason } = await openForTest(engine);
  if (ops === null) {
    it(`leaves nothing behind on ${engine}`, ({ skip }) => skip(reason));
    continue;
  }

  describe(`on ${engine}`, patienceFor(engine), () => {
    afterAll(() => ops.close());

    const configs = {
      ...CONFIGS,
      ...(ops.hasLowPrecision ? { 'mixed precision': { precision: 'mixed' } as const } : {}),
    };
    const many = engine === 'webgpu' ? 50 : 200; // each of its steps takes SwiftShader a while
    it.each(Object.entries(configs))(
      `after ${many} steps there is what there was after 10: %s`,
      async (_name, changes) => {
        const config = tinyConfig({ ...SMALL, ...changes });
        const start = ops.tensorCount();
        const stepper = stepperOf(ops, config);
        await takeSteps(stepper, config, 1, 10);
        const after10 = ops.tensorCount();
        await takeSteps(stepper, config, 11, many);
        expect(ops.tensorCount()).toBe(after10);
        stepper.close();
        if (engine === 'wasm') expect(ops.tensorCount()).toBe(start);
        const second = stepperOf(ops, config);
        const again = ops.tensorCount();
        second.close();
        // The engine's constants are all made by now: what closing leaves is what another stepper finds.
        const third = stepperOf(ops, config);
        expect(ops.tensorCount()).toBe(again);
        third.close();
      },
    );

    it.each(['gru', 'lstm'] as const)('after everything else that a run does: %s', async (cell) => {
      const config = tinyConfig({ ...SMALL, cell, layers: 2, prompts: ['ab', 'c'], temperatures: [0, 1], clipNorm: 1 });
      const round = async (): Promise<void> => {
        const stepper = stepperOf(ops, config);
        const batcher = createBatcher(ids, config);
        await firstLook(stepper, ops, batcher, vocabulary, config);
        await takeSteps(stepper, config, 1, 3);
        const { optimizer } = await encodeCheckpoint(ops, stepper, config, vocabulary.characters);
        restoreCheckpoint(ops, stepper, optimizer, 3);
        await encodeCheckpoint(ops, stepper, config, vocabulary.characters);
        const { network } = stepper;
        await evaluate(ops, network, ids, { start: 0, end: 60 }, config, () => Promise.resolve(true));
        await evaluate(ops, network, ids, { start: 0, end: 60 }, config, () => Promise.resolve(false));
        const failing = evaluate(ops, network, ids, { start: 0, end: 60 }, config, () =>
          Promise.reject(new Error('no')),
        );
        await expect(failing).rejects.toThrow('no');
        await writeSamples(ops, network, vocabulary, config, () => true);
        await writeSamples(ops, network, vocabulary, { ...config, sampleLength: 40 }, () => false);
        stepper.close();
      };
      await round();
      const before = ops.tensorCount();
      await round();
      expect(ops.tensorCount()).toBe(before);
    });

    it('after a step that diverged', async () => {
      const config = tinyConfig({ ...SMALL, clipNorm: 1 });
      const stepper = stepperOf(ops, config);
      await takeSteps(stepper, config, 1, 3);
      const before = ops.tensorCount();
      await takeSteps(stepper, config, 4, 4, 1e39); // its loss is that of weights that were good
      await expect(takeSteps(stepper, config, 5, 5)).rejects.toMatchObject({ code: 'diverged' });
      await expect(takeSteps(stepper, config, 5, 5)).rejects.toMatchObject({ code: 'diverged' });
      expect(ops.tensorCount()).toBe(before);
      stepper.close();
    });

    it('after whole runs, finished, stopped, diverged and broken off', async () => {
      const all = async (): Promise<void> => {
        await runTiny(ops, tinyConfig({ ...SMALL, epochs: 1, maxSteps: 5 }));
        await runTiny(ops, tinyConfig({ ...SMALL, learningRate: 1e39, maxSteps: 5 }));
        await runTiny(ops, tinyConfig(SMALL), {
          on: (message, control) => (message.type === 'step' ? control.stop() : undefined),
        });
        const broken = runTiny(ops, tinyConfig(SMALL), {
          on: (message) => {
            if (message.type === 'step') throw new Error('gone');
          },
        });
        await expect(broken).rejects.toThrow('gone');
      };
      await all();
      const before = ops.tensorCount();
      await all();
      expect(ops.tensorCount()).toBe(before);
    });
  });
}
