/** What differs between two texts, cut into pieces to be marked; in bounded time, however long and different they are. */
import { diffChars, diffLines, diffWordsWithSpace } from 'diff';
import type { ChangeObject } from 'diff';

export interface Segment {
  readonly text: string;
  /** Whether the other text has something else here. */
  readonly differs: boolean;
}

/** How finely the texts could be compared; `none` when even lines were too many. */
export type DiffPrecision = 'characters' | 'words' | 'lines' | 'none';

export interface TextDiff {
  /** The pieces of the first text; joined they are the text. */
  readonly left: readonly Segment[];
  readonly right: readonly Segment[];
  readonly precision: DiffPrecision;
}

export interface DiffLimits {
  /** Words (or lines) that may be exchanged before a coarser comparison is taken; the time grows with its square. */
  readonly edits: number;
  /** Characters of both texts together that are still compared character by character. */
  readonly characters: number;
  /** Characters that may be exchanged within one changed passage before it counts as wholly different. */
  readonly passageEdits: number;
}

/** Some 100 ms at worst on a slow computer: a slider stays a slider. */
export const DIFF_LIMITS: DiffLimits = { edits: 1400, characters: 12_000, passageEdits: 400 };

type Change = Pick<ChangeObject<string>, 'value' | 'added' | 'removed'>;

/**
 * Compares by words; with `by` = 'characters' looks into the changed passages, too, and marks only what differs there.
 * Falls back to words, then to lines, then to nothing when the texts are beyond the limits, and says so in `precision`.
 */
export function diffTexts(
  left: string,
  right: string,
  by: 'words' | 'characters',
  limits: DiffLimits = DIFF_LIMITS,
): TextDiff {
  const bound = { maxEditLength: limits.edits };
  const words = diffWordsWithSpace(left, right, bound);
  if (words === undefined) {
    const lines = diffLines(left, right, bound);
    return lines === undefined
      ? { left: [{ text: left, differs: false }], right: [{ text: right, differs: false }], precision: 'none' }
      : assemble(lines, 'lines');
  }
  const fine = by === 'characters' && left.length + right.length <= limits.characters;
  return fine ? assemble(refine(words, limits.passageEdits), 'characters') : assemble(words, 'words');
}

/** Each passage that was exchanged for another, compared by characters. */
function refine(changes: readonly Change[], edits: number): Change[] {
  return passages(changes).flatMap((part) => {
    if (part.removed === '' || part.added === '') return asChanges(part);
    const characters = diffChars(part.removed, part.added, { maxEditLength: edits });
    // What has next to nothing in common is easier to read as a whole than as confetti.
    if (characters === undefined || !akin(characters, part)) return asChanges(part);
    return [...withoutIslands(characters), { value: part.same, added: false, removed: false }];
  });
}

/** One or two letters that happen to be alike between two changes do not make reading easier: they are taken into the change. */
function withoutIslands(changes: readonly Change[]): Change[] {
  return changes.flatMap((change, at) => {
    const { value, added, removed } = change;
    const island = !added && !removed && /^[^\n]{1,2}$/u.test(value) && at > 0 && at < changes.length - 1;
    return island
      ? [
          { value, added: false, removed: true },
          { value, added: true, removed: false },
        ]
      : [change];
  });
}

/** What was exchanged (either may be empty), and what follows it in both texts. */
interface Passage {
  readonly removed: string;
  readonly added: string;
  readonly same: string;
}

function passages(changes: readonly Change[]): Passage[] {
  const found: { removed: string; added: string; same: string }[] = [{ removed: '', added: '', same: '' }];
  for (const { value, added, removed } of changes) {
    let last = found.at(-1);
    if (last === undefined || (last.same !== '' && (added || removed))) {
      last = { removed: '', added: '', same: '' };
      found.push(last);
    }
    if (removed) last.removed += value;
    else if (added) last.added += value;
    else last.same += value;
  }
  return found;
}

function asChanges({ removed, added, same }: Passage): Change[] {
  return [
    { value: removed, added: false, removed: true },
    { value: added, added: true, removed: false },
    { value: same, added: false, removed: false },
  ];
}

/** Whether two passages share at least half of the shorter one's characters, white space aside. */
function akin(changes: readonly Change[], { removed, added }: Passage): boolean {
  const solid = (text: string): number => text.replace(/\s+/gu, '').length;
  const common = changes.reduce((sum, { value, ...is }) => sum + (is.added || is.removed ? 0 : solid(value)), 0);
  return common * 2 >= Math.min(solid(removed), solid(added));
}

function assemble(changes: readonly Change[], precision: DiffPrecision): TextDiff {
  const side = (other: 'added' | 'removed'): Segment[] => {
    const mine = changes.filter((change) => !change[other] && change.value !== '');
    return join(mine.map(({ value, added, removed }) => ({ text: value, differs: added || removed }))).flatMap(trim);
  };
  return { left: side('added'), right: side('removed'), precision };
}

/** Joins neighbours of one kind; a gap of mere spaces between two marked pieces is marked with them. */
function join(segments: readonly Segment[]): Segment[] {
  const joined: { text: string; differs: boolean }[] = [];
  segments.forEach((segment, at) => {
    const last = joined.at(-1);
    const bridge = /^ +$/.test(segment.text) && last?.differs === true && segments[at + 1]?.differs === true;
    const differs = segment.differs || bridge;
    if (last?.differs === differs) last.text += segment.text;
    else joined.push({ text: segment.text, differs });
  });
  return joined;
}

/** A mark ends where its words end: spaces at its edges are left out, unless it is nothing but spaces. */
function trim(segment: Segment): Segment[] {
  const parts = segment.differs ? /^( *)(.*[^ ])( *)$/su.exec(segment.text) : null;
  if (parts === null) return [segment];
  const [, before = '', words = '', after = ''] = parts;
  return [
    { text: before, differs: false },
    { text: words, differs: true },
    { text: after, differs: false },
  ].filter(({ text }) => text !== '');
}
