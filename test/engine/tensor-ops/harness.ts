/** What the tests of operations share: reproducible values, plain arithmetic, and a way to run an operation that notices leaks. */
import { expect } from 'vitest';
import type { Tensor, TensorOps } from '../../../src/main/engine/tensor-ops.ts';

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Distinct, reproducible values around zero, none of them 0. */
export function values(shape: readonly number[], phase = 0): Float32Array {
  return Float32Array.from({ length: product(shape) }, (_, i) => Math.sin(i * 0.7 + phase + 0.3) * 2);
}

/** For each index of a tensor of this shape, in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The element at an index, with NumPy's broadcasting of sizes 1 and of missing axes in front. */
export function at(data: Float32Array, shape: readonly number[], index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  const offset = shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : (own[axis] ?? 0)), 0);
  return data[offset] ?? Number.NaN;
}

export function expectClose(actual: Float32Array, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] ?? Number.NaN;
    const error = Math.abs((actual[i] ?? Number.NaN) - wanted) / Math.max(1, Math.abs(wanted));
    if (!(error <= tolerance)) expect.fail(`element ${i}: ${actual[i]} instead of ${wanted}`);
  }
}

/** The product of a [m, k] and b [k, n], given by their elements: [m, n], row by row. */
export const matmulInDoubles = (
  a: (i: number, l: number) => number,
  b: (l: number, j: number) => number,
  m: number,
  k: number,
  n: number,
) =>
  indices([m, n]).map(([i = 0, j = 0]) =>
    Array.from({ length: k }, (_, l) => a(i, l) * b(l, j)).reduce((s, x) => s + x, 0),
  );

/** Ways to make tensors on an engine and to run an operation on it. */
export interface Harness {
  readonly tensor: (shape: readonly number[], phase?: number) => Tensor;
  readonly ints: (list: readonly number[]) => Tensor;
  /** Runs an operation in an arena, checks the shape of its result and that nothing leaks, and reads it. */
  readonly result: (shape: readonly number[], body: () => Tensor) => Promise<Float32Array>;
  /** The same for several results. */
  readonly results: (shapes: readonly (readonly number[])[], body: () => readonly Tensor[]) => Promise<Float32Array[]>;
}

/** The harness of one engine. */
export function harnessOf(ops: TensorOps): Harness {
  const results: Harness['results'] = async (shapes, body) => {
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
  };
  return {
    tensor: (shape, phase = 0) => ops.fromFloats(values(shape, phase), shape),
    ints: (list) => ops.fromInts(Int32Array.from(list), [list.length]),
    results,
    result: async (shape, body) => {
      const [read] = await results([shape], () => [body()]);
      return read ?? new Float32Array();
    },
  };
}
