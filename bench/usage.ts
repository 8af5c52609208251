/** How a benchmark begins and ends: with help where it is asked for; 0, 1 for a broken promise or an error, 2 for wrong options. */
import { z } from 'zod';
import { FolioError, toErrorMessage } from '../src/shared/errors.ts';
import { type Arguments, readOptions, UsageError } from './arguments.ts';

export interface CommandLine<Schema extends z.ZodType> extends Arguments<Schema> {
  /** What a person types: `npx node bench/start.ts`. */
  readonly command: string;
  /** What stands behind it in the usage; `[options]` by default. */
  readonly takes?: string;
  /** What `--help` tells below the usage. */
  readonly help: string;
  /** Another program reads its standard output: a FolioError is told there, too, as `{"error": {code, message, hint}}`. */
  readonly speaksJson?: true;
}

export interface Ending {
  readonly args?: readonly string[];
  readonly out?: (line: string) => void;
  readonly say?: (line: string) => void;
  /** Ends the process after an error. */
  readonly exit?: (code: number) => void;
}

/**
 * Runs a benchmark with what its command line says and sets the process's exit code. An error ends the process at once, because what
 * was started meanwhile (a server, a browser) would keep it alive. Never rejects.
 *
 * @param main resolves with the exit code
 */
export async function runBench<Schema extends z.ZodType>(
  commandLine: CommandLine<Schema>,
  main: (options: z.output<Schema>) => number | Promise<number>,
  {
    args = process.argv.slice(2),
    out = (line) => console.log(line),
    say = (line) => console.error(line),
    exit = (code) => process.exit(code),
  }: Ending = {},
): Promise<void> {
  try {
    const options = readOptions(commandLine, args);
    if (options === null) out(helpOf(commandLine));
    else process.exitCode = await main(options);
  } catch (error) {
    say(wordsOf(error, commandLine.command));
    // Afterwards: the program that reads this may end at once, and this process with it.
    if (commandLine.speaksJson && error instanceof FolioError) out(JSON.stringify({ error: toErrorMessage(error) }));
    exit(error instanceof UsageError ? 2 : 1);
  }
}

const helpOf = ({ command, takes = '[options]', help }: CommandLine<z.ZodType>): string =>
  `usage: ${`${command} ${takes}`.trim()}\n\n${help}`;

/** What is meant for a person comes without a stack. */
function wordsOf(error: unknown, command: string): string {
  if (error instanceof UsageError) return `${error.message.replaceAll('\n', '; ')} (usage: ${command} --help)`;
  if (error instanceof FolioError) return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  if (error instanceof z.ZodError) return z.prettifyError(error);
  if (!(error instanceof Error)) return String(error);
  const isDefect = error instanceof TypeError || error instanceof ReferenceError;
  return isDefect ? (error.stack ?? error.message) : error.message;
}

/** Tells what was promised and not kept, a line each. Returns the exit code. */
export function endWith(broken: readonly string[], say: (line: string) => void = console.error): 0 | 1 {
  for (const line of broken) say(`NOT KEPT: ${line}`);
  return broken.length === 0 ? 0 : 1;
}
