/** Everything of the process that the command line touches, so that tests can stand in for it. */
import { constants } from 'node:os';

export interface OutputStream {
  write(text: string): boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Io {
  readonly out: OutputStream;
  readonly err: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person can answer questions. */
  readonly interactive: boolean;
  /** Asks on stderr; resolves with the answer, '' when the input ends. */
  ask(question: string): Promise<string>;
  /**
   * Calls the listener for Ctrl-C, SIGTERM, a closed terminal, and when nobody reads stdout any more. While no listener is
   * set these end the process. Returns the way to stop listening.
   */
  onInterrupt(listener: (cause: Interrupt) => void): () => void;
  /** Leaves at once. Only for a second Ctrl-C. */
  exit(code: number): void;
}

/** `signal`: a person or the system wants the end. `reader-gone`: stdout is a pipe whose reader has left. */
export type Interrupt = 'signal' | 'reader-gone';

/** Signals that come closer together than this are one: a terminal and npm both deliver the same Ctrl-C. */
const ONE_PRESS_MS = 400;

const INTERRUPTED = 130;

/** The Io of this process. Call once. */
export function processIo(): Io {
  let listener: ((cause: Interrupt) => void) | null = null;
  let lastSignal = -Infinity;

  const interrupt = (cause: Interrupt, code: number): void => {
    if (listener === null) {
      process.exit(code);
    }
    const now = performance.now();
    if (cause === 'signal') {
      if (now - lastSignal < ONE_PRESS_MS) return;
      lastSignal = now;
    }
    listener(cause);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupt('signal', signal === 'SIGINT' ? INTERRUPTED : 128 + constants.signals[signal]);
    });
  }
  // Started by bin/folio.js on an older Node: when that process is killed, this one saves and leaves as well.
  if (process.connected) {
    process.on('disconnect', () => {
      interrupt('signal', INTERRUPTED);
    });
    process.channel?.unref();
  }

  let readerGone = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (readerGone) return;
    readerGone = true;
    interrupt('reader-gone', 0);
  });
  process.stderr.on('error', () => {
    // Nobody reads the notices: there is nobody to tell either.
  });

  return {
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    ask,
    onInterrupt(next) {
      listener = next;
      return () => {
        if (listener === next) listener = null;
      };
    },
    exit: (code) => process.exit(code),
  };
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once('close', () => {
      resolve('');
    });
    lines.once('SIGINT', () => {
      process.stderr.write('\n');
      process.exit(INTERRUPTED); // nothing is under way while a question waits
    });
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
