/** How a benchmark reads what it is told, and how it ends: 0, 1 for a broken promise or an error, 2 for wrong options. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { z } from 'zod';

/** The person told it something that it does not understand. */
export class UsageError extends Error {}

export interface CommandLine<Schema extends z.ZodType> {
  /** What `--help` prints, and what is told with a wrong option. */
  readonly help: string;
  /** `--help` is among them by itself. */
  readonly options: ParseArgsOptionsConfig;
  readonly schema: Schema;
}

/**
 * The options as the schema has them; null when help is asked for.
 *
 * @throws UsageError that names each option that is wrong, with its value
 */
export function readOptions<Schema extends z.ZodType>(
  { options, schema }: Pick<CommandLine<Schema>, 'options' | 'schema'>,
  args: readonly string[],
): z.output<Schema> | null {
  const { help, ...values } = parsed(options, args);
  if (help === true) return null;
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path: [name, index], message }) => {
    if (name === undefined) return message;
    const given = values[String(name)];
    const value = Array.isArray(given) && typeof index === 'number' ? (given as unknown[])[index] : given;
    return `--${String(name)}${typeof value === 'string' ? ` ${value}` : ''}: ${message}`;
  });
  throw new UsageError(problems.join('\n'));
}

function parsed(options: ParseArgsOptionsConfig, args: readonly string[]): Readonly<Record<string, unknown>> {
  const all = { ...options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], options: all }).values;
  } catch (error) {
    // An unknown option, or one without its value: `parseArgs` says which.
    if (error instanceof TypeError && 'code' in error) throw new UsageError(error.message);
    throw error;
  }
}

export interface Ending {
  readonly args?: readonly string[];
  readonly out?: (line: string) => void;
  readonly say?: (line: string) => void;
}

/**
 * Runs a benchmark with what its command line says and sets the process's exit code. Never rejects.
 *
 * @param main resolves with the exit code
 */
export async function runBench<Schema extends z.ZodType>(
  commandLine: CommandLine<Schema>,
  main: (options: z.output<Schema>) => Promise<number>,
  {
    args = process.argv.slice(2),
    out = (line) => console.log(line),
    say = (line) => void process.stderr.write(`${line}\n`),
  }: Ending = {},
): Promise<void> {
  try {
    const options = readOptions(commandLine, args);
    if (options === null) out(commandLine.help);
    else process.exitCode = await main(options);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    const isUsage = error instanceof UsageError;
    if (isUsage) say(`\n${commandLine.help}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

/** Tells what was promised and not kept, a line each. Returns the exit code. */
export function endWith(broken: readonly string[], say: (line: string) => void): 0 | 1 {
  for (const line of broken) say(`NOT KEPT: ${line}`);
  return broken.length === 0 ? 0 : 1;
}
