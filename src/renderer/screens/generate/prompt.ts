/** A prompt beside a vocabulary: what the network does not know in it, and what one can do about it. */

/** A stretch of a text of one kind. */
export interface Stretch {
  readonly text: string;
  readonly known: boolean;
}

/** The text in stretches that the network knows and that it does not. */
export function stretches(text: string, known: ReadonlySet<string>): Stretch[] {
  const found: { text: string; known: boolean }[] = [];
  for (const character of text) {
    const isKnown = known.has(character);
    const last = found.at(-1);
    if (last !== undefined && last.known === isKnown) last.text += character;
    else found.push({ text: character, known: isKnown });
  }
  return found;
}

/** The distinct characters that the network does not know, in order of appearance. */
export function unknownIn(text: string, known: ReadonlySet<string>): string[] {
  return [...new Set(text)].filter((character) => !known.has(character));
}

export function dropUnknown(text: string, known: ReadonlySet<string>): string {
  return Array.from(text)
    .filter((character) => known.has(character))
    .join('');
}

/** Characters that are typed in several ways: each list holds what may stand in for one another. */
const DOUBLE = '"“”„‟«»″';
const ALIKE = [
  "'‘’‚‛ʼ′`´",
  DOUBLE,
  '-‐‑‒–—―−',
  ' \u00a0\u2002\u2003\u2009\u202f\u3000\t',
  '.。．',
  ',，、',
  ':：',
  ';；',
  '!！',
  '?？',
  '(（',
  ')）',
].map((row) => Array.from(row));

/** What may stand in for a character, the nearest first. */
function similarTo(character: string): string[] {
  const alike = ALIKE.filter((row) => row.includes(character)).flat();
  const bare = character.normalize('NFKD').replace(/\p{M}/gu, '');
  // Where no double quotes are known, single ones quote too.
  const quote = DOUBLE.includes(character) ? ["'"] : [];
  const longer = { '…': '...', ß: 'ss', æ: 'ae', œ: 'oe', Æ: 'AE', Œ: 'OE', ø: 'o', Ø: 'O' }[character];
  const forms = [character, bare, ...(longer === undefined ? [] : [longer])];
  return [
    ...alike,
    ...quote,
    ...forms,
    ...forms.map((form) => form.toLowerCase()),
    ...forms.map((form) => form.toUpperCase()),
  ];
}

/** What the network knows instead of a character; null when nothing is like it. */
export function substitute(character: string, known: ReadonlySet<string>): string | null {
  const spelled = (form: string): boolean => form !== '' && Array.from(form).every((letter) => known.has(letter));
  return similarTo(character).find((form) => form !== character && spelled(form)) ?? null;
}

/** The text with what is unknown replaced by what is like it, and what has nothing like it left as it was. */
export function replaceSimilar(text: string, known: ReadonlySet<string>): string {
  return Array.from(text, (character) =>
    known.has(character) ? character : (substitute(character, known) ?? character),
  ).join('');
}

/** Where a text can begin when nothing was typed: a new line where the network knows one, else its first character. */
export function starter(vocabulary: readonly string[]): string {
  return vocabulary.includes('\n') ? '\n' : (vocabulary[0] ?? '');
}
