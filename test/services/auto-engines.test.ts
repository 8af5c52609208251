import { describe, expect, it } from 'vitest';
import { createAutoEngines } from '../../src/main/services/auto-engines.ts';
import { knownEngines, knownGraphics, rememberEngines } from '../../src/main/services/engine-memory.ts';
import type { EngineMemory } from '../../src/main/services/engine-memory.ts';
import type { EngineReport } from '../../src/shared/domain.ts';
import { FakeTrainer, REPORT } from '../support/fake-trainer.ts';

const CARD: EngineReport = { ...REPORT, engine: 'webgpu', device: 'a card' };

interface Setup {
  /** What a process that tries the card does. */
  readonly script?: (trainer: FakeTrainer) => void;
  readonly memory?: EngineMemory;
  readonly version?: string;
  readonly driver?: string;
  readonly present?: boolean;
}

function memoryOf(): EngineMemory {
  let text: string | null = null;
  return { read: () => text, write: (written) => void (text = written) };
}

function setup({ script = () => undefined, memory = memoryOf(), ...rest }: Setup = {}) {
  const { version = '1', driver = 'driver 1', present = true } = rest;
  const started: FakeTrainer[] = [];
  const startTrainer = (): FakeTrainer => {
    const trainer = new FakeTrainer();
    started.push(trainer);
    void Promise.resolve().then(() => script(trainer));
    return trainer;
  };
  let tries = 0;
  const auto = createAutoEngines({
    startTrainer,
    memory,
    version,
    driver: () => ({ present, description: driver }),
    milliseconds: 20,
  });
  return {
    auto,
    memory,
    started,
    tries: () => tries,
    leftOut: (signal?: AbortSignal) => auto.leftOut('auto', () => void tries++, signal),
  };
}

const works = (trainer: FakeTrainer): void => trainer.say({ type: 'probed', reports: [CARD] });
const crashes = (trainer: FakeTrainer): void => trainer.exit(null, 'SIGSEGV');

describe('a graphics card that nobody has tried', () => {
  it('proves itself in a process of its own first, once, and that is told', async () => {
    const { leftOut, started, tries, memory } = setup({ script: works });
    expect(await leftOut()).toEqual([]);
    expect(await leftOut()).toEqual([]);
    expect([started.length, tries()]).toEqual([1, 1]);
    expect(started[0]?.sent).toEqual([{ type: 'probe', engines: ['webgpu'] }]);
    expect(started[0]?.kills).toEqual(['SIGKILL']);
    expect(knownEngines(memory).reports).toEqual([CARD]);
  });

  it.each([
    ['crashes', crashes, /^its process crashed \(SIGSEGV\)\. auto leaves it out until/],
    ['says nothing', () => undefined, /^it did not answer for 0 s\. auto leaves it out until/],
    [
      'is not there',
      (trainer: FakeTrainer) =>
        trainer.say({ type: 'probed', reports: [{ ...CARD, available: false, reason: 'No card. Get one.' }] }),
      /^No card\. Get one\. auto leaves it out until/,
    ],
  ])('and %s is left out from then on, with its reason', async (_what, script, reason) => {
    const { leftOut, started, memory } = setup({ script });
    for (const time of [1, 2]) {
      const [report, ...more] = await leftOut();
      expect(report, `time ${time}`).toMatchObject({
        engine: 'webgpu',
        available: false,
        reason: expect.stringMatching(reason) as string,
      });
      expect(more).toEqual([]);
    }
    expect(started.length).toBe(1);
    // Left out is not the same as found: what was found stays as it was.
    rememberEngines(memory, await leftOut());
    expect(knownEngines(memory).reports).toMatchObject([
      { engine: 'webgpu', reason: expect.not.stringContaining('auto') as string },
    ]);
  });

  it('is not tried where nothing drives it, where an engine was named, and where TensorFlow computes on it', async () => {
    const without = setup({ present: false });
    expect(await without.leftOut()).toMatchObject([{ reason: 'not tried, as no driver for Vulkan is installed' }]);
    const named = setup();
    expect(await named.auto.leftOut('webgpu')).toEqual([]);
    expect(await named.auto.leftOut('wasm')).toEqual([]);
    const cuda = setup();
    rememberEngines(cuda.memory, [
      { ...REPORT, engine: 'tensorflow', device: 'TensorFlow 2.21.0, GPU, fused cuDNN operations' },
    ]);
    expect(await cuda.leftOut()).toMatchObject([{ reason: 'not tried, as TensorFlow computes on the graphics card' }]);
    expect([...without.started, ...named.started, ...cuda.started]).toEqual([]);
  });

  it('is left out with the same one line after the engines were tried where nothing drives it', async () => {
    const { auto, leftOut, started } = setup({ present: false });
    const before = await leftOut();
    auto.tried([{ ...CARD, available: false, reason: 'No graphics adapter. Install a driver for Vulkan.' }]);
    expect(await leftOut()).toEqual(before);
    auto.tried([CARD]); // found nevertheless
    expect(await leftOut()).toEqual([]);
    expect(started).toEqual([]);
  });

  it('is tried once for several who wait, and given up when nobody does', async () => {
    const both = setup({ script: works });
    expect(await Promise.all([both.leftOut(), both.leftOut()])).toEqual([[], []]);
    expect(both.started.length).toBe(1);

    const [first, second] = [new AbortController(), new AbortController()];
    const { leftOut, started, memory } = setup();
    const waits = [leftOut(first.signal), leftOut(second.signal)];
    first.abort();
    expect(await waits[0]).toMatchObject([{ reason: 'not tried, as there was no time to try it' }]);
    expect(started[0]?.kills).toEqual([]);
    second.abort();
    expect(await waits[1]).toMatchObject([{ reason: 'not tried, as there was no time to try it' }]);
    expect(started[0]?.kills).toContain('SIGKILL');
    expect(knownGraphics(memory)).toBeNull();
  });
});

