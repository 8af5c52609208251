/** Characters (Unicode code points) as people read them in messages. */

/** Characters that print as nothing, or as something that is easily taken for another. */
const NAMES: Readonly<Record<number, string>> = {
  0x00: 'null',
  0x09: 'tab',
  0x0a: 'line feed',
  0x0d: 'carriage return',
  0x1b: 'escape',
  0x20: 'space',
  0x7f: 'delete',
  0xa0: 'no-break space',
  0xad: 'soft hyphen',
  0x200b: 'zero width space',
  0x200c: 'zero width non-joiner',
  0x200d: 'zero width joiner',
  0x2028: 'line separator',
  0x2029: 'paragraph separator',
  0x3000: 'ideographic space',
  0xfe0f: 'variation selector 16',
  0xfeff: 'byte order mark',
  0xfffd: 'replacement character',
};

const INVISIBLE = /^[\p{C}\p{Z}]$/u;
const COMBINING = /^\p{M}$/u;

/** "U+00E9" for é. */
export function codePointName(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * A character that a person can recognize whatever it is: "é (U+00E9)", "line feed (U+000A)", and U+0301 alone (or on a
 * dotted circle) for what has no form of its own.
 */
export function describeCharacter(character: string): string {
  const name = NAMES[character.codePointAt(0) ?? 0];
  if (name !== undefined) return `${name} (${codePointName(character)})`;
  if (INVISIBLE.test(character)) return codePointName(character);
  if (COMBINING.test(character)) return `\u25cc${character} (${codePointName(character)})`;
  return `${character} (${codePointName(character)})`;
}

/** "a (U+0061), b (U+0062) and 7 more". */
export function describeCharacters(characters: readonly string[], limit = 10): string {
  const shown = characters.slice(0, limit).map(describeCharacter);
  const rest = characters.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest.toLocaleString('en-US')} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}
