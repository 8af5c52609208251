/** The real command line as a child process that tests watch line by line and kill. Linux only: it looks into /proc. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const BIN = resolve(import.meta.dirname, '../../bin/folio.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

export class FolioProcess {
  readonly lines: string[] = [];
  readonly ended: Promise<Ended>;
  readonly #pid: number;
  readonly #kill: (signal: NodeJS.Signals) => void;
  #stderr = '';
  #onLine: () => void = () => undefined;

  /** @param environment added to this process's own */
  constructor(dataDir: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [BIN, ...args, '--data', dataDir, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      detached: true, // a process group of its own, to be interrupted as a terminal does it
    });
    if (child.pid === undefined) throw new Error('the command line could not be started');
    this.#pid = child.pid;
    this.#kill = (signal) => child.kill(signal);
    child.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#onLine();
    });
    this.ended = new Promise((done) => {
      child.once('close', (code, signal) => {
        done({ code, signal, lines: this.lines, stderr: this.#stderr });
      });
    });
  }

  /** Resolves when it has written so many lines (true), or has ended before (false). */
  async wrote(lines: number): Promise<boolean> {
    const reached = new Promise<boolean>((done) => {
      const look = (): void => {
        if (this.lines.length >= lines) done(true);
      };
      this.#onLine = look;
      look();
    });
    return Promise.race([reached, this.ended.then(() => this.lines.length >= lines)]);
  }

  get pid(): number {
    return this.#pid;
  }

  /** The processes that it has started. */
  children(): number[] {
    try {
      return readdirSync(`/proc/${this.#pid}/task`).flatMap((task) =>
        readFileSync(`/proc/${this.#pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
      );
    } catch {
      return []; // it has just ended
    }
  }

  /** As {@link children}, once there is one; none when it ends without. */
  async startedChildren(): Promise<number[]> {
    let over = false;
    void this.ended.then(() => (over = true));
    for (;;) {
      const children = this.children();
      if (children.length > 0 || over) return children;
      await wait(1);
    }
  }

  /** SIGKILL for this process, and no other. */
  kill(): void {
    this.#kill('SIGKILL');
  }

  /** What Ctrl-C does: SIGINT for the whole process group. */
  interrupt(): void {
    try {
      process.kill(-this.#pid, 'SIGINT');
    } catch {
      // It has just ended.
    }
  }
}

/** Whether a process is there and not merely waiting to be buried. */
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until none of these processes is left. Throws after `limitMs`. */
export async function allGone(pids: readonly number[], limitMs: number): Promise<void> {
  const start = performance.now();
  while (pids.some(alive)) {
    if (performance.now() - start > limitMs)
      throw new Error(`still there after ${limitMs} ms: ${pids.filter(alive).join(', ')}`);
    await wait(10);
  }
}

/** Runs a command to its end and parses its one JSON answer. Throws with its stderr when it fails. */
export async function answerOf(dataDir: string, ...args: readonly string[]): Promise<unknown> {
  const { code, lines, stderr } = await new FolioProcess(dataDir, args).ended;
  if (code !== 0) throw new Error(`folio ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(lines.join('\n'));
}
