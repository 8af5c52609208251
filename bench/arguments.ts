/** What a benchmark is told on its command line, and how what is wrong with it is said. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { z } from 'zod';

/** The person told it something that it does not understand. The message names the option and its value, and says what it takes. */
export class UsageError extends Error {}

export interface Arguments<Schema extends z.ZodType> {
  /** `--help` is among them by itself. */
  readonly options?: ParseArgsOptionsConfig;
  /** Names in the schema of what is told without an option, in this order. */
  readonly positionals?: readonly string[];
  /** Its messages continue "--name …" and "NAME …": those of the kinds below do. */
  readonly schema: Schema;
}

/** @param most left out where the option has no sensible end */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): z.ZodType<number, string> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return numberOf(/^\d+$/, least, most, `takes a whole number ${range}`);
}

export function decimal(least: number, most: number): z.ZodType<number, string> {
  return numberOf(/^(\d+\.?\d*|\.\d+)$/, least, most, `takes a number from ${least} to ${most}`);
}

/** Not by z.coerce, which takes an empty text for a 0 and 0x10 for a 16. */
function numberOf(notation: RegExp, least: number, most: number, error: string): z.ZodType<number, string> {
  const isOne = (text: string): boolean => notation.test(text) && Number(text) >= least && Number(text) <= most;
  return z.string({ error }).refine(isOne, { error }).transform(Number);
}

export function oneOf<const Name extends string>(names: readonly Name[]): z.ZodType<Name, Name> {
  const words = names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  return z.enum(names, { error: `takes ${words}` });
}

/** @param what "the name of a folder" */
export function text(what: string): z.ZodType<string, string> {
  const error = `takes ${what}`;
  return z.string({ error }).min(1, { error });
}

/**
 * What was told, as the schema has it; null when help is asked for, whatever else is told.
 *
 * @throws UsageError that names each value that is wrong, a line each
 */
export function readOptions<Schema extends z.ZodType>(
  { options = {}, positionals = [], schema }: Arguments<Schema>,
  args: readonly string[],
): z.output<Schema> | null {
  const values = told(options, positionals, args);
  if (values === null) return null;
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path: [key, index], message }) => {
    if (key === undefined) return message;
    const name = String(key);
    const label = positionals.includes(name) ? name.toUpperCase() : `--${name}`;
    const given = values[name];
    if (given === undefined) return `${label} is missing: it ${message}`;
    const value: unknown = Array.isArray(given) && typeof index === 'number' ? given[index] : given;
    return `${label} ${message}${typeof value === 'string' ? `, not "${value}"` : ''}`;
  });
  throw new UsageError(problems.join('\n'));
}

/** By name, not looked at yet. Where `parseArgs` is strict it says in three sentences what one can say: so it is not. */
function told(
  options: ParseArgsOptionsConfig,
  positionals: readonly string[],
  args: readonly string[],
): Readonly<Record<string, unknown>> | null {
  const all: ParseArgsOptionsConfig = { ...options, help: { type: 'boolean', short: 'h' } };
  const parsed = parseArgs({ args: [...args], options: all, strict: false, allowPositionals: true, tokens: true });
  const { help, ...values } = parsed.values;
  if (help === true) return null;
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(all, name) ? all[name] : undefined;
    if (option === undefined) throw new UsageError(`there is no option ${rawName}`);
    if (option.type === 'boolean') {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value, and was given "${value}"`);
    } else if (value === undefined || (!inlineValue && value.startsWith('--'))) {
      throw new UsageError(`${rawName} needs a value`);
    }
  }
  const more = parsed.positionals[positionals.length];
  if (more !== undefined) throw new UsageError(`"${more}" is one argument too many`);
  const byName = positionals.flatMap((name, i) => {
    const value = parsed.positionals[i];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...values, ...Object.fromEntries(byName) };
}
