/** What becomes of a layer's weights on their way to cuDNN and back. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/main/engine/tensor-ops.ts';
import {
  fromCanonical,
  gatesOf,
  toCanonical,
  toCudnnOrder,
  toKerasOrder,
} from '../../../src/main/engine/tensorflow/cudnn-layout.ts';
import { openWasm } from '../../../src/main/engine/wasm/open.ts';
import fc from '../../property.ts';

const ops = await openWasm();
afterAll(() => ops.close());

const cells = ['gru', 'lstm'] as const;

describe('the order of the gates', () => {
  it('of a GRU: z, r, h in Keras; r, i (which is z), n (which is h) in cuDNN', () => {
    expect(toCudnnOrder('gru', ['z', 'r', 'h'])).toEqual(['r', 'z', 'h']);
    expect(toKerasOrder('gru', ['r', 'z', 'h'])).toEqual(['z', 'r', 'h']);
  });

  it('of an LSTM is the same in both', () => {
    expect(toCudnnOrder('lstm', ['i', 'f', 'c', 'o'])).toEqual(['i', 'f', 'c', 'o']);
  });

  it.each(cells)('of a %s comes back as it was', (cell) => {
    const gates = fc.array(fc.string(), { minLength: gatesOf(cell), maxLength: gatesOf(cell) });
    fc.assert(
      fc.property(gates, (list) => {
        expect(toKerasOrder(cell, toCudnnOrder(cell, list))).toEqual(list);
        expect(toCudnnOrder(cell, toKerasOrder(cell, list))).toEqual(list);
      }),
    );
  });

  it.each(cells)('of a %s with a gate too many or too few is an error', (cell) => {
    const wrong = fc.array(fc.integer(), { maxLength: 9 }).filter(({ length }) => length !== gatesOf(cell));
    fc.assert(
      fc.property(wrong, (list) => {
        expect(() => toCudnnOrder(cell, list)).toThrow(/gates where cuDNN has/);
        expect(() => toKerasOrder(cell, list)).toThrow(/gates where cuDNN has/);
      }),
    );
  });
});

/** A tensor in which every element says where it is: first + its place. */
function numbered(first: number, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, n) => product * n, 1);
  return ops.fromFloats(
    Float32Array.from({ length }, (_, i) => first + i),
    shape,
  );
}

describe('the weights of a layer', () => {
  const sizes = fc.record({ units: fc.integer({ min: 1, max: 7 }), inputs: fc.integer({ min: 1, max: 9 }) });

  it.each(cells)('of a %s come back as they were, and leave nothing behind', async (cell) => {
    const G = gatesOf(cell);
    await fc.assert(
      fc.asyncProperty(sizes, async ({ units, inputs }) => {
        const before = ops.tensorCount();
        const [given, back] = ops.arena(() => {
          const weights = {
            kernel: numbered(1, [G * units, inputs]),
            recurrentKernel: numbered(1000, [G * units, units]),
            bias: numbered(2000, cell === 'gru' ? [2, G * units] : [G * units]),
          };
          const canonical = toCanonical(ops, cell, weights);
          const side = (width: number) => Array.from({ length: G }, () => [units, width]);
          expect(canonical.matrices.map(({ shape }) => shape)).toEqual([...side(inputs), ...side(units)]);
          expect(canonical.biases.map(({ shape }) => shape)).toEqual(Array.from({ length: 2 * G }, () => [units]));
          const all = [weights, fromCanonical(ops, cell, canonical)].map(({ kernel, recurrentKernel, bias }) =>
            [kernel, recurrentKernel, bias].map((tensor) => ops.keep(tensor)),
          );
          return [all[0] ?? [], all[1] ?? []];
        });
        for (const [i, tensor] of given.entries()) {
          const other = back[i];
          expect(other?.shape).toEqual(tensor.shape);
          expect(other === undefined ? null : await ops.read(other)).toEqual(await ops.read(tensor));
        }
        ops.release(...given, ...back);
        expect(ops.tensorCount()).toBe(before);
      }),
      { numRuns: 30 },
    );
  });

  it('of a GRU: its second gate comes first, the rows of each matrix are its units', async () => {
    const weights = {
      kernel: numbered(0, [6, 1]),
      recurrentKernel: numbered(10, [6, 2]),
      bias: numbered(30, [2, 6]),
    };
    const { matrices, biases } = toCanonical(ops, 'gru', weights);
    const read = async (tensors: readonly Tensor[]) =>
      (await Promise.all(tensors.map((tensor) => ops.read(tensor)))).map((values) => [...values]);
    expect(await read(matrices)).toEqual([
      ...[[2, 3], [0, 1], [4, 5]], // prettier-ignore
      ...[[14, 15, 16, 17], [10, 11, 12, 13], [18, 19, 20, 21]], // prettier-ignore
    ]);
    expect(await read(biases)).toEqual([[32, 33], [30, 31], [34, 35], [38, 39], [36, 37], [40, 41]]); // prettier-ignore
  });

  it("of an LSTM: the state's biases are zero", async () => {
    const weights = { kernel: numbered(0, [4, 1]), recurrentKernel: numbered(10, [4, 1]), bias: numbered(20, [4]) };
    const { biases } = toCanonical(ops, 'lstm', weights);
    const values = await Promise.all(biases.map(async (bias) => [...(await ops.read(bias))]));
    expect(values).toEqual([[20], [21], [22], [23], [0], [0], [0], [0]]);
  });
});
