/** The choice of a network's size for a time budget, with steps that are real and a clock that is not. */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { ownSettings, planBest, sizesFor as sizesOf } from '../../src/main/trainer/plan-best.ts';
import { regularizationFor } from '../../src/main/trainer/regularization.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { parameterCount } from '../../src/shared/network-shape.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { splitForValidation } from '../../src/shared/batch-plan.ts';
import { PLANNED_BY_BEST, type PlannedKey, PRESETS } from '../../src/shared/presets.ts';
import { ids, vocabulary } from './tiny-run.ts';

const preset = PRESETS.best.config;
const sizesFor = (config: RunConfig, named: readonly PlannedKey[] = []) => sizesOf(config, ownSettings(config, named));

describe('the sizes that are tried', () => {
  it('are the table from the largest down', () => {
    const sizes = sizesFor(preset);
    expect(sizes.map(({ layers, units }) => `${layers}x${units}`)).toEqual([
      '2x768',
      '2x512',
      '1x768',
      '1x512',
      '1x256',
      '1x128',
    ]);
    const one = sizes.filter(({ layers }) => layers === 1).map(({ learningRate }) => learningRate);
    expect(one).toEqual(one.toSorted((a, b) => a - b));
  });

  it('keep what the person has set', () => {
    const sizes = sizesFor({ ...preset, batchSize: 7, learningRate: 0.123 });
    expect(sizes).toHaveLength(6);
    for (const size of sizes) expect(size).toMatchObject({ batchSize: 7, learningRate: 0.123 });
  });

  it.each([
    [1, 1, 5e-3],
    [1, 300, 5e-3],
    [1, 500, 4e-3],
    [1, 9000, 3e-3],
    [2, 500, 3e-3],
    [3, 9000, 2e-3],
  ])(
    'are the one of %i layers of %i units that the person has set, at the rate of the nearest',
    (layers, units, learningRate) => {
      expect(sizesFor({ ...preset, layers, units })).toMatchObject([{ layers, units, learningRate }]);
    },
  );

  it("keep what the person has named, be it the preset's", () => {
    expect(sizesFor(preset, ['units'])).toMatchObject([{ layers: 1, units: 512, learningRate: 4e-3 }]);
    expect(sizesFor(preset, ['layers']).map(({ layers, units }) => [layers, units])).toEqual([
      [1, 768],
      [1, 512],
      [1, 256],
      [1, 128],
    ]);
    for (const size of sizesFor(preset, ['learningRate'])) expect(size.learningRate).toBe(preset.learningRate);
  });

  it('have as many layers as the person has set', () => {
    const sizes = sizesFor({ ...preset, layers: 3 });
    expect(sizes.map(({ layers, units }) => `${layers}x${units}`)).toEqual(['3x768', '3x512', '3x256', '3x128']);
  });
});

