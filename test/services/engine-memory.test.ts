import { describe, expect, it } from 'vitest';
import { knownEngines, rememberEngines, type EngineMemory } from '../../src/main/services/engine-memory.ts';
import type { EngineReport } from '../../src/shared/domain.ts';
import { notTried } from '../../src/shared/engine-choice.ts';
import { REPORT } from '../support/fake-trainer.ts';

function memoryOf(text: string | null = null): EngineMemory & { text: string | null } {
  const memory = {
    text,
    read: () => memory.text,
    write: (written: string) => void (memory.text = written),
  };
  return memory;
}

const TRAINED: EngineReport = {
  ...REPORT,
  engine: 'tensorflow',
  gflops: 200,
  mixedPays: true,
  details: { bfloat16: '400 GFLOP/s, rounding included' },
};

describe('what is remembered of engines', () => {
  it('is the last that was found of each', () => {
    const memory = memoryOf();
    rememberEngines(memory, [TRAINED, REPORT], 1);
    rememberEngines(memory, [{ ...REPORT, gflops: 7 }], 2);
    expect(knownEngines(memory)).toEqual({ at: 2, reports: [TRAINED, { ...REPORT, gflops: 7 }] });
  });

  it('is nothing when it cannot be read', () => {
    for (const text of [null, '', '{', '[]', '{"at":"now","reports":[]}']) {
      expect(knownEngines(memoryOf(text))).toEqual({ reports: [], at: null });
    }
  });

  it('keeps the speed in training when a writing measured something else', () => {
    const memory = memoryOf();
    rememberEngines(memory, [TRAINED]);
    const writing = { ...TRAINED, gflops: null, mixedPays: false, details: { writing: '5000 characters/s' } };
    rememberEngines(memory, [writing]);
    const both = { ...TRAINED.details, ...writing.details };
    expect(knownEngines(memory).reports).toEqual([{ ...TRAINED, details: both }]);
    rememberEngines(memory, [{ ...writing, device: 'another' }]);
    expect(knownEngines(memory).reports).toEqual([{ ...writing, device: 'another' }]);
  });

  it('does not take what nobody tried for what was found', () => {
    const memory = memoryOf();
    const found: EngineReport = { ...REPORT, engine: 'webgpu' };
    rememberEngines(memory, [found], 1);
    rememberEngines(memory, [notTried('webgpu', 'not tried')], 2);
    expect(knownEngines(memory)).toEqual({ at: 1, reports: [found] });
  });
});
