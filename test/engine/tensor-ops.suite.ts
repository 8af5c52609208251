/** What every engine must do: each operation of TensorOps against plain TypeScript arithmetic. */
import { afterAll, describe, expect, it } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { describeArenas } from './tensor-ops/arenas.ts';
import { describeArithmetic } from './tensor-ops/arithmetic.ts';
import { harnessOf, values } from './tensor-ops/harness.ts';
import { describeProducts } from './tensor-ops/products.ts';
import { describeReductions } from './tensor-ops/reductions.ts';
import { describeShape } from './tensor-ops/shape.ts';
import { describeTraining } from './tensor-ops/training.ts';

/** @param ops closed after the tests */
export function describeTensorOps(name: string, ops: TensorOps): void {
  describe(name, () => {
    afterAll(() => ops.close());

    it('names its device', () => {
      expect(ops.device).not.toBe('');
    });

    describeInAndOut(ops);
    describeArithmetic(ops);
    describeProducts(ops);
    describeShape(ops);
    describeReductions(ops);
    describeTraining(ops);
    describeArenas(ops);
  });
}

function describeInAndOut(ops: TensorOps): void {
  const { tensor, result } = harnessOf(ops);

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
}
