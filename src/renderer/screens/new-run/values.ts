/** What stands in the form: numbers as they were typed, so that nothing is lost while a person types; and what it means. */
import type { ConfigKey, RunConfig } from '../../../shared/config.ts';
import { NUMBER_KEYS, NUMBER_RULES } from '../../../shared/number-rules.ts';
import type { NumberKey } from '../../../shared/number-rules.ts';
import { LONGEST_PROMPT, MOST_PROMPTS, MOST_TEMPERATURES, TEMPERATURE_RULE } from './fields.ts';
import type { ChoiceKey, FieldIssue } from './kinds.ts';
import { parseNumber, writeNumber } from './numbers.ts';

export type Values = { readonly [Key in NumberKey]: string } & Pick<RunConfig, ChoiceKey | 'carryState'> & {
    readonly prompts: readonly string[];
    readonly temperatures: readonly string[];
  };

/** Where an issue stands: a setting, or one of its list's entries ("prompts.0"). */
export type Place = ConfigKey | `prompts.${number}` | `temperatures.${number}`;
export type Issues = ReadonlyMap<Place, FieldIssue>;

export interface ReadValues {
  /** Null while something in the form has an issue. */
  readonly config: RunConfig | null;
  /** The same with the given configuration's value in place of each that cannot be read: for numbers shown as one types. */
  readonly nearest: RunConfig;
  readonly issues: Issues;
}

export function valuesOf(config: RunConfig): Values {
  const numbers = Object.fromEntries(NUMBER_KEYS.map((key) => [key, writeNumber(config[key])])) as Record<
    NumberKey,
    string
  >;
  const { cell, batching, optimizer, schedule, precision, carryState, prompts } = config;
  const temperatures = config.temperatures.map(writeNumber);
  return {
    ...numbers,
    cell,
    batching,
    optimizer,
    schedule,
    precision,
    carryState,
    prompts: [...prompts],
    temperatures,
  };
}

export interface ReadOptions {
  /** What takes the place of a value that cannot be read. */
  readonly fallback: RunConfig;
  /** The characters that prompts may have; null while they are not known. */
  readonly vocabulary: ReadonlySet<string> | null;
  /** Whether the minutes are the plan's budget (preset `best`). */
  readonly planned: boolean;
}

export function readValues(values: Values, { fallback, vocabulary, planned }: ReadOptions): ReadValues {
  const issues = new Map<Place, FieldIssue>();
  const numbers: Partial<Record<NumberKey, number>> = {};
  for (const key of NUMBER_KEYS) {
    const parsed = parseNumber(values[key], NUMBER_RULES[key]);
    if ('issue' in parsed) issues.set(key, parsed.issue);
    numbers[key] = 'issue' in parsed ? fallback[key] : parsed.value;
  }
  const { cell, batching, optimizer, schedule, precision, carryState } = values;
  const choices = { cell, batching, optimizer, schedule, precision, carryState };
  const prompts = readPrompts(values.prompts, vocabulary, issues);
  const temperatures = readTemperatures(values.temperatures, issues) ?? fallback.temperatures;
  const nearest: RunConfig = { ...fallback, ...numbers, ...choices, prompts, temperatures };
  addConflicts(nearest, planned, issues);
  return { config: issues.size === 0 ? nearest : null, nearest, issues };
}

function readPrompts(
  prompts: readonly string[],
  vocabulary: ReadonlySet<string> | null,
  issues: Map<Place, FieldIssue>,
): string[] {
  prompts.forEach((prompt, index) => {
    const unknown = vocabulary === null ? [] : [...new Set(prompt)].filter((character) => !vocabulary.has(character));
    if (prompt === '') issues.set(`prompts.${index}`, { kind: 'prompt-empty' });
    else if (prompt.length > LONGEST_PROMPT) issues.set(`prompts.${index}`, { kind: 'prompt-long' });
    else if (unknown.length > 0) issues.set(`prompts.${index}`, { kind: 'prompt-unknown', characters: unknown });
  });
  if (prompts.length > MOST_PROMPTS) issues.set('prompts', { kind: 'too-many-prompts', most: MOST_PROMPTS });
  return prompts.filter((prompt) => prompt !== '');
}

/** Null when none of them can be read. */
function readTemperatures(texts: readonly string[], issues: Map<Place, FieldIssue>): number[] | null {
  const read: number[] = [];
  texts.forEach((text, index) => {
    const parsed = parseNumber(text, TEMPERATURE_RULE);
    if ('issue' in parsed) issues.set(`temperatures.${index}`, parsed.issue);
    else read.push(parsed.value);
  });
  if (texts.length === 0) issues.set('temperatures', { kind: 'no-temperatures' });
  if (texts.length > MOST_TEMPERATURES)
    issues.set('temperatures', { kind: 'too-many-temperatures', most: MOST_TEMPERATURES });
  return read.length === 0 ? null : read;
}

/** Rules between settings, which no single range can say (those of the command line). */
function addConflicts(config: RunConfig, planned: boolean, issues: Map<Place, FieldIssue>): void {
  const { optimizer, weightDecay, patience, validationFraction, maxSteps, warmupSteps, sampleEvery, prompts, minutes } =
    config;
  const add = (place: ConfigKey, issue: FieldIssue): void => {
    if (!issues.has(place)) issues.set(place, issue);
  };
  if (optimizer === 'adam' && weightDecay > 0) add('weightDecay', { kind: 'decay-without-adamw' });
  if (patience > 0 && validationFraction === 0) add('patience', { kind: 'patience-without-validation' });
  if (maxSteps > 0 && warmupSteps >= maxSteps) add('warmupSteps', { kind: 'warmup-beyond-end', maxSteps });
  if (sampleEvery > 0 && prompts.length === 0) add('prompts', { kind: 'no-prompts' });
  if (planned && minutes === 0) add('minutes', { kind: 'budget-needed' });
}

/** The settings in which a form differs from its preset, by what they mean ("1e-3" is 0.001). */
export function changedKeys(config: RunConfig, preset: RunConfig, issues: Issues): ReadonlySet<ConfigKey> {
  const keys = Object.keys(preset) as ConfigKey[]; // a configuration is always complete
  const broken = new Set([...issues.keys()].map((place) => place.split('.')[0]));
  return new Set(keys.filter((key) => broken.has(key) || JSON.stringify(config[key]) !== JSON.stringify(preset[key])));
}
