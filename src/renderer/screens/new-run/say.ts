/** Findings and issues as sentences of the person's language: their values are made readable, then put into the catalogue's words. */
import type { ConfigKey, RunConfig } from '../../../shared/config.ts';
import { codePointName } from '../../../shared/characters.ts';
import type { PreflightFinding } from '../../../shared/preflight-problem.ts';
import type { Format } from '../../lib/format.ts';
import type { Words } from '../../words/en/index.ts';
import { writeNumber } from './numbers.ts';
import type { FieldIssue } from './kinds.ts';

/** Characters that a sentence names. */
const NAMED = 6;
const PRINTS = /^[\p{L}\p{N}\p{P}\p{S}]$/u;
const BYTES: ReadonlySet<string> = new Set(['bytes', 'needed', 'free', 'most']);

export function issueWords(issue: FieldIssue, words: Words, format: Format): string {
  const { kind, ...values } = issue;
  const entries = Object.entries(values) as [string, number | readonly string[]][]; // what issues hold
  const readable = entries.map(([key, value]): [string, string] => [
    key,
    typeof value === 'number' ? format.plain(value, 12) : namedCharacters(value, words, format),
  ]);
  return words.newRun.settings.issues[kind](Object.fromEntries(readable));
}

export function findingWords(finding: PreflightFinding, words: Words, format: Format): string {
  const say = words.newRun.check.problems[finding.code];
  const inBytes = ['too-large-to-save', 'little-memory', 'little-disk'].includes(finding.code);
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(finding) as [string, unknown][]) {
    if (typeof value === 'number') values[key] = inBytes && BYTES.has(key) ? format.bytes(value) : format.count(value);
  }
  if (finding.code === 'rare-characters') {
    values['rare'] = format.count(finding.rare.length);
    values['examples'] = rareExamples(finding.rare);
  }
  return say(values);
}

/** "R, O, space and 3 more": those that print stand for themselves. */
function namedCharacters(characters: readonly string[], words: Words, format: Format): string {
  const { characters: names, andMore } = words.newRun.settings;
  const known: Readonly<Record<string, string>> = { ' ': names.space, '\n': names.lineBreak, '\t': names.tab };
  const shown = characters.slice(0, NAMED).map((c) => known[c] ?? (PRINTS.test(c) ? c : codePointName(c)));
  const rest = characters.length - shown.length;
  return words.common.listed(shown) + (rest > 0 ? ` ${andMore(format.count(rest))}` : '');
}

/** Signs for what is not seen. */
const SIGNS: Readonly<Record<string, string>> = { '\n': '↵', '\r': '␍', '\t': '⇥', ' ': '␣' };

/** Those that print as themselves are shown, spaces and line breaks by signs; the others would need names. */
function rareExamples(rare: readonly string[]): string {
  const visible = rare.flatMap((character) => SIGNS[character] ?? (PRINTS.test(character) ? [character] : []));
  const shown = visible.slice(0, 2 * NAMED).join(' ');
  return visible.length > 2 * NAMED || visible.length < rare.length ? `${shown} …` : shown;
}

/** A setting's value as the form shows it. */
export function valueWords(key: ConfigKey, value: RunConfig[ConfigKey], words: Words): string {
  const { choices, on, off } = words.newRun.settings;
  if (typeof value === 'boolean') return value ? on : off;
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'string') {
    const known: Readonly<Record<string, string>> = key in choices ? choices[key as keyof typeof choices] : {};
    return known[value] ?? value;
  }
  return words.common.listed(
    value.map((entry) => (typeof entry === 'number' ? writeNumber(entry) : JSON.stringify(entry))),
  );
}

/** "batch 8, sequence length 32" */
export function changesWords(changes: Partial<RunConfig>, words: Words): string {
  const { fields } = words.newRun.settings;
  const keys = Object.keys(changes) as ConfigKey[]; // of a configuration
  const all = keys.flatMap((key) => {
    const value = changes[key];
    return value === undefined ? [] : [words.newRun.check.setting(fields[key].label, valueWords(key, value, words))];
  });
  return words.common.listed(all);
}
