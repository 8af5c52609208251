/** Matrix products, in float32 and in low precision. */
import { describe, expect, it } from 'vitest';
import type { TensorOps } from '../../../src/main/engine/tensor-ops.ts';
import { at, expectClose, harnessOf, indices, matmulInDoubles, values } from './harness.ts';

export function describeProducts(ops: TensorOps): void {
  const { tensor, result } = harnessOf(ops);

  describe('matrix products', () => {
    // Sizes beside and beyond the widths of vector registers and tiles.
    it.each([
      [1, 1, 1],
      [2, 3, 4],
      [1, 9, 5],
      [7, 9, 1],
      [33, 17, 50],
    ])('[%i, %i] x, width %i, in all four orientations', async (m, k, n) => {
      const [a, b] = [values([m, k]), values([k, n], 1)];
      const expected = matmulInDoubles(
        (i, l) => at(a, [m, k], [i, l]),
        (l, j) => at(b, [k, n], [l, j]),
        m,
        k,
        n,
      );
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          // The factors as they must lie for this orientation, transposed in plain code.
          const left = transposeA ? Float32Array.from(indices([k, m]), ([l = 0, i = 0]) => at(a, [m, k], [i, l])) : a;
          const right = transposeB ? Float32Array.from(indices([n, k]), ([j = 0, l = 0]) => at(b, [k, n], [l, j])) : b;
          const actual = await result([m, n], () =>
            ops.matmul(
              ops.fromFloats(left, transposeA ? [k, m] : [m, k]),
              ops.fromFloats(right, transposeB ? [n, k] : [k, n]),
              { transposeA, transposeB },
            ),
          );
          expectClose(actual, expected);
        }
      }
    });

    it('uses the values of now, not those of a product before', async () => {
      // Engines may cache a repacked factor; a new tensor in the place of a freed one must not find it.
      for (const phase of [0, 1, 2]) {
        const [a, b] = [values([4, 8]), values([8, 8], phase)];
        const expected = matmulInDoubles(
          (i, l) => at(a, [4, 8], [i, l]),
          (l, j) => at(b, [8, 8], [l, j]),
          4,
          8,
          8,
        );
        expectClose(await result([4, 8], () => ops.matmul(tensor([4, 8]), tensor([8, 8], phase))), expected);
      }
    });
  });

  describe('low precision', () => {
    it('rounds to nearest even and multiplies, or says that it cannot', async () => {
      if (!ops.hasLowPrecision) {
        expect(() => ops.arena(() => ops.toLow(tensor([2])))).toThrow(/precision/);
        return;
      }
      // 1 + 2^-8 lies between two bfloat16 numbers; the even one is 1. 1 + 3 * 2^-8 goes up to 1 + 2^-6.
      const x = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, -2.5, 0);
      expect(await result([4], () => ops.toFloat(ops.toLow(ops.fromFloats(x, [4]))))).toEqual(
        Float32Array.of(1, 1 + 2 ** -6, -2.5, 0),
      );
      expect(await result([4], () => ops.toLow(ops.fromFloats(x, [4])))).toEqual(
        Float32Array.of(1, 1 + 2 ** -6, -2.5, 0),
      );
      const whole = Float32Array.from({ length: 12 }, (_, i) => i - 6);
      const expected = matmulInDoubles(
        (i, l) => at(whole, [3, 4], [i, l]),
        (l, j) => at(whole, [4, 3], [l, j]),
        3,
        4,
        3,
      );
      const low = (shape: number[]) => ops.toLow(ops.fromFloats(whole, shape));
      expect(Array.from(await result([3, 3], () => ops.toFloat(ops.matmul(low([3, 4]), low([4, 3])))))).toEqual(
        expected,
      );
    });

    it('cuts and joins low-precision tensors', async () => {
      if (!ops.hasLowPrecision) return;
      const whole = Float32Array.from({ length: 12 }, (_, i) => i);
      const low = () => ops.toLow(ops.fromFloats(whole, [4, 3]));
      const back = await result([4, 3], () => ops.toFloat(ops.concat(ops.split(low(), [1, 3]), 0)));
      expect(back).toEqual(whole);
      expect(await result([4, 3], () => ops.toFloat(ops.stack(ops.unstack(low()))))).toEqual(whole);
      expect((await result([3, 4], () => ops.toFloat(ops.transpose(low(), [1, 0]))))[1]).toBe(3);
      expect(await result([6, 2], () => ops.toFloat(ops.reshape(low(), [6, 2])))).toEqual(whole);
    });
  });
}
