/** The hand-written backward pass against differences of the loss, without any recorded numbers; dropout included, which Keras draws otherwise. */
import { afterAll, describe, expect, it } from 'vitest';

import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { createNetwork, type IdBatch } from '../../src/main/model/network.ts';
import { Random } from '../../src/main/model/random.ts';
import type { NetworkShape, WeightArray } from '../../src/main/model/weights.ts';
import { normal } from '../support/networks.ts';

const T = 4;
const B = 3;
const DROPOUT_SEED = [11, 12] as const;
/** Wide enough to rise over the rounding of float32, narrow enough for the third derivative not to matter. */
const STEP = 1e-2;
const ELEMENTS = 6;

const ops = await openWasm();
afterAll(() => ops.close());

/** Weights that drive the gates into their curved parts, with biases that are not zero. */
function strongWeights(shape: NetworkShape): Map<string, WeightArray> {
  const weights = initialWeights(shape, 21);
  for (const [i, [name, { data }]] of [...weights].entries()) {
    const random = new Random(22, i);
    const scale = name === 'embedding/embeddings' ? 0.8 : name.endsWith('bias') ? 0.3 : 0.5;
    for (let j = 0; j < data.length; j++) data[j] = normal(random) * scale;
  }
  return weights;
}

const shareOfZeros = (values: Float32Array): number => values.filter((x) => x === 0).length / values.length;

const batch: IdBatch = {
  inputs: Int32Array.from({ length: T * B }, (_, i) => (i * 5 + 1) % 6),
  targets: Int32Array.from({ length: T * B }, (_, i) => (i * 7 + 2) % 6),
  batchSize: B,
};

describe.each(['gru', 'lstm'] as const)('%s', (cell) => {
  it.each([
    [1, 0, 0],
    [2, 0, 0],
    [2, 0.4, 0],
    [2, 0.2, 0.3],
  ])(
    'gradients of %i layer(s) with dropout %f and weight drop %f are the slopes of the loss',
    async (layers, dropout, weightDrop) => {
      const shape: NetworkShape = { cell, layers, embeddingSize: 4, units: 5, vocabularySize: 6 };
      const weights = strongWeights(shape);
      const network = createNetwork(ops, shape, { precision: 'float32', dropout, weightDrop });
      network.load(weights);
      // A state that is not zero, as it is when it is carried.
      const warm = network.logits(batch, network.zeroState(B)).state;

      const lossWith = async (name: string, array: WeightArray): Promise<number> => {
        network.setParameter(name, network.toTensor(name, array));
        const { losses, gradients, state } = network.gradients(batch, warm, DROPOUT_SEED);
        const sum = (await ops.read(losses)).reduce((total, x) => total + x, 0);
        ops.release(losses, ...gradients.values());
        network.releaseState(state);
        return sum / (T * B);
      };

      const { gradients } = network.gradients(batch, warm, DROPOUT_SEED);
      for (const [i, [name, array]] of [...weights].entries()) {
        const tensor = gradients.get(name);
        if (tensor === undefined) throw new Error(`no gradient of ${name}`);
        const analytic = (await network.toArray(name, tensor)).data;
        const largest = analytic.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        expect(largest, name).toBeGreaterThan(1e-3);
        if (name.endsWith('recurrent_kernel')) expect(shareOfZeros(analytic) > 0, name).toBe(weightDrop > 0);
        const chosen = new Random(23, i).permutation(analytic.length).subarray(0, ELEMENTS);
        for (const element of chosen) {
          const at = (change: number) => {
            const data = array.data.slice();
            data[element] = (data[element] ?? NaN) + change;
            return lossWith(name, { shape: array.shape, data });
          };
          const slope = ((await at(STEP)) - (await at(-STEP))) / (2 * STEP);
          const error = Math.abs(slope - (analytic[element] ?? NaN)) / largest;
          expect(error, `${name}[${element}]: ${analytic[element]} against ${slope}`).toBeLessThan(5e-3);
        }
        network.setParameter(name, network.toTensor(name, array));
      }
    },
  );
});

it('weight drop switches off its share of the recurrent weights, in training only', async () => {
  const shape: NetworkShape = { cell: 'gru', layers: 2, embeddingSize: 4, units: 40, vocabularySize: 6 };
  const plain = createNetwork(ops, shape, { precision: 'float32', dropout: 0 });
  const dropping = createNetwork(ops, shape, { precision: 'float32', dropout: 0, weightDrop: 0.3 });
  for (const network of [plain, dropping]) network.load(strongWeights(shape));
  const read = async (network: typeof plain) => {
    const { losses, gradients, state } = network.gradients(batch, network.zeroState(B), DROPOUT_SEED);
    const shares = [];
    for (const name of ['gru/recurrent_kernel', 'gru_1/recurrent_kernel']) {
      const gradient = gradients.get(name);
      if (gradient === undefined) throw new Error(`no gradient of ${name}`);
      shares.push(shareOfZeros(await ops.read(gradient)));
    }
    const training = await ops.read(losses);
    const measured = await ops.read(network.losses(batch, network.zeroState(B)).losses);
    network.releaseState(state);
    return { shares, training, measured };
  };
  const [without, withDrop] = [await read(plain), await read(dropping)];
  for (const share of withDrop.shares) expect(share).toBeCloseTo(0.3, 1);
  expect(withDrop.shares[0]).not.toBe(withDrop.shares[1]); // each layer draws its own
  expect(without.shares).toEqual([0, 0]);
  expect(withDrop.training).not.toEqual(without.training);
  expect(withDrop.measured).toEqual(without.measured);
});

it('another dropout seed gives other gradients, the same one the same', async () => {
  const shape: NetworkShape = { cell: 'gru', layers: 2, embeddingSize: 4, units: 5, vocabularySize: 6 };
  const network = createNetwork(ops, shape, { precision: 'float32', dropout: 0.4 });
  network.load(strongWeights(shape));
  const gradient = async (seed: readonly [number, number]): Promise<Float32Array> => {
    const tensor = network.gradients(batch, network.zeroState(B), seed).gradients.get('gru/kernel');
    if (tensor === undefined) throw new Error('no gradient of gru/kernel');
    return ops.read(tensor);
  };
  expect(await gradient([1, 2])).toEqual(await gradient([1, 2]));
  expect(await gradient([1, 2])).not.toEqual(await gradient([3, 2]));
});
