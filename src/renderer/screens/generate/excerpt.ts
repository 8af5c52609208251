/** The words around the place where a text goes another way. */

import { ellipsis } from '../../lib/one-line.ts';

const BEFORE = 40;
const AFTER = 40;

/** @param at in characters (code points). Line breaks are shown as a sign, so that it stays one line. */
export function around(text: string, at: number): { readonly before: string; readonly after: string } {
  const characters = Array.from(text.replaceAll('\n', '↵'));
  const begins = Math.max(0, at - BEFORE);
  const ends = Math.min(characters.length, at + AFTER);
  return {
    before: (begins > 0 ? '…' : '') + characters.slice(begins, at).join(''),
    after: ends < characters.length ? ellipsis(characters.slice(at, ends).join('')) : characters.slice(at).join(''),
  };
}