describe('what is known of a graphics card', () => {
  it('holds for this version and this driver only', async () => {
    const { memory, leftOut } = setup({ script: works });
    await leftOut();
    for (const change of [{ version: '2' }, { driver: 'driver 2' }]) {
      const again = setup({ script: crashes, memory, ...change });
      expect(await again.leftOut()).toMatchObject([{ engine: 'webgpu' }]);
      expect(again.started.length).toBe(1);
      await setup({ script: works, memory }).leftOut();
    }
  });

  it('is that a process was lost with it, until a person has the engines tried', async () => {
    const { auto, leftOut, started, memory } = setup({ script: works });
    await leftOut();
    auto.lost('the training process crashed (SIGSEGV)');
    expect(await leftOut()).toMatchObject([
      { reason: expect.stringMatching(/^the training process crashed \(SIGSEGV\)\. auto leaves it out/) as string },
    ]);
    expect(knownEngines(memory).reports).toMatchObject([
      { available: false, reason: 'the training process crashed (SIGSEGV).' },
    ]);
    expect(started.length).toBe(1);
    auto.tried([CARD]);
    expect(await leftOut()).toEqual([]);
    auto.tried([{ ...CARD, available: false, reason: 'its process crashed (SIGILL)' }]);
    expect(await leftOut()).toMatchObject([{ reason: expect.stringMatching(/SIGILL/) as string }]);
    auto.tried([{ ...REPORT, engine: 'wasm' }]);
    expect(await leftOut()).toHaveLength(1);
    expect(started.length).toBe(1);
  });

  it('is as good as nothing when it cannot be read', async () => {
    const { memory, leftOut } = setup({ script: works });
    memory.write('{"at":1,"reports":[],"graphics":{"works":"yes"}}');
    expect(knownEngines(memory)).toEqual({ at: 1, reports: [] });
    expect(knownGraphics(memory)).toBeNull();
    expect(await leftOut()).toEqual([]);
    expect(knownGraphics(memory)).toMatchObject({ works: true });
  });
});

it('an engine that broke before it was ready is known not to run, until it is tried', () => {
  const { auto, memory } = setup();
  const worked: EngineReport = { ...REPORT, engine: 'tensorflow', details: { build: 'cpu' } };
  rememberEngines(memory, [worked, REPORT]);
  auto.doubted('tensorflow', 'the process crashed (SIGILL)');
  const [wasm, doubted] = knownEngines(memory).reports;
  expect(wasm).toEqual(REPORT);
  expect(doubted).toMatchObject({ available: false, selfTest: 'not run', reason: 'the process crashed (SIGILL).' });
  rememberEngines(memory, [worked]);
  expect(knownEngines(memory).reports).toContainEqual(worked);
});
