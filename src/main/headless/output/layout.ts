/** Text laid out for a terminal of a given width. */

/** Cells that a character takes: two for East Asian wide ones and emoji, none for combining ones. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /\p{M}|\u200b|\u200c|\u200d/u;

/** Columns that a text takes on a terminal. */
export function cells(text: string): number {
  let width = 0;
  for (const character of text) width += characterCells(character);
  return width;
}

function characterCells(character: string): number {
  if (character < '\u0300') return 1;
  return NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** Cuts a text to a width, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let kept = '';
  let used = 1; // the ellipsis
  for (const character of text) {
    used += characterCells(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * Breaks lines longer than `width`: at spaces where there are any, else within the word. Line breaks and leading spaces of
 * the text stay.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const room = Math.max(8, width - cells(indent));
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, room))
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  let used = 0;
  for (const word of line.split(/(?<= )(?=[^ ])/)) {
    const length = cells(word.trimEnd());
    if (used > 0 && used + length > width) {
      lines.push(current.trimEnd());
      current = '';
      used = 0;
    }
    if (length <= width) {
      current += word;
      used += cells(word);
      continue;
    }
    for (const character of word) {
      if (used + characterCells(character) > width) {
        lines.push(current);
        current = '';
        used = 0;
      }
      current += character;
      used += characterCells(character);
    }
  }
  lines.push(current);
  return lines;
}

/**
 * Makes text that a network or a file wrote safe to show: control characters could move the cursor or worse, so all but
 * line feed and tab become their Unicode pictures.
 */
export function visible(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  });
}
