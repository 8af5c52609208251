import { afterAll, describe, expect, it } from 'vitest';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { measureSpeed } from '../../src/main/trainer/measure.ts';

describe('the speed of an engine', () => {
  const opened = openWasm();
  afterAll(async () => (await opened).close());

  it('is that of a piece of a training step, and leaves nothing behind', async () => {
    const ops = await opened;
    const before = ops.tensorCount();
    const speed = await measureSpeed(ops, 'training', 20);
    expect(speed).toEqual({ use: 'training', gflops: expect.any(Number) as number, lowGflops: null });
    expect(speed.use === 'training' && speed.gflops).toBeGreaterThan(0.1);
    expect(ops.tensorCount()).toBe(before);
  });

  it('is that of one text, for writing, and leaves nothing behind', async () => {
    const ops = await opened;
    const before = ops.tensorCount();
    const speed = await measureSpeed(ops, 'writing', 20);
    expect(speed).toEqual({ use: 'writing', charactersPerSecond: expect.any(Number) as number });
    expect(speed.use === 'writing' && speed.charactersPerSecond).toBeGreaterThan(1);
    expect(ops.tensorCount()).toBe(before);
  });
});
