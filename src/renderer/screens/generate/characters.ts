/** Characters in a sentence: as they look where they show, else by their number. */
import { codePointName } from '../../../shared/characters.ts';

const INVISIBLE = /^[\p{C}\p{Z}\p{M}]$/u;
const MOST = 8;

export function showCharacter(character: string): string {
  return INVISIBLE.test(character) ? codePointName(character) : character;
}

/** "é, ü, U+200B" and, of many, how many more there are. */
export function showCharacters(characters: readonly string[], more: (count: string) => string): string {
  const shown = characters.slice(0, MOST).map(showCharacter);
  const rest = characters.length - shown.length;
  return [...shown, ...(rest > 0 ? [more(String(rest))] : [])].join('\u2002');
}
