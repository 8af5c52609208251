/** A text's beginning as it stands in a list, a cell or a sentence: white space becomes one space, what is cut off becomes "…". */
export function oneLine(text: string, most = 60): string {
  // Only so much is looked at: a text may be a book. Indentation and line breaks take room that is not shown.
  const line = text
    .slice(0, most * 8)
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  const cut = characters.length > most || text.length > most * 8;
  return cut ? ellipsis(characters.slice(0, most).join('')) : line;
}

/** The same in two pieces: the last characters with their "…" are to be kept on one line, so that it never stands alone. */
export function excerpt(text: string, most: number): { readonly start: string; readonly end: string } {
  const line = oneLine(text, most);
  if (!line.endsWith('…')) return { start: line, end: '' };
  const characters = Array.from(line);
  return { start: characters.slice(0, -3).join(''), end: characters.slice(-3).join('') };
}

/** What was cut off, with its "…"; without the stops, commas and spaces at its end, which would make four dots of three. */
export function ellipsis(text: string): string {
  const bare = text.replace(/[\s.,;:…·。．，、；：]+$/u, '');
  return `${bare === '' ? text.trimEnd() : bare}…`;
}
