/** The self-test on parts that fail one at a time: what fails is named, what needs it is left out, and nothing stays behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../../src/main/model/safetensors.ts';
import { runSelfTest } from '../../../src/main/services/self-test/run.ts';
import type { SelfTestOptions } from '../../../src/main/services/self-test/run.ts';
import type { SelfTestReport, SelfTestStep } from '../../../src/main/services/self-test/report.ts';
import type { SelfTestApp } from '../../../src/main/services/self-test/steps.ts';
import type { FromTrainer } from '../../../src/main/trainer/messages.ts';
import type { EngineName, EngineReport } from '../../../src/shared/domain.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import type { TrainingEvent } from '../../../src/shared/events.ts';
import { FakeTrainer, REPORT } from '../../support/fake-trainer.ts';

type Verified = Extract<FromTrainer, { type: 'engine-verified' }>;
type Finished = Extract<TrainingEvent, { type: 'finished' }>;

const INSTALLED: Verified = {
  type: 'engine-verified',
  version: '2.21.0',
  build: '2.21.0-cpu-test',
  files: 3,
  bytes: 854e6,
  wrong: null,
  missing: null,
};
const ABSENT: Verified = {
  ...INSTALLED,
  version: null,
  build: null,
  files: 0,
  bytes: 0,
  missing: 'It is not installed.',
};
const NOT_THERE = { available: false, selfTest: 'not run', gflops: null, reason: 'no graphics processor' } as const;
const FINISHED: Finished = {
  run: 1,
  type: 'finished',
  status: 'finished',
  reason: '',
  epochs: 1,
  steps: 5,
  seconds: 1,
  error: null,
};
const WEIGHTS = encodeSafetensors(new Map([['dense/bias', { shape: [2], data: new Float32Array(2) }]]), {});

/** Everything works, but for what a test changes. */
interface Machine {
  verified?: Verified | 'dies' | 'silent';
  engines?: Partial<Record<EngineName, Partial<EngineReport> | 'dies'>>;
  finished?: Partial<Finished>;
  done?: Promise<Finished>;
  losses?: readonly number[];
  texts?: string[];
  app?: (app: SelfTestApp) => SelfTestApp;
  options?: Partial<SelfTestOptions>;
}

let temporary: string;
let closed: number;
/** Those that live until they are ended. */
let trainers: FakeTrainer[];
let order: unknown[];

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'folio-test-'));
  closed = 0;
  trainers = [];
  order = [];
});
afterEach(() => {
  rmSync(temporary, { recursive: true, force: true });
  expect(trainers.every(({ kills }) => kills.length > 0)).toBe(true);
});

function die(fake: FakeTrainer, signal: string): void {
  trainers.splice(trainers.indexOf(fake), 1);
  fake.exit(null, signal);
}

function trainer({ verified = INSTALLED, engines = {} }: Machine): FakeTrainer {
  const fake = new FakeTrainer();
  trainers.push(fake);
  const send = fake.send.bind(fake);
  fake.send = async (message) => {
    await send(message);
    if (message.type === 'verify-engine') {
      if (verified === 'dies') die(fake, 'SIGKILL');
      else if (verified !== 'silent') fake.say(verified);
    } else if (message.type === 'probe') {
      const [engine = 'wasm'] = message.engines;
      const usual = engine === 'webgpu' ? NOT_THERE : { gflops: engine === 'tensorflow' ? 200 : 60 };
      const said = engines[engine] ?? usual;
      if (said === 'dies') die(fake, 'SIGSEGV');
      else fake.say({ type: 'probed', reports: [{ ...REPORT, engine, ...said }] });
    }
  };
  return fake;
}

function fakeApp(machine: Machine): SelfTestApp {
  const texts = [...(machine.texts ?? ['0123456789', '0123456789'])];
  const app = {
    store: {
      run: () => ({ id: 1, bestEpoch: 1, checkpoints: [{ id: 4, kind: 'epoch', epoch: 1, step: 5, bytes: 100 }] }),
      checkpointWeights: () => WEIGHTS,
      check: () => [],
    },
    corpora: { builtin: () => Promise.resolve({ id: 1, name: 'Shakespeare' }) },
    training: {
      start: (request: { readonly engine: string }, listener: (event: TrainingEvent) => void) => {
        order.push(request.engine);
        for (const loss of machine.losses ?? [4.2, 4.1]) listener({ type: 'step', loss } as TrainingEvent);
        return Promise.resolve({
          runId: 1,
          done: machine.done ?? Promise.resolve({ ...FINISHED, ...machine.finished }),
        });
      },
    },
    generation: {
      warm: () => Promise.resolve({}),
      generate: () => Promise.resolve({ samples: [{ text: texts.shift() ?? '' }], notStored: null }),
    },
    close: () => void closed++,
  } as unknown as SelfTestApp; // as far as it is used
  return machine.app?.(app) ?? app;
}

