/** Which runs are shown. */
import { RUN_STATUSES, type RunStatus, type RunSummary } from '../../../shared/domain.ts';

export interface RunFilter {
  /** Words that all occur in the name, the notes, the tags or the text's name, in whatever case. */
  readonly words: string;
  /** Of several choices in one list any will do; an empty list lets all through. */
  readonly statuses: readonly RunStatus[];
  readonly presets: readonly string[];
  /** A run has all of them. */
  readonly tags: readonly string[];
  /** The runs that learnt from this text; null for all. */
  readonly corpus: number | null;
}

export const NO_FILTER: RunFilter = { words: '', statuses: [], presets: [], tags: [], corpus: null };

export function isFiltering(filter: RunFilter): boolean {
  const { words, statuses, presets, tags, corpus } = filter;
  return words.trim() !== '' || statuses.length + presets.length + tags.length > 0 || corpus !== null;
}

export function filterRuns(runs: readonly RunSummary[], filter: RunFilter): readonly RunSummary[] {
  if (!isFiltering(filter)) return runs;
  const { statuses, presets, tags, corpus } = filter;
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter(
    (run) =>
      (statuses.length === 0 || statuses.includes(run.status)) &&
      (presets.length === 0 || presets.includes(run.preset)) &&
      tags.every((tag) => run.tags.includes(tag)) &&
      (corpus === null || run.corpusId === corpus) &&
      hasWords(run, words),
  );
}

function hasWords(run: RunSummary, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const all = [run.name, run.corpus, run.notes, ...run.tags].join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}

/** One thing to filter by, and how many runs have it. */
export interface Choice<Value extends string> {
  readonly value: Value;
  readonly count: number;
}

export interface Choices {
  readonly statuses: readonly Choice<RunStatus>[];
  readonly presets: readonly Choice<string>[];
  /** The most frequent first. */
  readonly tags: readonly Choice<string>[];
}

/** What there is to filter by among these runs. */
export function choicesOf(runs: readonly RunSummary[]): Choices {
  const statuses = new Map<RunStatus, number>();
  const presets = new Map<string, number>();
  const tags = new Map<string, number>();
  for (const run of runs) {
    count(statuses, run.status);
    count(presets, run.preset);
    for (const tag of run.tags) count(tags, tag);
  }
  return {
    statuses: RUN_STATUSES.flatMap((value) => {
      const occurrences = statuses.get(value);
      return occurrences === undefined ? [] : [{ value, count: occurrences }];
    }),
    presets: byFrequency(presets),
    tags: byFrequency(tags),
  };
}

function count<Value>(counts: Map<Value, number>, value: Value): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function byFrequency(counts: ReadonlyMap<string, number>): Choice<string>[] {
  return [...counts]
    .map(([value, occurrences]) => ({ value, count: occurrences }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

/** The list with the value added or, where it was there, without it. */
export function toggled<Value>(list: readonly Value[], value: Value): readonly Value[] {
  return list.includes(value) ? list.filter((other) => other !== value) : [...list, value];
}
