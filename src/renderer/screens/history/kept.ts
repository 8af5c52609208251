/** How the list of runs was looked at, as text that outlives a reload of the page. */
import { RUN_STATUSES } from '../../../shared/domain.ts';
import { COLUMNS, type Sorting } from './columns.ts';
import type { RunFilter } from './filter.ts';

export interface Kept {
  readonly filter: RunFilter;
  readonly sorting: Sorting;
  readonly withArchived: boolean;
}

export function writeKept(kept: Kept): string {
  return JSON.stringify(kept);
}

/** Null for what another version wrote, or nobody. */
export function readKept(text: string | null): Kept | null {
  if (text === null) return null;
  try {
    const { filter, sorting, withArchived } = fieldsOf(JSON.parse(text));
    const { words, statuses, presets, tags, corpus } = fieldsOf(filter);
    const { column, descending } = fieldsOf(sorting);
    const known = COLUMNS.find((name) => name === column);
    if (known === undefined || typeof words !== 'string') return null;
    const chosen = texts(statuses);
    return {
      filter: {
        words,
        statuses: RUN_STATUSES.filter((status) => chosen.includes(status)),
        presets: texts(presets),
        tags: texts(tags),
        corpus: typeof corpus === 'number' ? corpus : null,
      },
      sorting: { column: known, descending: descending === true },
      withArchived: withArchived === true,
    };
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
