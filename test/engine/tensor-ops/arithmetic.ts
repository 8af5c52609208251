/** Elementwise operations, with broadcasting. */
import { describe, expect, it } from 'vitest';
import type { TensorOps } from '../../../src/main/engine/tensor-ops.ts';
import { at, expectClose, harnessOf, indices, values } from './harness.ts';

export function describeArithmetic(ops: TensorOps): void {
  const { tensor, result } = harnessOf(ops);

  describe('arithmetic', () => {
    const binary = {
      add: (a: number, b: number) => a + b,
      sub: (a: number, b: number) => a - b,
      mul: (a: number, b: number) => a * b,
      div: (a: number, b: number) => a / b,
    } as const;
    const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
      [
        [3, 4],
        [3, 4],
      ],
      [[3, 4], [4]],
      [
        [3, 4],
        [3, 1],
      ],
      [
        [3, 1],
        [1, 4],
      ],
      [[3, 4], []],
      [[], [2, 2]],
      [
        [2, 3, 4],
        [3, 1],
      ],
    ];
    for (const operation of ['add', 'sub', 'mul', 'div'] as const) {
      it.each(shapes)(`${operation} broadcasts %j and %j`, async (a, b) => {
        const rank = Math.max(a.length, b.length);
        const size = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
        const shape = Array.from({ length: rank }, (_, axis) => Math.max(size(a, axis), size(b, axis)));
        const [x, y] = [values(a), values(b, 1)];
        const expected = indices(shape).map((index) => binary[operation](at(x, a, index), at(y, b, index)));
        expectClose(await result(shape, () => ops[operation](tensor(a), tensor(b, 1))), expected);
      });
    }

    it('sqrt', async () => {
      const x = Float32Array.of(0, 1e-12, 0.25, 2, 1e10);
      expectClose(await result([5], () => ops.sqrt(ops.fromFloats(x, [5]))), x.map(Math.sqrt));
    });

    it('scale', async () => {
      expectClose(
        await result([2, 3], () => ops.scale(tensor([2, 3]), -0.5)),
        values([2, 3]).map((x) => x * -0.5),
      );
    });

    it.each([-0.5, 1])('scaleBy a scalar of %f', async (factor) => {
      const scaled = await result([2, 3], () =>
        ops.scaleBy(tensor([2, 3]), ops.fromFloats(Float32Array.of(factor), [])),
      );
      expectClose(
        scaled,
        values([2, 3]).map((x) => x * factor),
      );
    });

    it('what scaleBy gives stays when what it was made of is freed', async () => {
      const [a, one] = [tensor([2, 3]), ops.fromFloats(Float32Array.of(1), [])];
      const scaled = ops.scaleBy(a, one);
      ops.release(a, one);
      expect(await ops.read(scaled)).toEqual(values([2, 3]));
      ops.release(scaled);
    });

    it('atLeast, of a matrix and of a scalar', async () => {
      const floored = values([2, 3]).map((x) => Math.max(x, 0.1));
      expectClose(await result([2, 3], () => ops.atLeast(tensor([2, 3]), 0.1)), floored);
      for (const [x, expected] of [
        [0.5, Math.fround(1.7)],
        [1.75, 1.75],
      ] as const) {
        const limited = await result([], () => ops.atLeast(ops.fromFloats(Float32Array.of(x), []), 1.7));
        expect([...limited]).toEqual([expected]);
      }
    });

    it('addN of one, two and four tensors', async () => {
      for (const count of [1, 2, 4]) {
        const expected = Array.from({ length: 6 }, (_, i) =>
          Array.from({ length: count }, (_, phase) => values([2, 3], phase)[i] ?? 0).reduce((a, b) => a + b, 0),
        );
        const terms = () => Array.from({ length: count }, (_, phase) => tensor([2, 3], phase));
        expectClose(await result([2, 3], () => ops.addN(terms())), expected);
      }
    });

    it('sigmoid and tanh, from tiny to saturated', async () => {
      const x = Float32Array.of(-100, -9, -1, -0.26, -0.24, -1e-4, 0, 1e-4, 0.1, 0.24, 0.26, 0.5, 3, 9, 100);
      const of = () => ops.fromFloats(x, [15]);
      expectClose(
        await result([15], () => ops.sigmoid(of())),
        Array.from(x, (v) => 1 / (1 + Math.exp(-v))),
        1e-6,
      );
      expectClose(await result([15], () => ops.tanh(of())), Array.from(x, Math.tanh), 1e-6);
      // Near zero the digits count relative to the value.
      const small = (await result([15], () => ops.tanh(of())))[7] ?? 0;
      expect(Math.abs(small / Math.tanh(1e-4) - 1)).toBeLessThan(1e-6);
    });

    it('sigmoid and tanh do not hide NaN', async () => {
      const nan = () => ops.fromFloats(Float32Array.of(Number.NaN, 1), [2]);
      expect((await result([2], () => ops.sigmoid(nan())))[0]).toBeNaN();
      expect((await result([2], () => ops.tanh(nan())))[0]).toBeNaN();
    });

    it('the gradients of sigmoid and tanh, from their outputs', async () => {
      const y = values([3, 5]).map((v) => v / 2.1);
      const dy = values([3, 5], 2);
      const of = () => [ops.fromFloats(y, [3, 5]), tensor([3, 5], 2)] as const;
      expectClose(
        await result([3, 5], () => ops.sigmoidGrad(...of())),
        y.map((v, i) => (dy[i] ?? 0) * v * (1 - v)),
      );
      expectClose(
        await result([3, 5], () => ops.tanhGrad(...of())),
        y.map((v, i) => (dy[i] ?? 0) * (1 - v * v)),
      );
    });
  });
}
