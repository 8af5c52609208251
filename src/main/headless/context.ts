/** What a command gets to work with. */
import type { AppOptions, FolioApp } from '../app.ts';
import type { Interrupt, Io } from './io.ts';
import type { Output } from './output/output.ts';

/** Opens the app; without a folder on the default one. */
export type OpenApp = (dataDir: string | undefined, mode: AppOptions['mode']) => Promise<FolioApp>;

export interface CommandContext {
  readonly io: Io;
  readonly output: Output;
  /** The folder that `--data` names; undefined for the default one. */
  readonly dataDir: string | undefined;
  /**
   * Opens the app, which is closed after the command. Commands that only look use `auto`: it takes the record where it is free, so
   * that dead runs are found out, and else reads. Those of them that take longer use `look`, which keeps nobody from writing.
   */
  open(mode: AppOptions['mode']): Promise<FolioApp>;
  /** A command line that the person can type as it stands: "npx folio resume 3". */
  commandLine(...words: readonly string[]): string;
}

/** Runs a command's work and ends with its exit code. */
export type RunCommand = (work: (context: CommandContext) => Promise<number>) => Promise<void>;

/** An AbortSignal that an interrupt triggers; the second one leaves at once. */
export function abortOnInterrupt(io: Io): { readonly signal: AbortSignal; readonly done: () => void } {
  const controller = new AbortController();
  const done = io.onInterrupt((_cause: Interrupt) => {
    if (controller.signal.aborted) io.exit(130);
    controller.abort();
  });
  return { signal: controller.signal, done };
}
