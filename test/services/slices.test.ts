import { setImmediate as otherWork } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inSlices } from '../../src/main/services/slices.ts';
import fc from '../property.ts';

async function all(slices: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const slice of slices) found.push(slice);
  return found;
}

describe('bytes in slices', () => {
  it('are all there, in their order, none longer than asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 70 }), async (bytes, size) => {
        const slices = await all(inSlices(bytes, size));
        expect(Buffer.concat(slices)).toEqual(Buffer.from(bytes));
        for (const slice of slices) expect(slice.byteLength).toBeLessThanOrEqual(size);
      }),
    );
  });

  it('let other work in between', async () => {
    const order: string[] = [];
    const slices = (async () => {
      for await (const slice of inSlices(new Uint8Array(3), 1)) order.push(`slice of ${slice.byteLength}`);
    })();
    await otherWork();
    order.push('other work');
    await slices;
    expect(order.indexOf('other work')).toBeLessThan(order.length - 1);
    expect(order).toHaveLength(4);
  });
});
