/** The name that is proposed for a run, and what is wrong with one that was typed. */
import type { RunConfig } from '../../../shared/config.ts';
import type { NameIssue } from './kinds.ts';

const LONGEST_NAME = 200;

/** "Shakespeare, GRU 192", "My novel, 2 x LSTM 256"; a number behind it where a run has that name already. */
export function proposedName(
  corpus: string,
  { cell, layers, units }: Pick<RunConfig, 'cell' | 'layers' | 'units'>,
  taken: readonly string[],
): string {
  const text = corpus.replace(/\.(txt|md|text)$/i, '').slice(0, 120);
  const network = `${cell.toUpperCase()} ${units}`;
  return distinct(`${text}, ${layers === 1 ? network : `${layers} × ${network}`}`, taken);
}

/** The name, or "name (2)", "name (3)" where a run has it already, in whatever case. */
export function distinct(name: string, taken: readonly string[]): string {
  const folded = new Set(taken.map((known) => known.toLowerCase()));
  let free = name;
  for (let number = 2; folded.has(free.toLowerCase()); number++) free = `${name} (${number})`;
  return free;
}

/** An empty name is none: the proposed one stands in for it. */
export function nameIssue(name: string, taken: readonly string[]): NameIssue | null {
  const trimmed = name.trim();
  if (trimmed.length > LONGEST_NAME) return 'long';
  if (/^(#?\d+|last)$/i.test(trimmed)) return 'means-another';
  return taken.some((known) => known.toLowerCase() === trimmed.toLowerCase()) ? 'taken' : null;
}
