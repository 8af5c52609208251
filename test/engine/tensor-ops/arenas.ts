/** Which handle lives how long. */
import { describe, expect, it } from 'vitest';
import type { Tensor, TensorOps } from '../../../src/main/engine/tensor-ops.ts';
import { harnessOf, values } from './harness.ts';

export function describeArenas(ops: TensorOps): void {
  const { tensor } = harnessOf(ops);

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
}
