/** A text's characters as a picture: which are frequent, which are rare, and how each is shown. */
import type { CharacterCount } from '../../../shared/contract/corpora.ts';
import { RARE_COUNT } from '../../../shared/preflight.ts';

/** Signs for what has no form of its own. */
const SIGNS: Readonly<Record<string, string>> = { '\n': '↵', '\r': '␍', '\t': '⇥', ' ': '␣', '\u3000': '□' };
const INVISIBLE = /^[\p{C}\p{Z}]$/u;
const COMBINING = /^\p{M}$/u;

/** The character in a form that can be seen: a sign for a line's end or a space, its code point for others without a form. */
export function visibleCharacter(character: string): string {
  const sign = SIGNS[character];
  if (sign !== undefined) return sign;
  if (INVISIBLE.test(character)) {
    return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  }
  return COMBINING.test(character) ? `\u25cc${character}` : character;
}

export interface Frequency {
  readonly character: string;
  readonly shown: string;
  readonly count: number;
  /** Of the whole text, 0 to 1. */
  readonly share: number;
  /** Beside the most frequent one, 0 to 1. */
  readonly height: number;
}

export interface CharacterPicture {
  readonly frequent: readonly Frequency[];
  readonly rare: readonly Frequency[];
  /** Rare ones that are not in the list. */
  readonly moreRare: number;
  readonly distinct: number;
}

/** @param counts the most frequent first */
export function pictureOf(counts: readonly CharacterCount[], frequent = 60, rare = 48): CharacterPicture {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const highest = counts[0]?.[1] ?? 1;
  const frequency = ([character, count]: CharacterCount): Frequency => ({
    character,
    shown: visibleCharacter(character),
    count,
    share: count / total,
    height: count / highest,
  });
  const rareOnes = counts.filter(([, count]) => count < RARE_COUNT);
  return {
    frequent: counts.slice(0, frequent).map(frequency),
    rare: rareOnes.slice(-rare).toReversed().map(frequency), // the rarest first
    moreRare: Math.max(0, rareOnes.length - rare),
    distinct: counts.length,
  };
}
