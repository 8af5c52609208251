/** Tags that several runs have, some have or none has, and what becomes of them. */

export interface Tag {
  readonly name: string;
  /** Of the runs in question, how many have it. */
  readonly count: number;
}

/** Every tag of these runs, in alphabetical order. */
export function tagsOf(runs: readonly { readonly tags: readonly string[] }[]): readonly Tag[] {
  const counts = new Map<string, number>();
  for (const { tags } of runs) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => a.name.localeCompare(b.name));
}

/** What a person decided of some tags: true to have it, false not to. Of the others nothing changes. */
export type Decisions = ReadonlyMap<string, boolean>;

/** The tags after the decisions; null when they stay as they are. */
export function decided(tags: readonly string[], decisions: Decisions): string[] | null {
  const kept = tags.filter((tag) => decisions.get(tag) !== false);
  const added = [...decisions].filter(([tag, wanted]) => wanted && !tags.includes(tag)).map(([tag]) => tag);
  return kept.length === tags.length && added.length === 0 ? null : [...kept, ...added];
}

const LONGEST = 60;

/** What was typed, as tags: several may stand between commas. */
export function typedTags(text: string): readonly string[] {
  return [
    ...new Set(
      text
        .split(/[,，、;；\n]/)
        .map((tag) => tag.trim().replace(/^#/, '').slice(0, LONGEST).trim())
        .filter((tag) => tag !== ''),
    ),
  ];
}
