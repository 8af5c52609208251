/** `Folio --self-test` in the desktop program: src/main/desktop/main.ts with a stand-in for Electron, and trainers that are real processes. */
import { EventEmitter } from 'node:events';
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { selfTestRequest } from '../../src/main/desktop/self-test.ts';
import { electron, FakeWindow } from './electron-mock.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

let folder: string;
const EVENTS = ['uncaughtException', 'worker', 'exit', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const before = new Map(EVENTS.map((event) => [event, process.listeners(event as 'exit')]));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-desktop-test-'));
  mkdirSync(join(folder, 'tmp'));
  vi.stubEnv('FOLIO_DATA', join(folder, 'data'));
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
  vi.stubEnv('DISPLAY', '');
  vi.stubEnv('WAYLAND_DISPLAY', '');
  vi.spyOn(electron.utilityProcess, 'fork').mockImplementation((...args) => utility(args) as never);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const event of EVENTS) {
    for (const listener of process.listeners(event as 'exit')) {
      if (before.get(event)?.includes(listener) !== true) process.removeListener(event, listener);
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** What Electron's utility process is, on a process of Node's. */
function utility([entry, args, options]: readonly unknown[]): unknown {
  const { env } = options as { readonly env: NodeJS.ProcessEnv };
  const child = fork(entry as string, args as string[], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env,
    execArgv: [],
  });
  const fake = Object.assign(new EventEmitter(), {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    postMessage: (message: object) => void child.send(message),
  });
  setImmediate(() => fake.emit('spawn'));
  child.on('message', (message) => fake.emit('message', message));
  child.on('exit', (code, signal) => fake.emit('exit', code ?? (signal === 'SIGKILL' ? 9 : 1)));
  return fake;
}

describe('the command line of the program', () => {
  it.each([
    [['folio'], null],
    [['folio', '--no-sandbox', 'file.txt'], null],
    [['folio', '--self-test'], { json: false, file: null }],
    [['electron', '.', '--self-test', '--json'], { json: true, file: null }],
    [['folio', '--self-test=a=b.txt'], { json: false, file: 'a=b.txt' }],
    [['folio', '--self-test', '--out', 'a.json', '--json'], { json: true, file: 'a.json' }],
    [['folio', '--out=a.json', '--self-test'], { json: false, file: 'a.json' }],
    [['folio', '--self-test', '--out'], { json: false, file: '' }],
    [['folio', '--self-test', '--out', '--json'], { json: true, file: '' }],
  ])('%j', (argv, request) => {
    expect(selfTestRequest(argv)).toEqual(request);
  });
});

it('tests without a window, an instance, a graphics processor or anything of the person, and ends with 0', async () => {
  const file = join(folder, 'report.json');
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['folio', '--self-test', '--json', '--out', file]);
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text, ...rest: unknown[]) => {
    out += String(text);
    const taken = rest.find((value) => typeof value === 'function');
    if (taken !== undefined) (taken as () => void)();
    return true;
  });
  await import('../../src/main/desktop/main.ts');
  expect(electron.app.disableHardwareAcceleration.calls).toEqual([[]]);
  await vi.waitFor(() => expect(electron.app.exit.calls).toHaveLength(1), { timeout: 120_000, interval: 100 });
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly steps: readonly { readonly name: string; readonly outcome: string }[];
  };
  expect(electron.app.exit.calls, JSON.stringify(report)).toEqual([[0]]);
  expect(JSON.parse(out)).toEqual(report);
  for (const name of ['engine wasm', 'training', 'checkpoint', 'writing']) {
    expect(report.steps.find((step) => step.name === name)?.outcome, name).toBe('ok');
  }
  expect(FakeWindow.all).toEqual([]);
  expect(electron.app.requestSingleInstanceLock.calls).toEqual([]);
  expect(electron.dialog.showErrorBox.calls).toEqual([]);
  expect(existsSync(join(folder, 'data'))).toBe(false);
  // Chromium's files are beside the record of the test, and go with the process.
  const [profile] = readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('folio-'));
  expect(electron.app.paths.get('userData')).toBe(join(folder, 'tmp', profile ?? ''));
  expect(electron.app.switches.has('host-resolver-rules')).toBe(true);
  expect(electron.app.switches.get('ozone-platform')).toBe(process.platform === 'linux' ? 'headless' : undefined);
}, 150_000);
