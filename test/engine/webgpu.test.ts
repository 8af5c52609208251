/** The webgpu engine, on SwiftShader where there is no graphics processor. */
import { afterAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/main/engine/open.ts';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { checkVulkanLoader } from '../../src/main/engine/tfjs/webgpu/adapter.ts';
import { WebgpuOps } from '../../src/main/engine/tfjs/webgpu/ops.ts';
import { createBatcher } from '../../src/main/model/batches.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { bySteps, type Case, expectClose as expectSameNumbers, prepare } from '../support/fused-passes.ts';
import { withoutFused } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';
import { ids, tinyConfig, vocabulary } from '../trainer/tiny-run.ts';
import { patienceFor } from '../support/swiftshader.ts';
import { describeTensorOps } from './tensor-ops.suite.ts';
import { expectClose, matmulInDoubles, values } from './tensor-ops/harness.ts';

const { ops, reason } = await openForTest('webgpu');

if (ops === null) {
  console.warn(`The webgpu engine is not covered: ${reason}`);
  describe('webgpu', () => {
    it(`does what every engine must do (not covered: ${reason})`, ({ skip }) => skip(reason));
  });
} else {
  describeTensorOps('webgpu', ops);
  describe('webgpu', patienceFor('webgpu'), () => {
    describeProducts();
    describeCells();
    describeMemory();
    describeFailures();
    describeAdapters();
  });
}

function opened(purpose: 'named' | 'automatic' = 'named'): Promise<TensorOps> {
  return openEngine('webgpu', purpose);
}

/** tfjs has four programs for products, and Folio one for small ones: sizes for each. */
function describeProducts(): void {
  describe('products large enough for the kernels of tfjs', () => {
    it.each([
      ['tiles of four', 128, 96, 128, {}],
      ['few rows', 8, 1200, 130, {}],
      ['a long inner dimension', 33, 2100, 17, {}],
      ['a long inner dimension, both transposed', 20, 2050, 36, { transposeA: true, transposeB: true }],
      ['a second factor that is turned first', 300, 280, 212, { transposeB: true }],
      ['odd sizes', 129, 101, 131, { transposeA: true }],
    ] as const)('%s', async (_name, m, k, n, options: { transposeA?: boolean; transposeB?: boolean }) => {
      const engine = await opened();
      const [a, b] = [values([m, k]), values([k, n], 1)];
      const turned = (matrix: Float32Array, rows: number, columns: number) =>
        Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] ?? NaN);
      const left = options.transposeA ? engine.fromFloats(turned(a, m, k), [k, m]) : engine.fromFloats(a, [m, k]);
      const right = options.transposeB ? engine.fromFloats(turned(b, k, n), [n, k]) : engine.fromFloats(b, [k, n]);
      const actual = await engine.read(engine.matmul(left, right, options));
      const at = (matrix: Float32Array, columns: number) => (i: number, j: number) => matrix[i * columns + j] ?? NaN;
      const expected = matmulInDoubles(at(a, k), at(b, n), m, k, n);
      expectClose(actual, expected, 2e-4);
      const again = await engine.read(engine.matmul(left, right, options));
      expect(again, 'the same numbers each time').toEqual(actual);
      engine.close();
    });
  });
}

const CASES: readonly Case[] = [
  { units: 1, B: 1, T: 1, V: 3, E: 2, layers: 1, dropout: 0 },
  { units: 7, B: 16, T: 2, V: 40, E: 6, layers: 2, dropout: 0.3 },
  { units: 31, B: 10, T: 3, V: 9, E: 12, layers: 1, dropout: 0 },
];

