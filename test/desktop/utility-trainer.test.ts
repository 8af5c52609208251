import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { howItEnded, startTrainer } from '../../src/main/desktop/utility-trainer.ts';
import { electron } from './electron-mock.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

class FakeChild extends EventEmitter {
  pid: number | undefined;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly posted: unknown[] = [];
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  end(code: number): void {
    this.pid = undefined;
    this.stdout.destroy();
    this.stderr.destroy();
    this.emit('exit', code);
  }
}

let child: FakeChild;
let kill: MockInstance<typeof process.kill>;
let forked: readonly unknown[];

beforeEach(() => {
  child = new FakeChild();
  vi.spyOn(electron.utilityProcess, 'fork').mockImplementation((...args) => {
    forked = args;
    return child as never; // the part of it that is used
  });
  kill = vi.spyOn(process, 'kill').mockReturnValue(true);
});
afterEach(() => void vi.restoreAllMocks());

const exitOf = (trainer: ReturnType<typeof startTrainer>): Promise<readonly unknown[]> =>
  new Promise((resolve) => trainer.onExit((...exit) => resolve(exit)));

describe('a trainer in a utility process', () => {
  it('is named, keeps its output, and has the environment that TensorFlow needs', () => {
    startTrainer('training');
    const [entry, args, options] = forked;
    expect(entry).toMatch(/src[/\\]main[/\\]trainer[/\\]entry\.ts$/);
    expect(args).toEqual(['training']);
    expect(options).toMatchObject({
      serviceName: 'Folio training',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { TF_FORCE_GPU_ALLOW_GROWTH: 'true', PATH: process.env['PATH'] },
    });
  });

  it('knows of the engines in a package, and of none in a checkout', () => {
    const bundled = (): unknown => (forked[2] as { readonly env: NodeJS.ProcessEnv }).env['FOLIO_BUNDLED_ENGINES'];
    startTrainer('training');
    expect(bundled()).toBeUndefined();
    // Electron's own; Node has none.
    Object.assign(electron.app, { isPackaged: true });
    Object.assign(process, { resourcesPath: '/folio/resources' });
    try {
      startTrainer('training');
      expect(bundled()).toBe(join('/folio/resources', 'engine', 'tensorflow'));
    } finally {
      Object.assign(electron.app, { isPackaged: false });
      Reflect.deleteProperty(process, 'resourcesPath');
    }
  });

  it('carries messages both ways', async () => {
    const trainer = startTrainer('probe');
    const heard: unknown[] = [];
    trainer.onMessage((message) => heard.push(message));
    await trainer.send({ type: 'pause' });
    child.emit('message', { type: 'phase', phase: 'paused' });
    expect(child.posted).toEqual([{ type: 'pause' }]);
    expect(heard).toEqual([{ type: 'phase', phase: 'paused' }]);
  });

  it('tells how it ended and the last that it wrote', async () => {
    const trainer = startTrainer('training');
    child.pid = 4711;
    child.emit('spawn');
    const exit = exitOf(trainer);
    child.stderr.write('out of memory\n');
    await new Promise((resolve) => setImmediate(resolve));
    child.end(9);
    expect(await exit).toEqual([null, process.platform === 'win32' ? null : 'SIGKILL', 'out of memory']);
    await expect(trainer.send({ type: 'pause' })).rejects.toMatchObject({ code: 'trainer-died' });
  });

  it('tells its end even when somebody holds its output open', async () => {
    const trainer = startTrainer('training');
    const exit = exitOf(trainer);
    child.emit('exit', 0);
    expect(await exit).toEqual([0, null, '']);
  });

  it('is killed for good, as soon as it is there', () => {
    const trainer = startTrainer('training');
    trainer.kill('SIGKILL');
    expect(kill).not.toHaveBeenCalled();
    child.pid = 4711;
    child.emit('spawn');
    expect(kill).toHaveBeenCalledExactlyOnceWith(4711, 'SIGKILL');
  });

  it('is not killed once it is gone: its number may be another’s', () => {
    const trainer = startTrainer('training');
    child.pid = 4711;
    child.end(0);
    trainer.kill();
    expect(kill).not.toHaveBeenCalled();
  });

  it('that takes no message says so', async () => {
    const trainer = startTrainer('training');
    child.postMessage = () => {
      throw new Error('could not be cloned');
    };
    await expect(trainer.send({ type: 'stop' })).rejects.toMatchObject({
      code: 'trainer-died',
      message: 'the training process cannot be reached: could not be cloned',
    });
  });
});

describe('how it ended', () => {
  it.each([
    [0, { code: 0, signal: null }],
    [1, { code: 1, signal: null }],
    [256, { code: 1, signal: null }],
    [9, { code: null, signal: 'SIGKILL' }],
    [11, { code: null, signal: 'SIGSEGV' }],
    [139, { code: null, signal: 'SIGSEGV' }],
    [134, { code: null, signal: 'SIGABRT' }],
    [15, { code: null, signal: 'SIGTERM' }],
  ])('POSIX: %i', (status, expected) => {
    if (process.platform === 'win32') return; // its own table of signals
    expect(howItEnded(status, 'linux')).toEqual(expected);
  });

  it('Windows: the code as it is', () => {
    expect(howItEnded(0xc0000005, 'win32')).toEqual({ code: 0xc0000005, signal: null });
    expect(howItEnded(9, 'win32')).toEqual({ code: 9, signal: null });
  });
});
