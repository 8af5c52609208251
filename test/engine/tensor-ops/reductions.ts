/** Lookups, sums and the loss. */
import { describe, expect, it } from 'vitest';
import type { TensorOps } from '../../../src/main/engine/tensor-ops.ts';
import { at, expectClose, harnessOf, indices, values } from './harness.ts';

export function describeReductions(ops: TensorOps): void {
  const { tensor, ints, result, results } = harnessOf(ops);

  describe('lookups and reductions', () => {
    it('gather', async () => {
      const table = values([5, 3]);
      const expected = [4, 0, 4, 2].flatMap((row) => Array.from(table.slice(row * 3, row * 3 + 3)));
      expect(Array.from(await result([4, 3], () => ops.gather(tensor([5, 3]), ints([4, 0, 4, 2]))))).toEqual(expected);
    });

    it('oneHot', async () => {
      expect(await result([3, 4], () => ops.oneHot(ints([2, 0, 3]), 4))).toEqual(
        Float32Array.of(0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1),
      );
    });

    it.each([0, 1, 2])('sum over axis %i', async (axis) => {
      const shape = [3, 4, 5];
      const rest = shape.filter((_, i) => i !== axis);
      const expected = indices(rest).map((index) =>
        Array.from({ length: shape[axis] ?? 0 }, (_, i) =>
          at(values(shape), shape, index.toSpliced(axis, 0, i)),
        ).reduce((a, b) => a + b, 0),
      );
      expectClose(await result(rest, () => ops.sum(tensor(shape), axis)), expected);
    });

    it.each([7, 64, 6401, 70_000])('sum of a vector of %i is a scalar', async (length) => {
      const positive = values([length]).map((x) => x + 2);
      const sum = positive.reduce((a, b) => a + b, 0);
      const actual = await result([], () => ops.sum(ops.fromFloats(positive, [length]), 0));
      expectClose(actual, [sum]);
    });

    it('segmentSum adds rows of one label and leaves zeros for a label that does not occur', async () => {
      const labels = [3, 0, 3, 1, 0];
      const rows = values([5, 2]);
      const expected = new Float32Array(8);
      labels.forEach((label, n) =>
        [0, 1].forEach((i) => (expected[label * 2 + i] = (expected[label * 2 + i] ?? 0) + (rows[n * 2 + i] ?? 0))),
      );
      expectClose(await result([4, 2], () => ops.segmentSum(tensor([5, 2]), ints(labels), 4)), expected);
    });

    it('sumOfSquares', async () => {
      const expected = values([10, 30]).reduce((sum, x) => sum + x * x, 0);
      expectClose(await result([], () => ops.sumOfSquares(tensor([10, 30]))), [expected]);
    });
  });

  describe('cross-entropy', () => {
    function expected(
      logits: Float32Array,
      labels: readonly number[],
      depth: number,
    ): { loss: number[]; gradient: number[] } {
      const loss: number[] = [];
      const gradient: number[] = [];
      labels.forEach((label, n) => {
        const row = Array.from(logits.slice(n * depth, (n + 1) * depth));
        const largest = Math.max(...row);
        const sum = row.reduce((total, x) => total + Math.exp(x - largest), 0);
        loss.push(largest + Math.log(sum) - (row[label] ?? 0));
        gradient.push(...row.map((x, i) => Math.exp(x - largest) / sum - (i === label ? 1 : 0)));
      });
      return { loss, gradient };
    }

    async function check(logits: Float32Array, labels: readonly number[], depth: number): Promise<void> {
      const wanted = expected(logits, labels, depth);
      const [loss, gradient] = await results([[labels.length], [labels.length, depth]], () => {
        const both = ops.softmaxCrossEntropy(ops.fromFloats(logits, [labels.length, depth]), ints(labels));
        return [both.loss, both.gradient];
      });
      expectClose(loss ?? new Float32Array(), wanted.loss);
      expectClose(gradient ?? new Float32Array(), wanted.gradient, 1e-6);
    }

    it('loss and gradient', () => check(values([7, 65]), [0, 64, 3, 3, 20, 40, 64], 65));
    it('large logits, of both signs', () =>
      check(Float32Array.of(1000, -1000, 0, 88, 90, 200, -300, -301, -302), [1, 2, 0], 3));
    it('one distinct character', () => check(Float32Array.of(5, -2), [0, 0], 1));

    it('does not hide NaN, wherever it is in its row', async () => {
      for (const place of [0, 13, 30, 64]) {
        const logits = values([2, 65]).with(place, Number.NaN);
        const ofLabels = ints([5, 1]);
        const loss = await result([2], () => ops.softmaxCrossEntropy(ops.fromFloats(logits, [2, 65]), ofLabels).loss);
        expect(loss[0]).toBeNaN();
        expect(loss[1]).not.toBeNaN();
        ops.release(ofLabels);
      }
    });
  });
}
