import { afterAll, expect, it } from 'vitest';
import type { Tensor } from '../../src/main/engine/tensor-ops.ts';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { clipByGlobalNorm, squaredNorm } from '../../src/main/model/clipping.ts';
import type { Gradients } from '../../src/main/model/pass.ts';

const ops = await openWasm();
afterAll(() => ops.close());

const floats = (...values: number[]) => ops.fromFloats(Float32Array.from(values), [values.length]);
/** Norm 13. */
const some = () => ({
  gradients: new Map([
    ['a', floats(3, -4)],
    ['b', floats(12)],
  ]),
  squares: new Map([['a', floats(2, 5)]]),
});

const normOf = async (tensors: Iterable<Tensor>): Promise<number> => {
  const squared = squaredNorm(ops, tensors);
  const [sum = NaN] = await ops.read(squared);
  ops.release(squared);
  return Math.sqrt(sum);
};

it('the norm is that of all gradients as one vector', async () => {
  const before = ops.tensorCount();
  const { gradients, squares } = some();
  expect(await normOf(gradients.values())).toBeCloseTo(13, 6);
  expect(await normOf([floats(0, 0)])).toBe(0);
  expect(await normOf([floats(1), floats(NaN)])).toBeNaN();
  expect(await normOf([floats(1e30)])).toBe(Infinity);
  ops.release(...gradients.values(), ...squares.values());
  expect(ops.tensorCount()).toBe(before + 4); // those made in the lines above
});

/** Clips what is given, which is consumed, by a limit; nothing else is left. */
function clipped(given: Gradients, limit: number): Gradients {
  const squared = squaredNorm(ops, given.gradients.values());
  const before = ops.tensorCount();
  const result = clipByGlobalNorm(ops, given, squared, limit);
  expect(ops.tensorCount(), 'what was replaced is freed').toBe(before);
  ops.release(squared);
  return result;
}

const numbersOf = async (tensor: Tensor | undefined) => (tensor === undefined ? [] : [...(await ops.read(tensor))]);

it('over the limit everything is scaled to it, squares by the square', async () => {
  const { gradients, squares } = clipped(some(), 1.3);
  expect([...gradients.keys()]).toEqual(['a', 'b']);
  for (const [tensor, expected] of [
    [gradients.get('a'), [0.3, -0.4]],
    [gradients.get('b'), [1.2]],
    [squares.get('a'), [0.02, 0.05]],
  ] as const) {
    (await numbersOf(tensor)).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
  }
  expect(await normOf(gradients.values())).toBeCloseTo(1.3, 6);
  ops.release(...gradients.values(), ...squares.values());
});

it.each([13, 14, 0.1 + 13])('a norm of 13 is left as it is, to the last bit, by the limit %d', async (limit) => {
  const { gradients, squares } = clipped(some(), limit);
  expect(await numbersOf(gradients.get('a'))).toEqual([3, -4]);
  expect(await numbersOf(gradients.get('b'))).toEqual([12]);
  expect(await numbersOf(squares.get('a'))).toEqual([2, 5]);
  ops.release(...gradients.values(), ...squares.values());
});

it('gradients of zeros stay zeros', async () => {
  const { gradients } = clipped({ gradients: new Map([['a', floats(0, 0)]]), squares: new Map() }, 1);
  expect(await numbersOf(gradients.get('a'))).toEqual([0, 0]);
  ops.release(...gradients.values());
});
