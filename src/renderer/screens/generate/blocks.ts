/** Long texts in blocks, so that a window lays out only what is seen of them. */

export interface Block {
  readonly text: string;
  /** Where it begins in the whole text, in UTF-16 units. */
  readonly start: number;
}

/** A block is at least this long before it may end; it ends at a line's end. */
const LEAST = 2000;

/** The text in blocks, each of which stands on lines of its own: the line feed between two of them belongs to neither. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  for (;;) {
    const end = text.length - start <= LEAST ? -1 : text.indexOf('\n', start + LEAST);
    if (end === -1 || end === text.length - 1) {
      blocks.push({ text: text.slice(start), start });
      return blocks;
    }
    blocks.push({ text: text.slice(start, end), start });
    start = end + 1;
  }
}

/** The nearest place at or before `at` that does not cut a character in two. */
export function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const inPair = at > 0 && at < text.length && code >= 0xdc00 && code <= 0xdfff;
  return inPair ? at - 1 : Math.min(Math.max(at, 0), text.length);
}
