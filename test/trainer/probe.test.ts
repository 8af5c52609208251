import { describe, expect, it } from 'vitest';
import { probeEngine } from '../../src/main/trainer/probe.ts';

describe('the real wasm engine', () => {
  it('passes, and its report can be pasted', async () => {
    const report = await probeEngine('wasm', { measure: false });
    expect(report).toMatchObject({
      engine: 'wasm',
      available: true,
      selfTest: 'passed',
      gflops: null,
      mixedPays: false,
    });
    expect(Object.keys(report.details)).toEqual(['node', 'platform', 'cpu', 'threads', 'computes']);
  });
});