function describeCells(): void {
  describe.each(['gru', 'lstm'] as const)('the fused cells of a %s', (cell) => {
    it.each(CASES)('$layers x $units units, batch $B x $T are the plain ones', async (options) => {
      const engine = await opened();
      const setting = prepare(engine, cell, options);
      expectSameNumbers(await bySteps(engine, setting), await bySteps(withoutFused(engine), setting));
      setting.close();
      engine.close();
    });
  });

  it('refuse tensors of a wrong size, which the graphics processor would read past', async () => {
    const engine = await opened();
    const { fused } = engine;
    if (fused === null) throw new Error('no fused cells');
    const zeros = (...shape: number[]) => engine.zeros(shape);
    const good = zeros(4, 3);
    const wrong: readonly (() => unknown)[] = [
      () => fused.gruForward(zeros(8, 3), zeros(12, 3), good, zeros(4, 1)),
      () => fused.gruForward(zeros(12, 3), zeros(12, 2), good, zeros(4, 1)),
      () => fused.gruForward(zeros(12, 3), zeros(12, 3), good, zeros(4, 3)),
      () => fused.gruForward(zeros(12, 3), zeros(12, 3), zeros(12), zeros(4, 1)),
      () => fused.gruBackward({ output: good, direct: good, through: zeros(4, 2) }, [zeros(16, 3)], good),
      () => fused.gruBackward({ output: good, direct: good, through: good }, [good, good, good, good], good),
      () => fused.lstmForward(zeros(12, 3), zeros(16, 3), good),
      () => fused.lstmBackward({ output: good, through: good, later: good }, [zeros(16, 3)], good),
    ];
    for (const call of wrong) expect(call).toThrow(/\[|saved/);
    engine.close();
  });
}

function stepperOf(engine: TensorOps, config: RunConfig): TrainingStepper {
  const weights = initialWeights(networkShapeOf(config, vocabulary.size), config.seed);
  return new TrainingStepper(engine, config, vocabulary.size, weights);
}

async function takeSteps(stepper: TrainingStepper, config: RunConfig, from: number, to: number): Promise<number[]> {
  const batcher = createBatcher(ids, config);
  const losses: number[] = [];
  for (let step = from; step <= to; step++) {
    const figures = stepper.step(batcher.batch(1, step % batcher.stepsPerEpoch), { step, learningRate: 1e-2 });
    losses.push((await figures.read()).loss);
  }
  return losses;
}

const CONFIG = tinyConfig({ units: 6, sequenceLength: 4, batchSize: 2, layers: 2, dropout: 0.2, clipNorm: 0.1 });

function describeMemory(): void {
  it('takes no more of the device after 50 steps than after 5, and trains', async () => {
    const engine = await opened();
    if (!(engine instanceof WebgpuOps)) throw new Error('another engine opened');
    const stepper = stepperOf(engine, CONFIG);
    const first = await takeSteps(stepper, CONFIG, 1, 5);
    const before = { tensors: engine.tensorCount(), bytes: engine.allocatedBytes };
    const later = await takeSteps(stepper, CONFIG, 6, 50);
    expect({ tensors: engine.tensorCount(), bytes: engine.allocatedBytes }).toEqual(before);
    expect(later.at(-1)).toBeLessThan(first[0] ?? 0);
    stepper.close();
    engine.close();
  });

  it('keeps no copy of what was read, and a value that was read can still be changed in place', async () => {
    const engine = await opened();
    const tensors = () => engine.fromFloats(Float32Array.of(1, 2), [2]);
    const state = { weights: tensors(), mean: engine.zeros([2]), variance: engine.zeros([2]) };
    expect(await engine.read(state.weights)).toEqual(Float32Array.of(1, 2));
    const step = { alpha: 0.5, beta1: 0, beta2: 0, epsilon: 1e-7, decay: 0 };
    let next = engine.adam(state, tensors(), step);
    expect((await engine.read(next.weights))[0]).toBeCloseTo(0.5, 5);
    next = engine.adam(next, tensors(), step);
    const moved = await engine.read(next.weights);
    expect(moved[0]).toBeCloseTo(0, 5);
    const view = engine.reshape(next.weights, [1, 2]);
    next = engine.adam(next, tensors(), step);
    expect(await engine.read(view), 'who sees the old weights goes on seeing them').toEqual(moved);
    expect((await engine.read(next.weights))[0]).toBeCloseTo(-0.5, 5);
    engine.close();
  });
}

/** Opens an engine, and its device with it. */
async function openedWithDevice(): Promise<{ engine: TensorOps; device: GPUDevice }> {
  const prototype = GPUAdapter.prototype;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on an adapter below
  const { requestDevice } = prototype;
  let device: GPUDevice | null = null;
  prototype.requestDevice = async function (this: GPUAdapter, ...args) {
    return (device = await requestDevice.apply(this, args));
  };
  try {
    const engine = await opened();
    if (device === null) throw new Error('no device was asked for');
    return { engine, device };
  } finally {
    prototype.requestDevice = requestDevice;
  }
}

function describeFailures(): void {
  it('a lost device ends the step, in words and not as a fault of the program', async () => {
    const { engine, device } = await openedWithDevice();
    const stepper = stepperOf(engine, CONFIG);
    await takeSteps(stepper, CONFIG, 1, 1);
    device.destroy();
    const lost = {
      code: 'trainer-died',
      message: expect.stringMatching(/^the graphics device .+ was lost: /) as string,
      hint: expect.stringContaining('driver') as string,
    };
    await expect(takeSteps(stepper, CONFIG, 2, 3)).rejects.toMatchObject(lost);
    await expect(takeSteps(stepper, CONFIG, 2, 3)).rejects.toMatchObject(lost);
    expect(() => engine.zeros([2])).toThrow(/was lost/);
    stepper.close();
    engine.close();
  });

  it('what the device refuses is an error, at the latest at the next read, and not a wrong number', async () => {
    const { engine, device } = await openedWithDevice();
    const useTooMuch = async () => {
      const wide = engine.zeros([device.limits.maxBufferSize / 4 + 1024]);
      return engine.read(engine.sumOfSquares(wide));
    };
    await expect(useTooMuch()).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/^the graphics device .+ (refused a command|is out of memory): /) as string,
    });
    engine.close();
  });

  it('the process can go on, and open another, after one that was lost', async () => {
    const { engine, device } = await openedWithDevice();
    device.destroy();
    engine.close();
    const next = await opened();
    expect(await next.read(next.fromFloats(Float32Array.of(3), [1]))).toEqual(Float32Array.of(3));
    next.close();
  });
}

function describeAdapters(): void {
  it('names adapter and interface, and says where it is in software', () => {
    expect(reason).toMatch(/\(WebGPU on Dawn, TensorFlow\.js 4\.22\.0\)$/);
    if (process.env['FOLIO_TEST_WEBGPU'] !== 'hardware') {
      expect(reason).toMatch(/^SwiftShader .*, in software, Vulkan \(/);
    }
  });

  it('auto never takes one in software, whatever the environment allows', async () => {
    if (process.env['FOLIO_TEST_WEBGPU'] === 'hardware') return;
    expect(process.env['FOLIO_WEBGPU_ALLOW_SOFTWARE']).toBe('1');
    await expect(opened('automatic')).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/in software.*SwiftShader/) as string,
      hint: expect.stringContaining('--engine webgpu') as string,
    });
  });

  it("a machine without Vulkan's loader is told what to install", () => {
    expect(() => checkVulkanLoader('libvulkan-of-nobody.so.1')).toThrow(
      expect.objectContaining({ code: 'engine', hint: expect.stringContaining('libvulkan1') as string }) as Error,
    );
  });
}

afterAll(() => ops?.close());
