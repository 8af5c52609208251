/**
 * `npm start`: the app in a window of its own, or, where there can be none, in the browser. Prepares what is missing (the native engine
 * once, the build when it is stale), asks nothing, and says in one line why it does not do the better thing.
 *
 *   npm start                     npm start -- --browser     npm start -- --no-install
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWhenStale } from './app-build.ts';
import { findElectron } from './electron-binary.ts';
import { runQuietly } from './processes.ts';
import { Remembered } from './remembered.ts';

const root = resolve(import.meta.dirname, '..');

/** The desktop program's own exit code for a start that failed and was explained in a window (src/main/desktop/main.ts). */
const EXPLAINED = 3;
/** A window that is gone within this time was never there. */
const NEVER_THERE_MS = 5000;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Installs TensorFlow on the first start. Without it Folio computes more slowly, and says so. */
async function prepareEngine(): Promise<void> {
  const memory = new Remembered(join(root, 'out', 'engine-missing'));
  const before = memory.read();
  if (before !== null) {
    say(`${before} Folio goes on with WebAssembly. (folio engines --install tensorflow tries it again.)`);
    return;
  }
  const script = join(root, 'scripts', 'prepare-engine.ts');
  const { code, output } = await runQuietly(process.execPath, [script], { cwd: root, show: 'stderr' });
  const line = output.trim();
  if (code === 0 && !line.startsWith('TensorFlow is not available')) {
    memory.forget();
    if (line.includes('now installed')) say(line);
    return;
  }
  const reason = line === '' ? 'TensorFlow is not available.' : line;
  memory.write(reason);
  say(`${reason} Folio goes on with WebAssembly.`);
}

/** Why no window of its own can be opened here, whatever is installed; null when one can. */
function noWindow(environment: NodeJS.ProcessEnv): string | null {
  if (process.platform !== 'linux') return null;
  if (!environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return 'there is no display';
  if (process.getuid?.() === 0) return 'Electron’s sandbox does not work for root';
  return null;
}

/** Opens the window and waits until it is closed. Returns its exit code, or why there was no window. */
function openWindow(electron: string): Promise<number | string> {
  const started = Date.now();
  const env = { ...process.env };
  delete env['ELECTRON_RUN_AS_NODE'];
  return new Promise((done) => {
    const child = spawn(electron, [root], { stdio: ['ignore', 'inherit', 'inherit'], env });
    // A terminal's Ctrl-C reaches the window by itself; it saves and ends, and this process after it.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.on('error', (error) => done(`Electron does not start: ${error.message}`));
    child.on('exit', (code, signal) => {
      const wasNever = Date.now() - started < NEVER_THERE_MS;
      if (code === 0 || code === EXPLAINED || !wasNever) {
        done(code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0)));
      } else {
        done(`Electron ended at once (${signal ?? `exit code ${code}`})`);
      }
    });
  });
}

async function serve(why: string | null, hasDisplay: boolean, port: string | undefined): Promise<void> {
  if (why !== null) say(`No window of its own: ${why}. The app is served to the browser instead.`);
  const { runFromProcess } = await import('../src/main/headless/cli.ts');
  const toPort = port === undefined ? [] : ['--port', port];
  await runFromProcess(['serve', ...toPort, ...(hasDisplay ? ['--open'] : [])]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      browser: { type: 'boolean' },
      port: { type: 'string' },
      'no-install': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(
      'npm start                    the app in its window\n' +
        'npm start -- --browser       the app in the browser\n' +
        'npm start -- --port N        in the browser, at this port of 127.0.0.1\n' +
        'npm start -- --no-install    without installing TensorFlow or fetching Electron\n',
    );
    return;
  }
  if (!existsSync(join(root, 'node_modules', 'electron-vite'))) {
    say('Folio’s packages are not installed: run `npm ci` first.');
    process.exitCode = 1;
    return;
  }
  const mayInstall = values['no-install'] !== true;
  if (mayInstall) await prepareEngine();
  const failure = await buildWhenStale(root, say);
  if (failure !== null) {
    say(`The app could not be built:\n${failure}`);
    process.exitCode = 1;
    return;
  }
  const impossible = noWindow(process.env);
  const hasDisplay = impossible !== 'there is no display';
  if (values.browser === true) return serve(null, hasDisplay, values.port);
  if (impossible !== null) return serve(impossible, hasDisplay, values.port);
  if (values.port !== undefined) return serve(null, hasDisplay, values.port);
  const electron = await findElectron(root, mayInstall, say);
  if ('missing' in electron) return serve(electron.missing, hasDisplay, values.port);
  const ended = await openWindow(electron.path);
  if (typeof ended === 'string') return serve(ended, hasDisplay, values.port);
  process.exitCode = ended;
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof TypeError && 'code' in error ? 2 : 1; // parseArgs refuses with a TypeError that has a code
}