async function selfTest(machine: Machine = {}): Promise<SelfTestReport> {
  const report = await runSelfTest({
    open: () => fakeApp(machine),
    startTrainer: () => trainer(machine),
    temporary,
    ...machine.options,
  });
  expect(readdirSync(temporary), 'nothing stays behind').toEqual([]);
  return report;
}

const outcomes = ({ steps }: SelfTestReport): Record<string, SelfTestStep['outcome']> =>
  Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]));
const failures = ({ steps }: SelfTestReport): [string, string][] =>
  steps.filter(({ outcome }) => outcome === 'failed').map(({ name, detail }) => [name, detail]);

describe('where everything works', () => {
  it('all is ok but the engine that is not here, and the fastest engine trains', async () => {
    const heard: string[] = [];
    const report = await selfTest({
      options: { listener: { began: ({ node }) => heard.push(node), step: ({ name }) => heard.push(name) } },
    });
    expect(report).toMatchObject({
      ok: true,
      interrupted: false,
      versions: { folio: expect.stringMatching(/^\d/) as string, electron: null, tensorflow: '2.21.0' },
    });
    expect(report.versions.sqlite).toMatch(/^3\.\d+/);
    expect(outcomes(report)).toEqual({
      record: 'ok',
      'TensorFlow’s files': 'ok',
      'engine tensorflow': 'ok',
      'engine webgpu': 'skipped',
      'engine wasm': 'ok',
      'an engine to use': 'ok',
      training: 'ok',
      checkpoint: 'ok',
      writing: 'ok',
      integrity: 'ok',
      'cleaning up': 'ok',
    });
    expect(heard).toEqual([process.versions.node, ...report.steps.map(({ name }) => name)]);
    expect(order).toEqual(['tensorflow']);
    expect(closed).toBe(1);
  });

  it('a TensorFlow that is not installed is no failure', async () => {
    const report = await selfTest({ verified: ABSENT, engines: { tensorflow: NOT_THERE } });
    expect(report).toMatchObject({ ok: true, versions: { tensorflow: null } });
    expect(outcomes(report)).toMatchObject({ 'TensorFlow’s files': 'skipped', 'engine tensorflow': 'skipped' });
    expect(order).toEqual(['wasm']);
  });
});

