import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBinary, openPlainWasm, openWasm } from '../../src/main/engine/tfjs/wasm.ts';
import { describeTensorOps } from './tensor-ops.suite.ts';

describeTensorOps('wasm', await openWasm());
// Nothing fused: kernels of tfjs alone, as another backend of tfjs would run them.
describeTensorOps('wasm, kernels of tfjs alone', await openPlainWasm());

describe('opening wasm', () => {
  it('leaves no handler of exceptions in the process', async () => {
    const ops = await openWasm();
    for (const listener of [...process.listeners('uncaughtException'), ...process.listeners('unhandledRejection')]) {
      expect(String(listener)).not.toMatch(/throw (ex|reason)/);
    }
    expect(ops.device).toMatch(/^WebAssembly SIMD, 1 thread \(TensorFlow\.js 4\./);
    ops.close();
  });

  it('each opening has its own tensors, and close frees them', async () => {
    const [one, other] = [await openWasm(), await openWasm()];
    const before = one.tensorCount();
    one.zeros([3]);
    const kept = other.fromFloats(Float32Array.of(1, 2), [2]);
    one.close();
    expect(other.tensorCount()).toBe(before + 1);
    expect(await other.read(kept)).toEqual(Float32Array.of(1, 2));
    other.close();
    expect(one.tensorCount()).toBe(before);
  });

  it('names a file that is missing or damaged, and the way out', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'folio-wasm-'));
    try {
      const failure = (reason: RegExp) => ({
        code: 'engine',
        message: expect.stringMatching(reason) as string,
        hint: expect.stringContaining('npm ci') as string,
      });
      await expect(checkBinary(folder)).rejects.toMatchObject(failure(/no such file.*simd\.wasm/));
      await writeFile(path.join(folder, 'tfjs-backend-wasm-simd.wasm'), 'half a download');
      await expect(checkBinary(folder)).rejects.toMatchObject(failure(/damaged.*simd\.wasm/));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
