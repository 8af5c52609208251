import { describe, expect, it } from 'vitest';
import { fastestOf, isOnGraphicsCard } from '../../src/shared/engine-choice.ts';
import { REPORT } from '../support/fake-trainer.ts';

describe('what auto would take', () => {
  const wasm = { ...REPORT, gflops: 100 };
  const tensorflow = { ...REPORT, engine: 'tensorflow', gflops: 95 } as const;

  it('is the fastest that passed, and tensorflow where they are nearly equal, in whatever order they were found', () => {
    expect(fastestOf([wasm, tensorflow])).toBe(tensorflow);
    expect(fastestOf([tensorflow, wasm])).toBe(tensorflow);
    expect(fastestOf([wasm, { ...tensorflow, gflops: 90 }])).toBe(wasm);
    expect(fastestOf([wasm, { ...tensorflow, selfTest: 'failed' }])).toBe(wasm);
    expect(fastestOf([{ ...wasm, gflops: null }])).toMatchObject({ engine: 'wasm' });
  });

  it('is nothing of nothing', () => {
    expect(fastestOf([])).toBeNull();
    expect(fastestOf([{ ...wasm, available: false }])).toBeNull();
  });
});

it('TensorFlow says in its device that it computes on a graphics card', () => {
  const on = (device: string, engine: 'tensorflow' | 'webgpu' = 'tensorflow') => isOnGraphicsCard({ engine, device });
  expect(on('TensorFlow 2.21.0, GPU, fused cuDNN operations')).toBe(true);
  expect(on('TensorFlow 2.21.0, GPU, fused cuDNN operations not used: why')).toBe(true);
  expect(on('TensorFlow 2.21.0, CPU with AVX-512, 2 threads')).toBe(false);
  expect(on('a card, GPU', 'webgpu')).toBe(false);
});