describe('what fails', () => {
  it('a changed file of the engine', async () => {
    const report = await selfTest({ verified: { ...INSTALLED, wrong: 'lib.so has changed since it was installed' } });
    expect(report.ok).toBe(false);
    expect(failures(report)).toEqual([['TensorFlow’s files', 'lib.so has changed since it was installed']]);
  });

  it('an engine that is there and computes something else; another trains all the same', async () => {
    const wrong = { available: false, selfTest: 'failed', gflops: null, reason: 'the loss is 3 instead of 2' } as const;
    const report = await selfTest({ engines: { tensorflow: wrong } });
    expect(failures(report)).toEqual([['engine tensorflow', 'the loss is 3 instead of 2']]);
    expect(outcomes(report)).toMatchObject({ training: 'ok', writing: 'ok' });
    expect(order).toEqual(['wasm']);
  });

  it('an installed TensorFlow that cannot be loaded, a webgpu that computes wrongly, and wasm, which needs nothing', async () => {
    const cannot = { ...NOT_THERE, reason: 'it cannot be loaded' };
    const report = await selfTest({
      engines: { tensorflow: cannot, webgpu: { ...NOT_THERE, selfTest: 'failed' }, wasm: cannot },
    });
    expect(failures(report).map(([name]) => name)).toEqual([
      'engine tensorflow',
      'engine webgpu',
      'engine wasm',
      'an engine to use',
    ]);
    expect(outcomes(report)).toMatchObject({
      training: 'skipped',
      checkpoint: 'skipped',
      writing: 'skipped',
      integrity: 'ok',
    });
  });

  it('an engine whose process dies, and one whose files cannot even be looked at', async () => {
    const report = await selfTest({ verified: 'dies', engines: { webgpu: 'dies' } });
    expect(failures(report)).toEqual([
      ['TensorFlow’s files', expect.stringContaining('SIGKILL')],
      ['engine webgpu', expect.stringContaining('SIGSEGV')],
    ]);
  });

  it.each([
    [{ finished: { status: 'failed', error: { code: 'trainer-died', message: 'it crashed' } } }, /failed: it crashed/],
    [{ finished: { steps: 3 } }, /3 steps instead of 5/],
    [{ losses: [4.2, Number.NaN] }, /losses 4.2, NaN/],
    [{ losses: [] }, /losses none/],
  ] satisfies [Machine, RegExp][])('a training that went wrong: %j', async (machine, why) => {
    const report = await selfTest(machine);
    expect(failures(report)).toEqual([['training', expect.stringMatching(why)]]);
    expect(outcomes(report)).toMatchObject({ checkpoint: 'skipped', writing: 'skipped', integrity: 'ok' });
  });

  it('a checkpoint that is not read back as it was written', async () => {
    const damaged = new FolioError('damaged', 'the weights of checkpoint 4 are damaged', 'An earlier one is there.');
    const report = await selfTest({
      app: (app) => ({
        ...app,
        store: {
          ...app.store,
          checkpointWeights: () => {
            throw damaged;
          },
        },
      }),
    });
    expect(failures(report)).toEqual([
      ['checkpoint', 'the weights of checkpoint 4 are damaged. An earlier one is there.'],
    ]);
  });

  it('weights that no process loads, and a file of weights with nothing in it', async () => {
    const refuse = () => Promise.reject(new FolioError('engine', 'it does not load'));
    const unloaded = await selfTest({ app: (app) => ({ ...app, generation: { ...app.generation, warm: refuse } }) });
    expect(failures(unloaded)).toEqual([['checkpoint', 'it does not load']]);
    const empty = encodeSafetensors(new Map(), {});
    const report = await selfTest({
      app: (app) => ({ ...app, store: { ...app.store, checkpointWeights: () => empty } }),
    });
    expect(failures(report)).toEqual([['checkpoint', 'there are no weights in it']]);
  });

  it.each([
    [['0123456789', '0123456780'], /wrote "0123456789", then "0123456780"/],
    [['012', '012'], /3 characters instead of 10/],
  ])('the texts %j from one seed', async (texts, why) => {
    expect(failures(await selfTest({ texts }))).toEqual([['writing', expect.stringMatching(why)]]);
  });

  it('a record that is damaged, or that cannot be made at all', async () => {
    const report = await selfTest({
      app: (app) => ({ ...app, store: { ...app.store, check: () => ['page 7 is torn', 'so is 8'] } }),
    });
    expect(failures(report)).toEqual([['integrity', 'page 7 is torn; so is 8']]);

    const full = () => {
      throw new FolioError('file', 'the disk is full', 'Free some space.');
    };
    const none = await selfTest({ options: { open: full } });
    expect(failures(none)).toEqual([['record', 'the disk is full. Free some space.']]);
    expect(outcomes(none)).toMatchObject({
      'engine wasm': 'ok',
      training: 'skipped',
      integrity: 'skipped',
      'cleaning up': 'ok',
    });
  });

  it('SQLite itself', async () => {
    const sqliteVersion = () => {
      throw new Error('the native module is for another Node');
    };
    const report = await selfTest({ options: { sqliteVersion } });
    expect(report.versions.sqlite).toBeNull();
    expect(failures(report)).toEqual([['record', 'the native module is for another Node']]);
  });
});

describe('the limit of time', () => {
  const never = new Promise<never>(() => undefined);

  it('ends a training that hangs, says that it was the training, and closes everything', async () => {
    const report = await selfTest({ done: never, options: { limitMs: 200 } });
    expect(failures(report)).toEqual([['training', 'it had not ended when the 0 s of the whole self-test were over']]);
    expect(outcomes(report)).toMatchObject({ checkpoint: 'skipped', integrity: 'skipped', 'cleaning up': 'ok' });
    expect(report.interrupted).toBe(false);
    expect(closed).toBe(1);
  });

  it('ends a process that says nothing', async () => {
    const report = await selfTest({ verified: 'silent', options: { limitMs: 50 } });
    expect(failures(report).map(([name]) => name)).toEqual(['TensorFlow’s files']);
    expect(report.ok).toBe(false);
  });

  it('is not needed by a person who interrupts', async () => {
    const controller = new AbortController();
    const testing = selfTest({
      done: never,
      options: {
        signal: controller.signal,
        listener: {
          began: () => undefined,
          step: ({ name }) => void (name === 'an engine to use' && controller.abort()),
        },
      },
    });
    const report = await testing;
    expect(report).toMatchObject({ ok: false, interrupted: true });
    expect(failures(report)).toEqual([['training', 'interrupted']]);
  });
});
