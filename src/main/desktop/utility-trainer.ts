/** Processes that own tensors, in Electron: utility processes, which can die without taking a window along. */
import { constants } from 'node:os';
import { join } from 'node:path';
import { app, utilityProcess } from 'electron';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import { entryFile } from '../program-files.ts';
import { OutputTail } from '../services/output-tail.ts';
import { trainerEnvironment } from '../services/trainer-environment.ts';
import type { TrainerExit } from '../services/trainer-exit.ts';
import type { StartTrainer, TrainerProcess } from '../services/types.ts';
import type { FromTrainer } from '../trainer/messages.ts';

/** How long an ended process's output may take to be read before its end is told. */
const CLOSE_GRACE_MS = 500;

/** As a task manager shows them. */
const SERVICE_NAMES: Readonly<Record<Parameters<StartTrainer>[0], string>> = {
  training: 'Folio training',
  generation: 'Folio writing',
  probe: 'Folio engines',
};

/** A package's engines lie beside its asar, as files that the system can load. */
function bundledEngines(): string | undefined {
  return app.isPackaged ? join(process.resourcesPath, 'engine', 'tensorflow') : undefined;
}

/** Only after the app is ready. */
export const startTrainer: StartTrainer = (purpose): TrainerProcess => {
  const child = utilityProcess.fork(entryFile('trainer/entry'), [purpose], {
    serviceName: SERVICE_NAMES[purpose],
    stdio: ['ignore', 'pipe', 'pipe'],
    env: trainerEnvironment(process.env, bundledEngines()),
    execArgv: [],
    // TensorFlow's library and its addon were put together on this machine: nobody has signed them.
    allowLoadingUnsignedLibraries: true,
  });

  const output = new OutputTail();
  let reading = 0;
  let onRead = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    reading++;
    stream.on('data', (chunk: Uint8Array) => output.write(chunk));
    stream.once('close', () => {
      reading--;
      if (reading === 0) onRead();
    });
  }

  let gone = false;
  const exited = new Promise<TrainerExit>((resolve) => {
    child.on('error', (type, location) => output.write(Buffer.from(`${type} ${location}\n`)));
    child.once('exit', (code) => {
      gone = true;
      const tell = (): void => {
        clearTimeout(grace);
        resolve({ ...howItEnded(code), stderr: output.text() });
      };
      const grace = setTimeout(tell, CLOSE_GRACE_MS);
      onRead = tell;
      if (reading === 0) tell();
    });
  });

  // A process has no id before it is there; what was asked of it until then follows.
  let pending: 'SIGTERM' | 'SIGKILL' | null = null;
  const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (gone) return;
    if (child.pid === undefined) {
      pending = signal;
      return;
    }
    try {
      process.kill(child.pid, signal); // child.kill() knows SIGTERM only, which a training ignores
    } catch {
      // It ended in this very moment; its exit is on the way.
    }
  };
  child.once('spawn', () => {
    if (pending !== null) kill(pending);
  });

  return {
    get pid() {
      return child.pid;
    },
    async send(message) {
      if (gone) throw new FolioError('trainer-died', `the ${purpose} process no longer takes messages`);
      try {
        child.postMessage(message);
      } catch (error) {
        const { message: why } = toErrorMessage(error);
        throw new FolioError('trainer-died', `the ${purpose} process cannot be reached: ${why}`, undefined, {
          cause: error,
        });
      }
      // What follows waits a turn, so that a long text leaves room for everything else.
      await new Promise((resolve) => setImmediate(resolve));
    },
    onMessage(listener) {
      child.on('message', (message: FromTrainer) => listener(message)); // our own code is at the other end
    },
    onExit(listener) {
      void exited.then(({ code, signal, stderr }) => listener(code, signal, stderr));
    },
    kill: (signal = 'SIGTERM') => kill(signal),
  };
};

/** Signals that end a process by themselves; Node's own exit codes below 16 are none of these processes'. */
const FATAL = ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGTERM', 'SIGSYS', 'SIGTRAP'] as const;

/**
 * Electron hands on what waitpid said (POSIX): a signal's number, with 128 added when a core was written; or an exit code, sometimes 256-fold.
 * On Windows it is the exit code.
 */
export function howItEnded(
  status: number,
  platform: NodeJS.Platform = process.platform,
): Pick<TrainerExit, 'code' | 'signal'> {
  if (platform === 'win32') return { code: status, signal: null };
  if (status > 255) return { code: (status >> 8) & 255, signal: null };
  const signal = FATAL.find((name) => constants.signals[name] === (status & 127));
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}