describe('the plan', () => {
  const BASE: RunConfig = {
    ...preset,
    embeddingSize: 4,
    // Not the preset's: so it stays, and the steps stay small.
    batchSize: 2,
    sequenceLength: 3,
    precision: 'float32',
  };
  const opened = openWasm();
  afterAll(async () => (await opened).close());
  afterEach(() => vi.restoreAllMocks());

  /** Every look at the clock is this much later: what is timed takes exactly that. */
  let looks = 0;
  function fakeClock(seconds: number): void {
    looks = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => ++looks * seconds * 1000);
  }

  /** The minutes in which a network of one layer of this size reads exactly 7 characters a parameter, at one second a step. */
  function minutesFor(units: number): number {
    return (7 * parameterCount(networkShapeOf({ ...BASE, layers: 1, units }, vocabulary.size))) / (2 * 3) / 60;
  }

  async function unitsIn(minutes: number): Promise<{ units: number; reason: string }> {
    fakeClock(1);
    const { config, reason } = await planBest(await opened, { ...BASE, minutes }, ids, vocabulary.size);
    const chosen = Object.fromEntries(PLANNED_BY_BEST.map((key) => [key, config[key]]));
    expect(config).toEqual({ ...BASE, minutes, ...chosen });
    const { dropout, weightDrop, weightDecay } = config;
    const read = ((minutes * 60) / 1) * (2 * 3);
    const { training } = splitForValidation(ids.length, BASE.validationFraction);
    expect({ dropout, weightDrop, weightDecay }).toEqual(regularizationFor(read / (training.end - training.start)));
    return { units: config.units, reason };
  }

  it('is the largest that reads enough, and says what was measured', async () => {
    const ops = await opened;
    const before = ops.tensorCount();
    expect(await unitsIn(minutesFor(256) * 1.001)).toMatchObject({
      units: 256,
      reason: expect.stringMatching(/^256 units take 1000 ms a step in float32: .* million characters in /) as string,
    });
    expect(ops.tensorCount()).toBe(before);
  });

  it('is the next smaller one with a little less time, and the smallest when nothing is enough', async () => {
    expect((await unitsIn(minutesFor(256) * 0.999)).units).toBe(128);
    expect((await unitsIn(0.001)).units).toBe(128);
  });

  it('is the first one at once when there is time in plenty', async () => {
    const { units } = await unitsIn(1e7);
    expect(units).toBe(768);
    // A warm-up and three steps, looked at before and after.
    expect(looks).toBe(8);
  });

  it('holds nothing against learning by heart in a text that is read twice', async () => {
    const long = Uint8Array.from({ length: 4000 }, (_, i) => i % vocabulary.size);
    const minutes = (1.99 * 3600) / (2 * 3) / 60;
    fakeClock(1);
    const { config } = await planBest(await opened, { ...BASE, minutes }, long, vocabulary.size);
    expect(config).toMatchObject({ dropout: 0, weightDrop: 0, weightDecay: 0.01 });
  });

  it('leaves what the person has set against it', async () => {
    fakeClock(1);
    const own = { dropout: 0.11, weightDrop: 0.12, weightDecay: 0.13 };
    const { config } = await planBest(await opened, { ...BASE, ...own, minutes: 1 }, ids, vocabulary.size);
    expect(config).toMatchObject(own);
    const named = ['dropout', 'weightDrop', 'weightDecay'] as const;
    const { dropout, weightDrop, weightDecay } = BASE;
    const asNamed = await planBest(await opened, { ...BASE, minutes: 1 }, ids, vocabulary.size, named);
    expect(asNamed.config).toMatchObject({ dropout, weightDrop, weightDecay });
    const adam = { optimizer: 'adam', weightDecay: 0 } as const;
    const withAdam = await planBest(await opened, { ...BASE, ...adam, minutes: 1 }, ids, vocabulary.size);
    expect(withAdam.config).toMatchObject(adam);
  });

  it('takes the faster precision where there are two, unless the person has chosen', async () => {
    const ops = await opened;
    const two: TensorOps = new Proxy(ops, {
      get(target, key) {
        if (key === 'hasLowPrecision') return true;
        if (key === 'toLow' || key === 'toFloat')
          return (tensor: Parameters<TensorOps['scale']>[0]) => target.scale(tensor, 1);
        const own: unknown = Reflect.get(target, key);
        return typeof own === 'function' ? (...args: unknown[]): unknown => Reflect.apply(own, target, args) : own;
      },
    });
    const config: RunConfig = { ...BASE, units: 5, minutes: 1 };
    const precisionWith = async (
      tick: (call: number) => number,
      precision: RunConfig['precision'] = 'float32',
      named: readonly PlannedKey[] = [],
    ) => {
      let [now, calls] = [0, 0];
      vi.spyOn(performance, 'now').mockImplementation(() => (now += tick(calls++)));
      return (await planBest(two, { ...config, precision }, ids, vocabulary.size, named)).config.precision;
    };
    // Eight looks for the first precision (float32), eight for the second.
    expect(await precisionWith((call) => (call < 8 ? 10 : 9))).toBe('mixed');
    expect(await precisionWith((call) => (call < 8 ? 9 : 10))).toBe('float32');
    expect(await precisionWith((call) => (call < 8 ? 9 : 10), 'mixed')).toBe('mixed');
    expect(await precisionWith((call) => (call < 8 ? 10 : 9), 'float32', ['precision'])).toBe('float32');
  });
});
