/** The command line run in this process: streams that are kept, and signals that a test sends. */
import { runCli } from '../../src/main/headless/cli.ts';
import type { OpenApp } from '../../src/main/headless/context.ts';
import type { Interrupt, Io } from '../../src/main/headless/io.ts';
import { fakeApp, type FakeApp } from './fake-app.ts';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** stdout as JSON values, one a line. */
  readonly json: () => unknown[];
}

export interface CliOptions {
  readonly fake?: FakeApp;
  readonly columns?: number;
  readonly tty?: boolean;
  readonly env?: Record<string, string>;
  readonly answer?: string;
  /** Is given the way to interrupt, once somebody listens. */
  readonly onListening?: (interrupt: (cause: Interrupt) => void) => void;
  readonly openError?: Error;
  /** Instead of the made-up app: the real one. */
  readonly openApp?: OpenApp;
}

/** Runs one command line. A forced exit (a second Ctrl-C) is thrown as 'exit CODE'. */
export async function folio(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  let out = '';
  let err = '';
  const stream = (write: (text: string) => void): Io['out'] & Record<'once' | 'on' | 'emit', () => void> => ({
    write: (text) => {
      write(text);
      return true;
    },
    isTTY: options.tty === true,
    columns: options.columns,
    once: () => undefined, // cli-progress wants a whole stream
    on: () => undefined,
    emit: () => undefined,
  });
  const io: Io = {
    out: stream((text) => (out += text)),
    err: stream((text) => (err += text)),
    env: options.env ?? {},
    interactive: options.answer !== undefined,
    ask: (question) => {
      err += question;
      return Promise.resolve(options.answer ?? '');
    },
    onInterrupt: (listener) => {
      options.onListening?.(listener);
      return () => undefined;
    },
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
  };
  const fake = options.fake ?? fakeApp();
  const openFake: OpenApp = (_dataDir, mode) => {
    fake.modes.push(mode);
    return options.openError === undefined ? Promise.resolve(fake.app) : Promise.reject(options.openError);
  };
  const code = await runCli(argv, io, options.openApp ?? openFake);
  return {
    code,
    out,
    err,
    json: () =>
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line)),
  };
}

/** Without colours and the other sequences of a terminal. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences are what is removed
  return text.replace(/\u001b[[(]?[0-9;?]*[A-Za-z78]/g, '');
}

/** With every run of spaces and line ends as one space. */
export function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** Interrupts as soon as the training has begun, `times` times. */
export function interrupting(times: number, cause: Interrupt = 'signal') {
  return (interrupt: (cause: Interrupt) => void): void => {
    setImmediate(() => {
      for (let i = 0; i < times; i++) interrupt(cause);
    });
  };
}
