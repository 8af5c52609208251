/** Processes that own tensors, outside of Electron: child_process.fork, one socket for messages, output kept for a post-mortem. */
import { fork } from 'node:child_process';
import { FolioError } from '../../shared/errors.ts';
import { entryFile } from '../program-files.ts';
import { OutputTail } from '../services/output-tail.ts';
import { trainerEnvironment } from '../services/trainer-environment.ts';
import type { TrainerExit } from '../services/trainer-exit.ts';
import type { StartTrainer, TrainerProcess } from '../services/types.ts';
import type { FromTrainer } from '../trainer/messages.ts';

/** How long an ended process's output may stay open (a program that it started may hold it) before its end is told. */
const CLOSE_GRACE_MS = 2000;

/** Forks the trainer. Its first argument is the purpose. It ends by itself when this process does (its channel closes). */
export const startTrainer: StartTrainer = (purpose) => forkTrainer(entryFile('trainer/entry'), purpose);

/** As {@link startTrainer}, for any program that speaks trainer/messages.ts. */
export function forkTrainer(entry: string, purpose: Parameters<StartTrainer>[0]): TrainerProcess {
  const child = fork(entry, [purpose], {
    execPath: process.execPath,
    execArgv: [], // a debugger's port or a test runner's loader is this process's, not the child's
    serialization: 'advanced', // bytes travel as bytes
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: trainerEnvironment(process.env),
    // A session of its own: a terminal's Ctrl-C must not end it before it can even say that it ignores it. (On Windows this
    // would open a console.) It ends with this process all the same, when the channel closes.
    detached: process.platform !== 'win32',
  });

  const output = new OutputTail();
  child.stdout?.on('data', (chunk: Uint8Array) => output.write(chunk));
  child.stderr?.on('data', (chunk: Uint8Array) => output.write(chunk));

  const exited = new Promise<TrainerExit>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, stderr: error.message });
      else output.write(Buffer.from(`${error.message}\n`));
    });
    child.once('exit', (code, signal) => {
      const tell = (): void => {
        clearTimeout(grace);
        resolve({ code, signal, stderr: output.text() });
      };
      // `close` follows when every message and all output has been read; `exit` may come before the last of them.
      const grace = setTimeout(tell, CLOSE_GRACE_MS);
      child.once('close', tell);
    });
  });

  return {
    pid: child.pid,
    send: (message) =>
      new Promise((resolve, reject) => {
        if (!child.connected) {
          reject(new FolioError('trainer-died', `the ${purpose} process no longer takes messages`));
          return;
        }
        child.send(message, (error) => {
          if (error === null) resolve();
          else reject(new FolioError('trainer-died', `the ${purpose} process cannot be reached: ${error.message}`));
        });
      }),
    onMessage: (listener) => {
      child.on('message', (message) => listener(message as FromTrainer)); // our own code is at the other end
    },
    onExit: (listener) => {
      void exited.then(({ code, signal, stderr }) => listener(code, signal, stderr));
    },
    kill: (signal = 'SIGTERM') => {
      child.kill(signal);
    },
  };
}
