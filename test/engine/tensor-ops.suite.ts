/** What every engine must do: each operation of TensorOps against plain TypeScript arithmetic. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdamStep, Tensor, TensorOps } from '../../src/main/engine/tensor-ops.ts';

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Distinct, reproducible values around zero, none of them 0. */
function values(shape: readonly number[], phase = 0): Float32Array {
  return Float32Array.from({ length: product(shape) }, (_, i) => Math.sin(i * 0.7 + phase + 0.3) * 2);
}

/** For each index of a tensor of this shape, in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The element at an index, with NumPy's broadcasting of sizes 1 and of missing axes in front. */
function at(data: Float32Array, shape: readonly number[], index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  const offset = shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : (own[axis] ?? 0)), 0);
  return data[offset] ?? Number.NaN;
}

function expectClose(actual: Float32Array, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] ?? Number.NaN;
    const error = Math.abs((actual[i] ?? Number.NaN) - wanted) / Math.max(1, Math.abs(wanted));
    if (!(error <= tolerance)) expect.fail(`element ${i}: ${actual[i]} instead of ${wanted}`);
  }
}

const matmulInDoubles = (
  a: (i: number, l: number) => number,
  b: (l: number, j: number) => number,
  m: number,
  k: number,
  n: number,
) =>
  indices([m, n]).map(([i = 0, j = 0]) =>
    Array.from({ length: k }, (_, l) => a(i, l) * b(l, j)).reduce((s, x) => s + x, 0),
  );

const ADAM: AdamStep = { alpha: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };

