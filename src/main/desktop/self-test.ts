/** `Folio --self-test`: no window, no single instance, nothing of the person's; the findings on standard output, the verdict as exit code. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { app } from 'electron';
import { toErrorMessage } from '../../shared/errors.ts';
import { createApp } from '../app.ts';
import { runSelfTest } from '../services/self-test/run.ts';
import { createTeller, selfTestExitCode } from '../services/self-test/tell.ts';
import { inFull } from './log.ts';
import { withoutErrands } from './permissions.ts';
import { watchThreads } from './threads.ts';
import { startTrainer } from './utility-trainer.ts';

export interface SelfTestRequest {
  readonly json: boolean;
  /** Where the report goes beside standard output, which a program with a window does not have on Windows; empty where the name is missing. */
  readonly file: string | null;
}

/** Electron is there within a second or two; without a display it may never be. */
const READY_MS = 30_000;
/** How long whoever reads standard output may take to take the last of it. */
const DRAIN_MS = 2000;

/** What `--self-test [--json]`, with `--self-test=FILE` or `--out FILE`, asks for; null where it is not asked for. */
export function selfTestRequest(argv: readonly string[]): SelfTestRequest | null {
  const asked = argv.find((word) => word === '--self-test' || word.startsWith('--self-test='));
  if (asked === undefined) return null;
  const out = argv.findIndex((word) => word === '--out' || word.startsWith('--out='));
  const named = argv[out]?.startsWith('--out=') === true ? argv[out].slice('--out='.length) : argv[out + 1];
  const file = asked.startsWith('--self-test=')
    ? asked.slice('--self-test='.length)
    : out === -1
      ? null
      : (named ?? '');
  return { json: argv.includes('--json'), file: file?.startsWith('--') === true ? '' : file };
}

/** Before Electron is ready. Ends the program. */
export function beginSelfTest(request: SelfTestRequest): void {
  const profile = mkdtempSync(join(tmpdir(), 'folio-self-test-window-'));
  const clear = (): void => rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', clear);
  app.setName('Folio');
  app.setPath('userData', profile);
  withoutErrands(app);
  app.disableHardwareAcceleration();
  const { DISPLAY: x11, WAYLAND_DISPLAY: wayland } = process.env;
  // Where that is too late, Electron ends by itself, and `--ozone-platform=headless` on the command line is the way.
  if (process.platform === 'linux' && !x11 && !wayland) app.commandLine.appendSwitch('ozone-platform', 'headless');
  app.dock?.hide();

  const threads = watchThreads();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // nobody reads it: so be it
  const leave = async (code: number): Promise<void> => {
    await threads.ended();
    await Promise.race([Promise.all([drained(process.stdout), drained(process.stderr)]), delay(DRAIN_MS)]);
    app.exit(code);
  };
  const giveUp = (what: string): Promise<void> => {
    process.stderr.write(`folio: the self-test could not be made: ${what}\n`);
    return leave(1);
  };
  // Electron would show a box and wait for a person.
  process.on('uncaughtException', (error) => void giveUp(inFull(error)));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());
  const late = setTimeout(() => void giveUp(`Electron was not ready after ${READY_MS / 1000} s`), READY_MS);
  app
    .whenReady()
    .then(() => {
      clearTimeout(late);
      return perform(request, interrupted.signal);
    })
    .then(leave)
    .catch((error: unknown) => giveUp(toErrorMessage(error).message));
}

async function perform({ json, file }: SelfTestRequest, signal: AbortSignal): Promise<number> {
  if (file === '') throw new Error('--out names no file');
  const teller = createTeller({ json, file, write: (text) => void process.stdout.write(text) });
  const report = await runSelfTest({
    open: (dataDir) => createApp({ dataDir, startTrainer, mode: 'write' }),
    startTrainer,
    listener: teller.listener,
    signal,
  });
  teller.finish(report);
  return selfTestExitCode(report);
}

/** Resolves when all that was written before has been handed over. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
