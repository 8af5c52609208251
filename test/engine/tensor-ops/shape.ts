/** What changes a shape and not the numbers. */
import { describe, expect, it } from 'vitest';
import type { TensorOps } from '../../../src/main/engine/tensor-ops.ts';
import { at, harnessOf, indices, values } from './harness.ts';

export function describeShape(ops: TensorOps): void {
  const { tensor, result, results } = harnessOf(ops);

  describe('shape', () => {
    it('reshape keeps the order of the elements', async () => {
      expect(await result([3, 4], () => ops.reshape(tensor([2, 6]), [3, 4]))).toEqual(values([12]));
      expect(await result([2, 2, 3], () => ops.reshape(tensor([12]), [2, 2, 3]))).toEqual(values([12]));
    });

    it('a reshaped tensor outlives the one it was made from', async () => {
      // Constants that an engine makes for these shapes are there before the count.
      ops.arena(() => [[3, 4], [12]].map((shape) => ops.reshape(tensor([2, 6]), shape)));
      const before = ops.tensorCount();
      const source = tensor([2, 6]);
      const view = ops.reshape(source, [3, 4]);
      const other = ops.reshape(source, [12]);
      ops.release(source);
      // Released twice is released once.
      ops.release(other);
      ops.release(other);
      expect(await ops.read(view)).toEqual(values([12]));
      ops.release(view);
      expect(ops.tensorCount()).toBe(before);
    });

    it.each([
      [
        [3, 5],
        [1, 0],
      ],
      [
        [1, 5],
        [1, 0],
      ],
      [
        [33, 50],
        [1, 0],
      ],
      [
        [150, 19],
        [1, 0],
      ],
      [
        [3, 5],
        [0, 1],
      ],
      [
        [2, 3, 4],
        [0, 2, 1],
      ],
      [
        [2, 3, 4],
        [1, 0, 2],
      ],
      [
        [2, 3, 4],
        [2, 0, 1],
      ],
      [
        [2, 3, 4],
        [1, 2, 0],
      ],
      [
        [2, 3, 4],
        [2, 1, 0],
      ],
      [
        [3, 2, 40],
        [1, 0, 2],
      ],
      [
        [3, 1, 4],
        [2, 1, 0],
      ],
      [
        [2, 3, 4, 5],
        [3, 1, 0, 2],
      ],
      [
        [2, 3, 4, 5],
        [0, 2, 1, 3],
      ],
    ])('transpose of %j by %j', async (shape, permutation) => {
      const turned = permutation.map((axis) => shape[axis] ?? 0);
      const x = values(shape);
      const expected = indices(turned).map((index) => {
        const source: number[] = [];
        permutation.forEach((axis, i) => (source[axis] = index[i] ?? 0));
        return at(x, shape, source);
      });
      expect(Array.from(await result(turned, () => ops.transpose(tensor(shape), permutation)))).toEqual(expected);
    });

    it('split cuts axis 0 into equal and unequal pieces', async () => {
      const x = values([6, 3]);
      const equal = await results(
        [
          [2, 3],
          [2, 3],
          [2, 3],
        ],
        () => ops.split(tensor([6, 3]), [2, 2, 2]),
      );
      expect(equal).toEqual([x.slice(0, 6), x.slice(6, 12), x.slice(12)]);
      const unequal = await results(
        [
          [1, 3],
          [3, 3],
          [2, 3],
        ],
        () => ops.split(tensor([6, 3]), [1, 3, 2]),
      );
      expect(unequal).toEqual([x.slice(0, 3), x.slice(3, 12), x.slice(12)]);
      expect(await results([[6, 3]], () => ops.split(tensor([6, 3]), [6]))).toEqual([x]);
      expect(await results([[4], [2]], () => ops.split(tensor([6]), [4, 2]))).toEqual([
        values([6]).slice(0, 4),
        values([6]).slice(4),
      ]);
    });

    it('pieces outlive what they were cut from', async () => {
      const before = ops.tensorCount();
      const source = tensor([4, 2]);
      const halves = ops.split(source, [2, 2]);
      const rows = ops.unstack(source);
      ops.release(source);
      // New tensors would take the place of the old one if it were gone.
      const others = [tensor([4, 2], 1), tensor([4, 2], 2)];
      const all = [...halves, ...rows];
      const read = await Promise.all(all.map((piece) => ops.read(piece)));
      const x = values([4, 2]);
      const rowsOfX = [0, 2, 4, 6].map((start) => x.slice(start, start + 2));
      expect(read).toEqual([x.slice(0, 4), x.slice(4), ...rowsOfX]);
      ops.release(...all, ...others);
      expect(ops.tensorCount()).toBe(before);
    });

    it('unstack and stack are inverse', async () => {
      const x = values([3, 2, 4]);
      const rows = await results(
        [
          [2, 4],
          [2, 4],
          [2, 4],
        ],
        () => ops.unstack(tensor([3, 2, 4])),
      );
      expect(rows).toEqual([x.slice(0, 8), x.slice(8, 16), x.slice(16)]);
      expect(await result([3, 2, 4], () => ops.stack(ops.unstack(tensor([3, 2, 4]))))).toEqual(x);
      expect(await result([1, 4], () => ops.stack([tensor([4])]))).toEqual(values([4]));
      expect(await result([3], () => ops.stack(ops.unstack(tensor([3]))))).toEqual(values([3]));
    });

    it('concat on both axes, of different sizes', async () => {
      const [a, b] = [values([2, 3]), values([1, 3], 1)];
      expect(await result([3, 3], () => ops.concat([tensor([2, 3]), tensor([1, 3], 1)], 0))).toEqual(
        Float32Array.of(...a, ...b),
      );
      const c = values([2, 1], 1);
      expect(await result([2, 4], () => ops.concat([tensor([2, 3]), tensor([2, 1], 1)], 1))).toEqual(
        Float32Array.of(...a.slice(0, 3), ...c.slice(0, 1), ...a.slice(3), ...c.slice(1)),
      );
      expect(await result([2, 4, 2], () => ops.concat([tensor([2, 3, 2]), tensor([2, 1, 2], 1)], 1))).toEqual(
        Float32Array.of(
          ...values([12]).slice(0, 6),
          ...values([4], 1).slice(0, 2),
          ...values([12]).slice(6),
          ...values([4], 1).slice(2),
        ),
      );
      expect(await result([2, 3], () => ops.concat([tensor([2, 3])], 1))).toEqual(a);
    });
  });
}
