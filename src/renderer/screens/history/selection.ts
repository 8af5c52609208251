/** Which runs are selected, as sets of ids that are never changed in place. */

export type Selection = ReadonlySet<number>;

export const NOTHING: Selection = new Set();

export function toggle(selection: Selection, id: number): Selection {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** The shown ids from one to the other, whichever comes first; only the second where the first is not shown. */
export function between(shown: readonly number[], from: number | null, to: number): readonly number[] {
  const end = shown.indexOf(to);
  const start = from === null ? -1 : shown.indexOf(from);
  if (end === -1) return [];
  return start === -1 ? [to] : shown.slice(Math.min(start, end), Math.max(start, end) + 1);
}

/** Without what is not there any more; the same set when nothing is gone. */
export function pruned(selection: Selection, there: (id: number) => boolean): Selection {
  const kept = [...selection].filter(there);
  return kept.length === selection.size ? selection : new Set(kept);
}

/** Whether a list has only grown at its front (or lost some of it), so that what is seen should stay where it is. */
export function changedAtFront(before: readonly number[], after: readonly number[]): boolean {
  const added = after.length - before.length;
  if (added === 0 || before.length === 0 || after.length === 0) return false;
  const [long, short] = added > 0 ? [after, before] : [before, after];
  const front = long.length - short.length;
  return short.every((id, at) => id === long[front + at]);
}
