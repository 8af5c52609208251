import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../src/main/trainer/choose.ts';
import { probeEngine } from '../../src/main/trainer/probe.ts';
import type { EngineName } from '../../src/shared/domain.ts';
import { notTried } from '../../src/shared/engine-choice.ts';
import { fakeEngines } from '../support/fake-engines.ts';

const TRAINING = { use: 'training' } as const;

describe('auto', () => {
  it('does not try wasm where tensorflow is fast, and says so', async () => {
    const engines = fakeEngines({ tensorflow: { gflops: 205.4 }, wasm: { gflops: 30 } });
    const { report, rejected } = await chooseEngine('auto', TRAINING, engines);
    expect(report).toMatchObject({
      engine: 'tensorflow',
      device: 'fake tensorflow',
      available: true,
      selfTest: 'passed',
    });
    expect(report.reason).toMatch(/205 GFLOP\/s; wasm not tried/);
    expect(rejected.map(({ engine }) => engine)).toEqual(['webgpu']);
    expect(engines.opened).toEqual(['tensorflow', 'webgpu']);
  });

  it('does not try wasm where tensorflow has kernels for this processor, however busy it is', async () => {
    const engines = fakeEngines({
      tensorflow: { gflops: 2, writes: 300, level: 1 },
      wasm: { gflops: 10, writes: 900 },
    });
    for (const use of ['training', 'writing'] as const) {
      const { report } = await chooseEngine('auto', { use }, engines);
      expect(report.engine).toBe('tensorflow');
    }
    expect(engines.opened).not.toContain('wasm');
  });

  it('takes a graphics processor that is faster than a fast tensorflow', async () => {
    const engines = fakeEngines({ tensorflow: { gflops: 205 }, webgpu: { gflops: 2000 }, wasm: { gflops: 30 } });
    const { report } = await chooseEngine('auto', TRAINING, engines);
    expect(report).toMatchObject({ engine: 'webgpu', available: true });
    expect(report.reason).toBe(
      'fastest of the engines that passed the self-test: 2000 GFLOP/s, tensorflow 205; wasm not tried, as it is slower on the same processor',
    );
    expect(engines.closed).toEqual(['tensorflow']);
  });

  it('tries wasm beside a graphics processor, which says nothing about many cores', async () => {
    const engines = fakeEngines({ webgpu: { gflops: 80 }, wasm: { gflops: 120 } });
    const { report } = await chooseEngine('auto', TRAINING, engines);
    expect(report.engine).toBe('wasm');
    expect(engines.closed).toEqual(['webgpu']);
  });

  it('measures all of them when tensorflow is slow, and takes the fastest', async () => {
    const engines = fakeEngines({ tensorflow: { gflops: 20 }, wasm: { gflops: 30 } });
    const { report, rejected } = await chooseEngine('auto', TRAINING, engines);
    expect(report.engine).toBe('wasm');
    expect(report.reason).toBe('fastest of the engines that passed the self-test: 30 GFLOP/s, tensorflow 20');
    expect(rejected.map(({ engine }) => engine)).toEqual(['webgpu', 'tensorflow']);
    expect(rejected[1]).toMatchObject({ available: true, reason: expect.stringMatching(/wasm is faster/) as string });
    expect(engines.closed).toEqual(['tensorflow']);
  });

  it('names what is not there and the way out', async () => {
    const { report, rejected } = await chooseEngine('auto', TRAINING, fakeEngines({ wasm: { gflops: 30 } }));
    expect(report).toMatchObject({ engine: 'wasm', reason: 'the only engine that passed the self-test: 30 GFLOP/s' });
    expect(rejected).toMatchObject([
      {
        engine: 'tensorflow',
        available: false,
        selfTest: 'not run',
        gflops: null,
        reason: 'tensorflow is not there. Install tensorflow.',
      },
      { engine: 'webgpu', available: false },
    ]);
  });

  it('passes over an engine that computes wrongly, however fast', async () => {
    const engines = fakeEngines({ tensorflow: { gflops: 900, computesWrongly: true }, wasm: { gflops: 30 } });
    const { report, rejected } = await chooseEngine('auto', TRAINING, engines);
    expect(report.engine).toBe('wasm');
    expect(rejected[0]).toMatchObject({
      engine: 'tensorflow',
      available: false,
      selfTest: 'failed',
      device: 'fake tensorflow',
    });
    expect(rejected[0]?.reason).toMatch(/computes wrongly: the loss of a gru/);
    expect(engines.closed).toEqual(['tensorflow']);
  });

  it('fails with every reason when none can be used', async () => {
    await expect(chooseEngine('auto', TRAINING, fakeEngines({}))).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/tensorflow: .*webgpu: .*wasm: /) as string,
    });
  });
});

describe('a named engine', () => {
  it('is used, even when another would be faster', async () => {
    const engines = fakeEngines({ tensorflow: { gflops: 200 }, wasm: { gflops: 30 } });
    const { report, rejected } = await chooseEngine('wasm', TRAINING, engines);
    expect(report).toMatchObject({ engine: 'wasm', reason: 'asked for; passed the self-test at 30 GFLOP/s' });
    expect(rejected).toEqual([]);
    expect(engines.opened).toEqual(['wasm']);
  });

  it('is never replaced: what is wrong and the way out are the error', async () => {
    await expect(chooseEngine('tensorflow', TRAINING, fakeEngines({ wasm: { gflops: 30 } }))).rejects.toMatchObject({
      code: 'engine',
      message: 'the tensorflow engine was asked for and cannot be used: tensorflow is not there.',
      hint: 'Install tensorflow. Or let Folio choose: --engine auto.',
    });
  });
});

