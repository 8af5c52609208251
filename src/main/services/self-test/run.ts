/** The self-test: the real parts, one after the other, on a record of its own that is removed afterwards, within a limit of time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../../../package.json' with { type: 'json' };
import { toErrorMessage } from '../../../shared/errors.ts';
import { sqliteVersion } from '../../store/sqlite-version.ts';
import type { SelfTestListener, SelfTestReport, SelfTestStep, SelfTestVersions } from './report.ts';
import { Failed, Skipped, STEPS, type SelfTestApp, type Workbench } from './steps.ts';
import type { StartTrainer } from '../types.ts';

export interface SelfTestOptions {
  /** Opens the whole app on a new, empty folder. */
  readonly open: (dataDir: string) => SelfTestApp;
  readonly startTrainer: StartTrainer;
  readonly listener?: SelfTestListener;
  /** A person's Ctrl-C. */
  readonly signal?: AbortSignal;
  /** How long all of it may take, in milliseconds. */
  readonly limitMs?: number;
  readonly sqliteVersion?: () => string;
  /** Where its folder is made; the system's place for temporary files by default. */
  readonly temporary?: string;
}

/** A slow machine that hashes 850 MB from a slow disk is through in a quarter of it. */
export const SELF_TEST_LIMIT_MS = 300_000;

const SILENT: SelfTestListener = { began: () => undefined, step: () => undefined };

/** Never throws: what goes wrong is in the report. Its folder is gone afterwards, and so are the processes that it started. */
export async function runSelfTest(options: SelfTestOptions): Promise<SelfTestReport> {
  const { listener = SILENT, limitMs = SELF_TEST_LIMIT_MS, temporary = tmpdir() } = options;
  const began = performance.now();
  const steps: SelfTestStep[] = [];
  const over = new AbortController();
  const limit = setTimeout(() => over.abort(new Failed(limitText(limitMs))), limitMs);
  const interrupt = (): void => over.abort(new Failed('interrupted'));
  options.signal?.addEventListener('abort', interrupt, { once: true });

  /** Whether a step has said why the rest is left out. */
  let toldWhy = false;
  const step = async (name: string, work: () => Promise<string> | string, always = false): Promise<void> => {
    const from = performance.now();
    let outcome: SelfTestStep['outcome'] = 'ok';
    let detail: string;
    try {
      if (over.signal.aborted && !always) throw toldWhy ? new Skipped('the test was over before') : over.signal.reason;
      detail = await (always ? work() : raced(work, over.signal));
    } catch (error) {
      toldWhy ||= error === over.signal.reason;
      outcome = error instanceof Skipped ? 'skipped' : 'failed';
      detail = told(error);
    }
    const done = { name, outcome, detail, seconds: (performance.now() - from) / 1000 };
    steps.push(done);
    listener.step(done);
  };

  const sqlite = attempt(options.sqliteVersion ?? sqliteVersion);
  const versions: Omit<SelfTestVersions, 'tensorflow'> = {
    folio: packageJson.version,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    sqlite: typeof sqlite === 'string' ? sqlite : null,
    platform: `${process.platform} ${process.arch}`,
  };
  listener.began(versions);
  let folder: string | null = null;
  const bench: Workbench = {
    startTrainer: options.startTrainer,
    signal: over.signal,
    app: null,
    tensorflow: null,
    reports: [],
    runId: null,
  };
  await step('record', () => {
    if (typeof sqlite !== 'string') throw sqlite.error;
    folder = mkdtempSync(join(temporary, 'folio-self-test-'));
    bench.app = options.open(join(folder, 'data'));
    return 'a new one was made';
  });
  for (const { name, work } of STEPS) await step(name, () => work(bench));
  clearTimeout(limit);
  options.signal?.removeEventListener('abort', interrupt);
  await step(
    'cleaning up',
    () => {
      bench.app?.close();
      if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      return 'the folder of the test is gone';
    },
    true,
  );
  return {
    ok: steps.every(({ outcome }) => outcome !== 'failed'),
    interrupted: options.signal?.aborted === true,
    versions: { ...versions, tensorflow: bench.tensorflow },
    steps,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Rejects when the signal is aborted, whatever the work does: one that hangs is left behind. */
async function raced(work: () => Promise<string> | string, signal: AbortSignal): Promise<string> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([(async () => work())(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function limitText(limitMs: number): string {
  return `it had not ended when the ${Math.round(limitMs / 1000)} s of the whole self-test were over`;
}

function attempt(work: () => string): string | { readonly error: unknown } {
  try {
    return work();
  } catch (error) {
    return { error };
  }
}

function told(error: unknown): string {
  const { message, hint } = toErrorMessage(error);
  return hint === undefined ? message : `${message}. ${hint}`;
}
