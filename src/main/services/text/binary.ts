/** Telling a text file from anything else, so that a picture is refused by name and not trained on. */

interface Magic {
  readonly bytes: readonly number[];
  readonly offset?: number;
  readonly what: string;
}

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

const MAGIC: readonly Magic[] = [
  { bytes: [0x7f, ...ascii('ELF')], what: 'a program (ELF)' },
  { bytes: [0x89, ...ascii('PNG'), 0x0d, 0x0a], what: 'a PNG image' },
  { bytes: [0xff, 0xd8, 0xff], what: 'a JPEG image' },
  { bytes: ascii('GIF8'), what: 'a GIF image' },
  { bytes: [...ascii('PK'), 3, 4], what: 'a zip archive (.docx, .epub and .odt files are zip archives too)' },
  { bytes: [...ascii('PK'), 5, 6], what: 'an empty zip archive' },
  { bytes: ascii('%PDF-'), what: 'a PDF document' },
  { bytes: ascii('{\\rtf'), what: 'an RTF document' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1], what: 'an old Office document (.doc)' },
  { bytes: [0x1f, 0x8b, 8], what: 'a gzip archive' },
  { bytes: [0xfd, ...ascii('7zXZ'), 0], what: 'an xz archive' },
  { bytes: [...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c], what: 'a 7z archive' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'a zstd archive' },
  { bytes: [...ascii('Rar!'), 0x1a, 7], what: 'a RAR archive' },
  { bytes: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], offset: 4, what: 'a bzip2 archive' },
  { bytes: [...ascii('ustar'), 0], offset: 257, what: 'a tar archive' },
  { bytes: [...ascii('ustar  '), 0], offset: 257, what: 'a tar archive' },
  { bytes: ascii('SQLite format 3'), what: 'an SQLite database' },
  { bytes: ascii('BOOKMOBI'), offset: 60, what: 'a Mobipocket or Kindle book' },
  { bytes: [...ascii('OggS'), 0], what: 'an Ogg sound' },
  { bytes: [...ascii('ID3'), 3, 0], what: 'an MP3 sound' },
  { bytes: [...ascii('ID3'), 4, 0], what: 'an MP3 sound' },
  { bytes: ascii('ftyp'), offset: 4, what: 'a video or sound (MP4)' },
];

/** What a file that begins with these bytes is, where that is known not to be text; else null. */
export function binaryKind(start: Uint8Array): string | null {
  const found = MAGIC.find(({ bytes, offset = 0 }) => bytes.every((byte, i) => start[offset + i] === byte));
  return found?.what ?? null;
}

/** The share of a text's characters that are controls no text is written with (all but tab, line ends, form feed, escape). */
export function controlShare(text: string): number {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  const controls = text.match(/[\x00-\x07\x0e-\x1a\x1c-\x1f]/g);
  return text === '' ? 0 : (controls?.length ?? 0) / text.length;
}
