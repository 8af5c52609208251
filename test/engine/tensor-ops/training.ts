/** Dropout and the optimizer. */
import { describe, expect, it } from 'vitest';
import type { AdamStep, TensorOps } from '../../../src/main/engine/tensor-ops.ts';
import { expectClose, harnessOf, values } from './harness.ts';

const ADAM: AdamStep = { alpha: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };

export function describeTraining(ops: TensorOps): void {
  const { tensor, result } = harnessOf(ops);

  describe('dropout', () => {
    it('zeroes the given share and keeps the mean', async () => {
      for (const rate of [0.1, 0.5]) {
        const mask = await result([100, 200], () => ops.dropoutMask([100, 200], rate, [17, 4_000_000_000]));
        const zeros = mask.filter((x) => x === 0).length;
        // Five standard deviations of a binomial.
        expect(Math.abs(zeros - 20_000 * rate)).toBeLessThan(5 * Math.sqrt(20_000 * rate * (1 - rate)));
        expectClose(
          mask.filter((x) => x !== 0),
          new Float32Array(20_000 - zeros).fill(1 / (1 - rate)),
        );
      }
    });

    it('the same seeds give the same mask, others another', async () => {
      const mask = (seed: [number, number]) => result([1000], () => ops.dropoutMask([1000], 0.5, seed));
      const first = await mask([1, 2]);
      expect(await mask([1, 2])).toEqual(first);
      for (const other of [
        [2, 1],
        [1, 3],
        [2, 2],
        [0, 0],
      ] as [number, number][]) {
        const differing = (await mask(other)).filter((x, i) => x !== first[i]).length;
        expect(differing).toBeGreaterThan(400);
        expect(differing).toBeLessThan(600);
      }
    });

    it('rate 0 is all ones', async () => {
      expect(await result([9], () => ops.dropoutMask([9], 0, [1, 2]))).toEqual(new Float32Array(9).fill(1));
    });
  });

  describe('Adam', () => {
    it.each([0, 0.01])('three steps with decay %d as in doubles', async (decay) => {
      const before = ops.tensorCount();
      const shape = [4, 5];
      const weights = Array.from(values(shape));
      const mean = weights.map(() => 0);
      const variance = weights.map(() => 0);
      let state = { weights: tensor(shape), mean: ops.zeros(shape), variance: ops.zeros(shape) };
      for (const t of [1, 2, 3]) {
        const alpha = (1e-2 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
        const gradient = values(shape, t);
        // Two arenas deep: the new state must survive both.
        state = ops.arena(() =>
          ops.arena(() => ops.adam(state, ops.fromFloats(gradient, shape), { ...ADAM, alpha, decay })),
        );
        gradient.forEach((g, i) => {
          const m = (mean[i] ?? 0) + (g - (mean[i] ?? 0)) * (1 - 0.9);
          const v = (variance[i] ?? 0) + (g * g - (variance[i] ?? 0)) * (1 - 0.999);
          mean[i] = m;
          variance[i] = v;
          weights[i] = (weights[i] ?? 0) * (1 - decay) - (alpha * m) / (Math.sqrt(v) + 1e-7);
        });
      }
      expect([state.weights.shape, state.mean.shape, state.variance.shape]).toEqual([shape, shape, shape]);
      expectClose(await ops.read(state.weights), weights, 1e-6);
      expectClose(await ops.read(state.mean), mean, 1e-6);
      expectClose(await ops.read(state.variance), variance, 1e-6);
      ops.release(state.weights, state.mean, state.variance);
      expect(ops.tensorCount()).toBe(before);
    });

    it('its new weights are what a product sees', async () => {
      const row = () => ops.fromFloats(Float32Array.of(1, 1), [1, 2]);
      let state = {
        weights: ops.fromFloats(Float32Array.of(1, 2), [2, 1]),
        mean: ops.zeros([2, 1]),
        variance: ops.zeros([2, 1]),
      };
      expectClose(await result([1, 1], () => ops.matmul(row(), state.weights)), [3]);
      for (let step = 1; step <= 2; step++) {
        // A gradient of 1 and alpha for Adam's first steps: every weight falls by about alpha.
        state = ops.arena(() =>
          ops.adam(state, ops.fromFloats(Float32Array.of(1, 1), [2, 1]), { ...ADAM, alpha: 0.5, beta1: 0, beta2: 0 }),
        );
        expectClose(await result([1, 1], () => ops.matmul(row(), state.weights)), [3 - step]);
        expectClose(await result([2, 1], () => ops.matmul(state.weights, ops.fromFloats(Float32Array.of(1), [1, 1]))), [
          1 - step / 2,
          2 - step / 2,
        ]);
        expectClose(await result([1], () => ops.sum(state.weights, 0)), [3 - step]);
      }
      ops.release(state.weights, state.mean, state.variance);
    });

    it('does not let go of more after many steps than after few', () => {
      const shape = [3, 3];
      let state = { weights: tensor(shape), mean: ops.zeros(shape), variance: ops.zeros(shape) };
      const step = () => (state = ops.arena(() => ops.adam(state, tensor(shape, 1), ADAM)));
      for (let i = 0; i < 3; i++) step();
      const before = ops.tensorCount();
      for (let i = 0; i < 50; i++) step();
      expect(ops.tensorCount()).toBe(before);
      ops.release(state.weights, state.mean, state.variance);
    });
  });
}
