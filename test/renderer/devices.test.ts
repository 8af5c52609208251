/** What the engines call their devices, in a Chinese window. */
import { describe, expect, it } from 'vitest';
import { processorAt } from '../../src/main/engine/tensorflow/levels.ts';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { sayProgram } from '../../src/renderer/lib/program-words.ts';
import { en } from '../../src/renderer/words/en/index.ts';
import { zh } from '../../src/renderer/words/zh/index.ts';

const LEVELS = [0, 1, 2, 3, 4];
const said = (device: string): string => sayProgram(device, zh).text;
/** What is called the same in every language. */
const NAMES =
  /TensorFlow(\.js)?|WebAssembly|WebGPU|Dawn|SIMD|CPU|GPU|cuDNN|AMX|AVX2|AVX-512|bfloat16|Vulkan|Metal|Direct3D/g;

describe('devices in Chinese', () => {
  it.each([
    [0, 'TensorFlow 2.21.0，CPU，2 线程'],
    [1, 'TensorFlow 2.21.0，CPU（AVX2），2 线程'],
    [2, 'TensorFlow 2.21.0，CPU（AVX-512），2 线程'],
    [3, 'TensorFlow 2.21.0，CPU（AVX-512、bfloat16），2 线程'],
    [4, 'TensorFlow 2.21.0，CPU（AMX），2 线程'],
  ])('TensorFlow on a processor of level %i', (level, chinese) => {
    expect(said(`TensorFlow 2.21.0, ${processorAt(level)}, 2 threads`)).toBe(chinese);
  });

  it.each([
    ['TensorFlow 2.21.0, GPU, fused cuDNN operations', 'TensorFlow 2.21.0，GPU，使用 cuDNN 融合运算'],
    [
      'TensorFlow 2.21.0, GPU, fused cuDNN operations not used: No OpKernel was registered',
      'TensorFlow 2.21.0，GPU，未使用 cuDNN 融合运算：No OpKernel was registered',
    ],
    ['WebAssembly relaxed SIMD, 2 threads', 'WebAssembly（宽松 SIMD），2 线程'],
    ['WebAssembly relaxed SIMD, 1 thread', 'WebAssembly（宽松 SIMD），1 线程'],
    ['WebAssembly SIMD, 16 threads', 'WebAssembly（SIMD），16 线程'],
    ['WebAssembly SIMD, 1 thread', 'WebAssembly（SIMD），1 线程'],
    [
      'NVIDIA GeForce RTX 3060 (nvidia ampere), Vulkan (WebGPU on Dawn, TensorFlow.js 4.22.0)',
      'NVIDIA GeForce RTX 3060 (nvidia ampere), Vulkan（WebGPU，经由 Dawn，TensorFlow.js 4.22.0）',
    ],
    [
      'Intel Corp. Iris, Xe (intel gen-12lp), Direct3D 12 (WebGPU on Dawn, TensorFlow.js 4.22.0)',
      'Intel Corp. Iris, Xe (intel gen-12lp), Direct3D 12（WebGPU，经由 Dawn，TensorFlow.js 4.22.0）',
    ],
    [
      'SwiftShader Device (Subzero), in software, Vulkan (WebGPU on Dawn, TensorFlow.js 4.22.0)',
      'SwiftShader Device (Subzero)，软件模拟，Vulkan（WebGPU，经由 Dawn，TensorFlow.js 4.22.0）',
    ],
  ])('%s', (device, chinese) => {
    expect(sayProgram(device, zh)).toEqual({ text: chinese, lang: undefined });
  });

  it('as an engine itself makes it', async () => {
    const engine = await openWasm(1);
    try {
      expect(said(engine.device)).toMatch(/^WebAssembly（(宽松 )?SIMD），1 线程$/);
    } finally {
      engine.close();
    }
  });

  it('leave no English word but names, and English as it is', () => {
    for (const level of LEVELS) {
      const device = `TensorFlow 2.21.0, ${processorAt(level)}, 16 threads`;
      expect(said(device).replace(NAMES, '')).not.toMatch(/[A-Za-z]/);
      expect(sayProgram(device, en).text).toBe(device);
    }
  });

  it('are known inside of the reasons that name them', () => {
    expect(said(`mixed precision is not available on WebAssembly SIMD, 2 threads`)).toBe(
      'WebAssembly（SIMD），2 线程 没有混合精度',
    );
  });
});
