import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { forkTrainer } from '../../src/main/headless/trainer-process.ts';
import { trainerEnvironment } from '../../src/main/services/trainer-environment.ts';
import type { TrainerExit } from '../../src/main/services/trainer-exit.ts';
import type { TrainerProcess } from '../../src/main/services/types.ts';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';

const SCRIPTED = fileURLToPath(new URL('../support/scripted-trainer.ts', import.meta.url));

let running: TrainerProcess[] = [];

function start(
  script: string,
  entry = SCRIPTED,
): {
  process: TrainerProcess;
  messages: FromTrainer[];
  exit: Promise<TrainerExit>;
  next: () => Promise<FromTrainer>;
} {
  process.env['FOLIO_TEST_SCRIPT'] = script;
  const trainer = forkTrainer(entry, 'probe');
  running.push(trainer);
  const messages: FromTrainer[] = [];
  let wake = (): void => undefined;
  trainer.onMessage((message) => {
    messages.push(message);
    wake();
  });
  const exit = new Promise<TrainerExit>((resolve) => {
    trainer.onExit((code, signal, stderr) => {
      resolve({ code, signal, stderr });
    });
  });
  const next = async (): Promise<FromTrainer> => {
    if (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const message = messages.shift();
    if (message === undefined) throw new Error('woken without a message');
    return message;
  };
  return { process: trainer, messages, exit, next };
}

afterEach(() => {
  for (const trainer of running) trainer.kill('SIGKILL');
  running = [];
});

describe('a forked trainer', () => {
  it('gets its purpose and an environment in which TensorFlow is quiet, and none of our own flags', async () => {
    const { process: trainer, next } = start('echo-environment');
    await trainer.send({ type: 'pause' });
    const details = { purpose: 'probe', level: '3', growth: 'true', flags: '' };
    expect(await next()).toEqual({ type: 'installed', details });
    expect(trainer.pid).toBeGreaterThan(0);
  });

  it('keeps what the person set for TensorFlow', () => {
    const set = {
      TF_CPP_MIN_LOG_LEVEL: '0',
      TF_FORCE_GPU_ALLOW_GROWTH: 'false',
      TF_NUM_INTRAOP_THREADS: '3',
      NODE_USE_ENV_PROXY: '0',
      FOLIO_BUNDLED_ENGINES: '/elsewhere',
    };
    expect(trainerEnvironment(set, '/bundled')).toEqual(set);
    expect(trainerEnvironment({}, '/bundled')).toMatchObject({ FOLIO_BUNDLED_ENGINES: '/bundled' });
    expect(trainerEnvironment({ PATH: '/bin' })).toEqual({
      PATH: '/bin',
      TF_CPP_MIN_LOG_LEVEL: '3',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      TF_NUM_INTRAOP_THREADS: String(availableParallelism()),
      NODE_USE_ENV_PROXY: '1',
    });
  });

  it('carries bytes as bytes', async () => {
    const { process: trainer, next } = start('bytes');
    const bytes = new Uint8Array(3_000_000).fill(7);
    await trainer.send({ type: 'text', bytes, last: true });
    expect(await next()).toMatchObject({
      type: 'generated',
      id: 21_000_000,
      charactersPerSecond: 3_000_000,
      cancelled: true,
    });
  });

  it('tells its end after its last message, although both arrive at once', async () => {
    const { process: trainer, messages, exit } = start('many-then-exit');
    await trainer.send({ type: 'pause' });
    // This process looks the other way until the child has said all that it has to say and is gone.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    expect(await exit).toMatchObject({ code: 0, signal: null });
    expect(messages).toHaveLength(21);
    expect(messages.at(-1)).toMatchObject({ type: 'generated', id: 20 });
  });

  it("keeps the end of its error output without TensorFlow's greetings", async () => {
    const { process: trainer, exit } = start('noise');
    await trainer.send({ type: 'pause' });
    expect(await exit).toEqual({ code: 3, signal: null, stderr: 'F check failed: something real' });
  });

  it('names the signal that ended it, and takes no messages then', async () => {
    const { process: trainer, exit } = start('crash');
    await trainer.send({ type: 'pause' });
    expect(await exit).toMatchObject({ code: null, signal: 'SIGSEGV' });
    await expect(trainer.send({ type: 'pause' })).rejects.toMatchObject({ code: 'trainer-died' });
  });

  it('ends by itself with an exit code when its program does not exist', async () => {
    const { exit } = start('', '/nonexistent/entry.ts');
    const { code, stderr } = await exit;
    expect(code).toBe(1);
    expect(stderr).toContain('entry.ts');
  });

  it('tells its end to a listener that comes late', async () => {
    const { process: trainer, exit } = start('crash');
    await trainer.send({ type: 'pause' });
    await exit;
    const late = new Promise<string | null>((resolve) => {
      trainer.onExit((_code, signal) => {
        resolve(signal);
      });
    });
    expect(await late).toBe('SIGSEGV');
  });
});
