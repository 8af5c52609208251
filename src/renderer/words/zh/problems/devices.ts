/** 程序用英文说的话（左）和中文说法（右）。计算所用的设备，由各引擎自己说出。格式见 index.ts。 */
export const devices = {
  'CPU with AMX': 'CPU（AMX）',
  'CPU with AVX-512': 'CPU（AVX-512）',
  'CPU with AVX-512 and bfloat16': 'CPU（AVX-512、bfloat16）',
  'CPU with AVX2': 'CPU（AVX2）',
  'TensorFlow {0}, GPU, fused cuDNN operations': 'TensorFlow {0}，GPU，使用 cuDNN 融合运算',
  'TensorFlow {0}, GPU, fused cuDNN operations not used: {1}': 'TensorFlow {0}，GPU，未使用 cuDNN 融合运算：{1}',
  'TensorFlow {0}, {*1}, {2} threads': 'TensorFlow {0}，{1}，{2} 线程',
  'WebAssembly relaxed SIMD, {0} thread': 'WebAssembly（宽松 SIMD），{0} 线程',
  'WebAssembly relaxed SIMD, {0} threads': 'WebAssembly（宽松 SIMD），{0} 线程',
  'WebAssembly SIMD, {0} thread': 'WebAssembly（SIMD），{0} 线程',
  'WebAssembly SIMD, {0} threads': 'WebAssembly（SIMD），{0} 线程',
  '{0}, in software, {1} (WebGPU on Dawn, TensorFlow.js {2})':
    '{0}，软件模拟，{1}（WebGPU，经由 Dawn，TensorFlow.js {2}）',
  '{0}, {1} (WebGPU on Dawn, TensorFlow.js {2})': '{0}, {1}（WebGPU，经由 Dawn，TensorFlow.js {2}）',
} as const;
