/** Names of files that are suggested to a person. */

/** File systems take 255 bytes; an ending, and a number that a browser adds, have to fit, too. */
const MOST_BYTES = 180;
/** Of runs in one name; the others are counted. */
const MOST_NAMES = 3;

/** Without what no file system likes, and no longer than all of them take; `instead` where nothing is left. No ending is added. */
export function fileName(text: string, instead = 'run', mostBytes = MOST_BYTES): string {
  const plain = text
    .replace(/[\\/:*?"<>|\p{Cc}\p{Cs}\s]+/gu, ' ')
    .replace(/^[. ]+/u, '')
    .trim();
  const cut = cutToBytes(plain, mostBytes);
  return cut === '' ? instead : cut;
}

/** What a file about several runs is called: what it holds, and of which runs; each run's name gets its share of the room. */
export function fileNameOf(what: string, runs: readonly string[], more: (count: number) => string): string {
  const named = runs.slice(0, MOST_NAMES);
  const share = Math.floor((MOST_BYTES - 40) / Math.max(1, named.length)) - 2;
  const names = named.map((name) => fileName(name, 'run', share));
  const others = runs.length - named.length;
  return fileName([what, [...names, ...(others > 0 ? [more(others)] : [])].join(', ')].filter(Boolean).join(' - '));
}

/** As many whole characters as fit. */
function cutToBytes(text: string, most: number): string {
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > most) break;
    cut += character;
  }
  return cut.trim();
}
