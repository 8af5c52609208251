import { describe, expect, it } from 'vitest';
import { openPlainWasm, openWasm } from '../../src/main/engine/tfjs/wasm.ts';
import { describeTensorOps } from './tensor-ops.suite.ts';

describeTensorOps('wasm', openWasm);
// Nothing fused: kernels of tfjs alone, as another backend of tfjs would run them.
describeTensorOps('wasm, kernels of tfjs alone', openPlainWasm);

describe('opening wasm', () => {
  it('adds no handler to the process and prints nothing', async () => {
    const ops = await openWasm();
    expect(process.listeners('uncaughtException').filter((each) => /throw ex/.test(String(each)))).toEqual([]);
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
});