it('an engine knows whether auto, a person or a list opens it', async () => {
  const engines = fakeEngines({});
  await expect(chooseEngine('auto', TRAINING, engines)).rejects.toThrow();
  expect(engines.purposes.splice(0)).toEqual(['automatic', 'automatic', 'automatic']);
  await expect(chooseEngine('webgpu', TRAINING, engines)).rejects.toThrow();
  await probeEngine('webgpu', { measure: false }, engines);
  expect(engines.purposes).toEqual(['named', 'listed']);
});

describe('mixed precision', () => {
  it.each([
    [119, false],
    [121, true],
  ])('pays when %i against 100 GFLOP/s is worth it', async (lowGflops, mixedPays) => {
    const { report } = await chooseEngine('auto', TRAINING, fakeEngines({ tensorflow: { gflops: 100, lowGflops } }));
    expect(report.mixedPays).toBe(mixedPays);
    expect(report.details).toMatchObject({ bfloat16: `${lowGflops} GFLOP/s, rounding included` });
  });
});

describe('speeds that are nearly equal', () => {
  it.each([
    [100, 109, 'tensorflow'],
    [100, 111, 'wasm'],
    [40, 39, 'tensorflow'],
  ] as const)('tensorflow %i, wasm %i: %s', async (tensorflow, wasm, taken) => {
    const engines = fakeEngines({ tensorflow: { gflops: tensorflow / 3 }, wasm: { gflops: wasm / 3 } });
    const { report } = await chooseEngine('auto', TRAINING, engines);
    expect(report.engine).toBe(taken);
  });

  it('are told as they are', async () => {
    const engines = fakeEngines({ tensorflow: { gflops: 40 }, webgpu: { gflops: 20 }, wasm: { gflops: 42 } });
    const { report, rejected } = await chooseEngine('auto', TRAINING, engines);
    expect(report.reason).toBe('about as fast as any engine that passed the self-test: 40 GFLOP/s, wasm 42, webgpu 20');
    expect(rejected.map(({ engine, reason }) => [engine, reason])).toEqual([
      ['wasm', expect.stringContaining('but tensorflow is about as fast and comes first: ') as string],
      ['webgpu', expect.stringContaining('but tensorflow is faster: ') as string],
    ]);
  });
});

describe('for writing', () => {
  const WRITING = { use: 'writing' } as const;

  it('takes what writes fastest, not what trains fastest', async () => {
    const engines = fakeEngines({
      tensorflow: { gflops: 200, writes: 5000, level: 2 },
      webgpu: { gflops: 9000, writes: 700 },
      wasm: { gflops: 30, writes: 3000 },
    });
    const { report, rejected } = await chooseEngine('auto', WRITING, engines);
    expect(report).toMatchObject({ engine: 'tensorflow', gflops: null, details: { writing: '5000 characters/s' } });
    expect(report.reason).toBe(
      'fastest of the engines that passed the self-test: 5000 characters/s, webgpu 700; wasm not tried, as it is slower on the same processor',
    );
    expect(rejected).toMatchObject([{ engine: 'webgpu', available: true, gflops: null }]);
    expect((await chooseEngine('auto', TRAINING, engines)).report.engine).toBe('webgpu');
  });

  it('tries wasm beside a graphics card, which waits for each character', async () => {
    const engines = fakeEngines({ webgpu: { gflops: 9000, writes: 700 }, wasm: { gflops: 30, writes: 3000 } });
    expect((await chooseEngine('auto', WRITING, engines)).report).toMatchObject({ engine: 'wasm' });
  });
});

describe('what auto does not open', () => {
  it('is what it is told to leave out, and its reason is passed on', async () => {
    const engines = fakeEngines({ webgpu: { gflops: 9000 }, wasm: { gflops: 30 } });
    const leftOut = [notTried('webgpu', 'its driver crashed')];
    const { report, rejected } = await chooseEngine('auto', { ...TRAINING, leftOut }, engines);
    expect(report.engine).toBe('wasm');
    expect(rejected).toEqual(expect.arrayContaining(leftOut));
    expect(engines.opened).toEqual(['tensorflow', 'wasm']);
    expect((await chooseEngine('webgpu', { ...TRAINING, leftOut }, engines)).report.engine).toBe('webgpu');
  });

  it('is the card on which TensorFlow computes already', async () => {
    const engines = fakeEngines({
      tensorflow: { gflops: 9000, device: 'TensorFlow 2.21.0, GPU, fused cuDNN operations' },
      webgpu: { gflops: 5000 },
    });
    const { report, rejected } = await chooseEngine('auto', TRAINING, engines);
    expect(report.engine).toBe('tensorflow');
    expect(rejected).toEqual([notTried('webgpu', 'not tried, as TensorFlow computes on the graphics card')]);
    expect(engines.opened).toEqual(['tensorflow']);
  });

  it('is told before it is opened, one after the other', async () => {
    const engines = fakeEngines({ wasm: { gflops: 30 } });
    const told: (readonly [EngineName, number])[] = [];
    const opening = async (engine: EngineName) => void told.push([engine, engines.opened.length]);
    await chooseEngine('auto', { ...TRAINING, opening }, engines);
    expect(told).toEqual([
      ['tensorflow', 0],
      ['webgpu', 1],
      ['wasm', 2],
    ]);
  });
});
