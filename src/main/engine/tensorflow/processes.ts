/** Other programs (pip, the compiler, Node) run to their end, with the end of their output kept and cancelling honoured. */
import { spawn } from 'node:child_process';
import type { Environment } from './paths.ts';

/** Enough for the last screens of a compiler; what came before is dropped. */
const KEPT_CHARACTERS = 20_000;
/** What a program gets between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;

export type Outcome =
  | { readonly type: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly type: 'killed'; readonly signal: string; readonly stdout: string; readonly stderr: string }
  /** No such program on the PATH, or it may not be run. */
  | { readonly type: 'not found'; readonly code: string };

/** Child processes that still run: ended with this one, whichever way it leaves. */
const running = new Set<() => void>();
process.on('exit', () => {
  for (const end of running) end();
});

/**
 * Runs a program without a shell. It gets a process group of its own, so that what it starts (a compiler's passes) ends with it.
 *
 * @throws the signal's reason when cancelled, after the program has ended.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly env: Environment; readonly cwd?: string; readonly signal?: AbortSignal | undefined },
): Promise<Outcome> {
  const { signal } = options;
  signal?.throwIfAborted();
  const group = process.platform !== 'win32';
  const child = spawn(command, args, {
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
    windowsHide: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const kill = (name: 'SIGTERM' | 'SIGKILL') => {
    if (child.pid === undefined) return;
    try {
      if (group) process.kill(-child.pid, name);
      else child.kill(name);
    } catch {
      // It has already ended.
    }
  };
  const end = () => kill('SIGKILL');
  running.add(end);
  let grace: NodeJS.Timeout | undefined;
  const cancel = () => {
    kill('SIGTERM');
    grace = setTimeout(end, GRACE_MS);
  };
  signal?.addEventListener('abort', cancel, { once: true });

  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => (output[name] = (output[name] + text).slice(-KEPT_CHARACTERS)));
  }
  try {
    const outcome = await new Promise<Outcome>((resolve) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        resolve({ type: 'not found', code: error.code ?? error.message });
      });
      child.on('close', (code, name) => {
        resolve(
          code === null ? { type: 'killed', signal: name ?? '?', ...output } : { type: 'exited', code, ...output },
        );
      });
    });
    signal?.throwIfAborted();
    return outcome;
  } finally {
    clearTimeout(grace);
    signal?.removeEventListener('abort', cancel);
    running.delete(end);
  }
}

/** The last lines of a program's output, for a message to a person. */
export function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}

/** How a program ended, in words. */
export function describe(outcome: Outcome): string {
  switch (outcome.type) {
    case 'exited':
      return `exit code ${outcome.code}`;
    case 'killed':
      return `ended by ${outcome.signal}`;
    case 'not found':
      return outcome.code;
  }
}
