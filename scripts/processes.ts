/** Programs that the scripts run: they are never asked anything, and never waited for longer than said. */
import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';

export interface Finished {
  /** Null when it could not be started, or a signal or the limit ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly timedOut: boolean;
}

const MAX_OUTPUT = 100_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a program without input; keeps what it says. */
export function runQuietly(
  program: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env'> & { readonly limitMs?: number; readonly show?: 'stderr' | 'all' },
): Promise<Finished> {
  const { limitMs, show, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...spawnOptions,
      stdio: ['ignore', show === 'all' ? 'inherit' : 'pipe', show === undefined ? 'pipe' : 'inherit'],
    });
    let output = '';
    let timedOut = false;
    const keep = (chunk: Buffer): void => {
      if (output.length < MAX_OUTPUT) output += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
          }, limitMs);
    // Whoever ends this process ends what it waits for: nothing goes on unseen. (It is told once more what a terminal told it already.)
    const pass = (signal: NodeJS.Signals): void => {
      child.kill('SIGTERM');
      child.once('close', () => process.exit(128 + constants.signals[signal]));
    };
    for (const signal of SIGNALS) process.on(signal, pass);
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      for (const signal of SIGNALS) process.off(signal, pass);
      resolve({ code, signal, output, timedOut });
    };
    child.on('error', (error) => {
      output += error.message;
      end(null, null);
    });
    child.on('close', end);
  });
}