export function describeTensorOps(name: string, open: () => Promise<TensorOps>): void {
  describe(name, () => {
    let ops: TensorOps;
    beforeAll(async () => {
      ops = await open();
    });
    afterAll(() => ops.close());

    const tensor = (shape: readonly number[], phase = 0): Tensor => ops.fromFloats(values(shape, phase), shape);
    const ints = (list: readonly number[]): Tensor => ops.fromInts(Int32Array.from(list), [list.length]);

    /** Runs an operation in an arena, checks the shape of its result and that nothing leaks, and reads it. */
    async function result(shape: readonly number[], body: () => Tensor): Promise<Float32Array> {
      const [read] = await results([shape], () => [body()]);
      return read ?? new Float32Array();
    }

    async function results(
      shapes: readonly (readonly number[])[],
      body: () => readonly Tensor[],
    ): Promise<Float32Array[]> {
      const before = ops.tensorCount();
      const kept = ops.arena(() => body().map((each) => ops.keep(each)));
      expect(kept.map((each) => each.shape)).toEqual(shapes);
      const read: Float32Array[] = [];
      for (const each of kept) read.push(await ops.read(each));
      ops.release(...kept);
      // Constants that an engine keeps for itself are made the first time, so a second run must not add any.
      const afterFirst = ops.tensorCount();
      ops.release(...ops.arena(() => body().map((each) => ops.keep(each))));
      expect(ops.tensorCount()).toBe(afterFirst);
      expect(afterFirst).toBeGreaterThanOrEqual(before);
      return read;
    }

    it('names its device', () => {
      expect(ops.device).not.toBe('');
    });

    describe('in and out', () => {
      it('reads back the floats it was given', async () => {
        expect(await result([2, 3], () => tensor([2, 3]))).toEqual(values([2, 3]));
      });

      it('reads a scalar, a vector and three axes', async () => {
        for (const shape of [[], [1], [5], [2, 3, 4]]) {
          expect(await result(shape, () => tensor(shape))).toEqual(values(shape));
        }
      });

      it('makes zeros', async () => {
        expect(await result([3, 2], () => ops.zeros([3, 2]))).toEqual(new Float32Array(6));
        expect(await result([], () => ops.zeros([]))).toEqual(new Float32Array(1));
      });

      it('takes a part of a larger array', async () => {
        const part = values([8]).subarray(2, 6);
        expect(await result([2, 2], () => ops.fromFloats(part, [2, 2]))).toEqual(part.slice());
      });
    });

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

      it('minimum', async () => {
        const [x, y] = [values([6]), values([6], 1)];
        expectClose(
          await result([6], () => ops.minimum(tensor([6]), tensor([6], 1))),
          x.map((a, i) => Math.min(a, y[i] ?? 0)),
        );
      });

      it('minimum with a scalar, as clipping by the global norm needs it', async () => {
        const one = () => ops.fromFloats(new Float32Array([1]), []);
        expectClose(
          await result([], () =>
            ops.minimum(one(), ops.div(one(), ops.sqrt(ops.fromFloats(new Float32Array([16]), [])))),
          ),
          [0.25],
        );
      });

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
            const right = transposeB
              ? Float32Array.from(indices([n, k]), ([j = 0, l = 0]) => at(b, [k, n], [l, j]))
              : b;
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

    describe('lookups and reductions', () => {
      it('gather', async () => {
        const table = values([5, 3]);
        const expected = [4, 0, 4, 2].flatMap((row) => Array.from(table.slice(row * 3, row * 3 + 3)));
        expect(Array.from(await result([4, 3], () => ops.gather(tensor([5, 3]), ints([4, 0, 4, 2]))))).toEqual(
          expected,
        );
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

      it('sum of a vector is a scalar', async () => {
        expectClose(await result([], () => ops.sum(tensor([7]), 0)), [values([7]).reduce((a, b) => a + b, 0)]);
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
          expectClose(
            await result([2, 1], () => ops.matmul(state.weights, ops.fromFloats(Float32Array.of(1), [1, 1]))),
            [1 - step / 2, 2 - step / 2],
          );
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

    describe('arenas', () => {
      it('free what was made in them', () => {
        const before = ops.tensorCount();
        ops.arena(() => {
          for (let i = 0; i < 10; i++) ops.mul(tensor([8]), tensor([8]));
          expect(ops.tensorCount()).toBeGreaterThan(before + 10);
        });
        expect(ops.tensorCount()).toBe(before);
      });

      it('return what their body returns', () => {
        expect(ops.arena(() => 42)).toBe(42);
      });

      it('nest: keep moves a handle out by one', async () => {
        const before = ops.tensorCount();
        let inner: Tensor | undefined;
        const outer = ops.arena(() => {
          const moved = ops.arena(() => {
            inner = ops.keep(tensor([2]));
            ops.keep(inner); // it is the outer arena's already, and stays there
            return ops.keep(tensor([3]));
          });
          expect(ops.tensorCount()).toBe(before + 2);
          return ops.keep(moved);
        });
        expect(ops.tensorCount()).toBe(before + 1);
        expect(await ops.read(outer)).toEqual(values([3]));
        ops.release(outer);
        expect(ops.tensorCount()).toBe(before);
      });

      it('nest: keep leaves a handle of an arena further out where it is', async () => {
        const before = ops.tensorCount();
        const read = ops.arena(() => {
          const outer = tensor([2]);
          ops.arena(() => ops.arena(() => ops.keep(outer)));
          return ops.keep(ops.scale(outer, 2));
        });
        expect(await ops.read(read)).toEqual(values([2]).map((x) => 2 * x));
        ops.release(read);
        expect(ops.tensorCount()).toBe(before);
      });

      it('leave handles from outside alone', async () => {
        const outside = tensor([4]);
        ops.arena(() => ops.keep(outside));
        expect(await ops.read(outside)).toEqual(values([4]));
        ops.release(outside);
      });

      it('free what was made when the body throws, and the arena around goes on', async () => {
        const before = ops.tensorCount();
        const survivor = ops.arena(() => {
          const made = tensor([2]);
          expect(() =>
            ops.arena(() => {
              tensor([5]);
              throw new Error('halfway');
            }),
          ).toThrow('halfway');
          return ops.keep(made);
        });
        expect(await ops.read(survivor)).toEqual(values([2]));
        ops.release(survivor);
        expect(ops.tensorCount()).toBe(before);
      });

      it('release frees now, and the arena does not free again', () => {
        const before = ops.tensorCount();
        ops.arena(() => {
          const [a, b] = [tensor([2]), tensor([2])];
          ops.release(a, b);
          expect(ops.tensorCount()).toBe(before);
          tensor([2]);
        });
        expect(ops.tensorCount()).toBe(before);
      });

      it('a freed tensor cannot be used', () => {
        const freed = tensor([2]);
        ops.release(freed);
        expect(() => ops.sqrt(freed)).toThrow(/freed/);
      });
    });
  });
}
