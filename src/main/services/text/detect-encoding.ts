/** What encoding a text file is in. Valid UTF-8 wins; the rest is weighed on a sample by chardet. */
import { isUtf8 } from 'node:buffer';
import { setImmediate as otherWork } from 'node:timers/promises';
import chardet from 'chardet';
import iconv from 'iconv-lite';
import { controlShare } from './binary.ts';

export interface Encoding {
  /** For iconv-lite: 'utf-8', 'utf-16le', 'gb18030', ... */
  readonly id: string;
  /** For people: "UTF-8 with BOM", "GB18030". */
  readonly label: string;
  /** The whole file was found to be valid: a U+FFFD in it was written there. */
  readonly valid?: true;
}

/** Random access to a file's bytes. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `position`, fewer than `length` only at the end. */
  read(position: number, length: number): Uint8Array;
}

const SAMPLE_BYTES = 1 << 16;
const SCAN_BYTES = 1 << 18;
/** Half of the bytes, but for characters beyond Latin-1. */
const LATIN_NUL_SHARE = 0.25;
/** Below this chardet's confidence (of 100) is what it gives to anything. */
const LEAST_CONFIDENCE = 10;
/** A file is UTF-8 with damaged places, and not another encoding, when so many characters beyond ASCII are whole for each broken one. */
const WHOLE_PER_BROKEN = 20;

const UTF8: Encoding = { id: 'utf-8', label: 'UTF-8' };

/** The longer marks first: UTF-32 LE begins as UTF-16 LE does. */
const BYTE_ORDER_MARKS: readonly (Encoding & { readonly mark: readonly number[] })[] = [
  { mark: [0xef, 0xbb, 0xbf], id: 'utf-8', label: 'UTF-8 with BOM' },
  { mark: [0xff, 0xfe, 0, 0], id: 'utf-32le', label: 'UTF-32 LE with BOM' },
  { mark: [0, 0, 0xfe, 0xff], id: 'utf-32be', label: 'UTF-32 BE with BOM' },
  { mark: [0xff, 0xfe], id: 'utf-16le', label: 'UTF-16 LE with BOM' },
  { mark: [0xfe, 0xff], id: 'utf-16be', label: 'UTF-16 BE with BOM' },
  { mark: [0x84, 0x31, 0x95, 0x33], id: 'gb18030', label: 'GB18030 with BOM' },
];

/**
 * The encoding of a file, or null when it is none that is known (most likely no text at all).
 *
 * 1. A byte order mark decides.
 * 2. NUL bytes mean UTF-16 (or no text): the byte order under which the sample reads as text.
 * 3. UTF-8 when the whole file is valid UTF-8, or nearly: a few broken characters among many whole ones.
 * 4. Else chardet's best guess on the part of the file that is not UTF-8. ISO-8859-1 is read as windows-1252, which adds
 *    quotation marks and dashes to it.
 *
 * Other work goes on in between: a large file that is not quite UTF-8 takes seconds.
 */
export async function detectEncoding(source: ByteSource): Promise<Encoding | null> {
  const start = source.read(0, SAMPLE_BYTES);
  const marked = BYTE_ORDER_MARKS.find(({ mark }) => mark.every((byte, i) => start[i] === byte));
  if (marked !== undefined) return { id: marked.id, label: marked.label };
  if (start.includes(0)) return detectUtf16(start);
  const scan = await scanUtf8(source);
  if (scan.verdict === 'valid') return { ...UTF8, valid: true };
  if (scan.verdict === 'nearly') return UTF8;
  return detectLegacy(sampleAround(source, scan.firstBroken));
}

/** UTF-16 without a mark, or null. Both byte orders are tried: the wrong one gives rare and unassigned characters. */
function detectUtf16(sample: Uint8Array): Encoding | null {
  // Stray NUL bytes in a text of one byte a character: as UTF-16, pairs of its letters would pass for Chinese. Latin UTF-16 has
  // every other byte NUL; every other script has bytes in it that would be control characters.
  const others = sample.filter((byte) => byte !== 0);
  const nulShare = 1 - others.length / sample.length;
  if (nulShare < LATIN_NUL_SHARE && controlShare(Buffer.from(others).toString('latin1')) < 0.01) return null;
  const whole = sample.subarray(0, sample.length & ~1);
  const little = textScore(new TextDecoder('utf-16le').decode(whole));
  const big = textScore(new TextDecoder('utf-16be').decode(whole));
  if (Math.max(little, big) <= 0) return null;
  return little >= big ? { id: 'utf-16le', label: 'UTF-16 LE' } : { id: 'utf-16be', label: 'UTF-16 BE' };
}

/** How much a string reads like text: common characters for it; controls, unassigned and broken ones (much more) against it. */
function textScore(text: string): number {
  const common = text.match(/[\n\r\t \p{L}\p{N}\p{P}]/gu)?.length ?? 0;
  const everyday = text.match(/[\n a-zA-Z\u3001\u3002\uff0c]/g)?.length ?? 0;
  // eslint-disable-next-line no-control-regex -- NUL and other controls speak against text
  const wrong = text.match(/[\x00-\x08\x0e-\x1f\ufffd\ufffe\p{Cn}\p{Co}]/gu)?.length ?? 0;
  return common + 2 * everyday - 20 * wrong;
}

type Utf8Scan =
  | { readonly verdict: 'valid' }
  | { readonly verdict: 'nearly' }
  /** `firstBroken` is right within a few bytes. */
  | { readonly verdict: 'other'; readonly firstBroken: number };

/** Reads the whole file, unless it is soon clear that it is not UTF-8. */
async function scanUtf8(source: ByteSource): Promise<Utf8Scan> {
  let firstBroken: number | null = null;
  let broken = 0;
  let whole = 0;
  for (let position = 0; position < source.size;) {
    const bytes = source.read(position, SCAN_BYTES);
    if (bytes.length === 0) break; // the file has become shorter: found out when it is read
    const atEnd = position + bytes.length >= source.size;
    // A character that the chunk's end cuts in two is left to the next chunk.
    const chunk = atEnd ? bytes : bytes.subarray(0, bytes.length - cutOffTail(bytes));
    const valid = isUtf8(chunk);
    if (!valid && firstBroken === null) {
      firstBroken = position + validPrefix(chunk);
      // Characters are counted only from here on, so that a valid file costs nothing more.
      whole = await wholeBefore(source, position);
    }
    if (firstBroken !== null) {
      const counts = countBeyondAscii(new TextDecoder().decode(chunk));
      broken += valid ? 0 : counts.broken;
      whole += counts.whole;
      if (broken > 1000 && broken * WHOLE_PER_BROKEN > whole) return { verdict: 'other', firstBroken };
    }
    position += chunk.length;
    await otherWork();
  }
  if (firstBroken === null) return { verdict: 'valid' };
  return broken * WHOLE_PER_BROKEN > whole ? { verdict: 'other', firstBroken } : { verdict: 'nearly' };
}

/** Whole characters beyond ASCII in the (valid) start of a file. */
async function wholeBefore(source: ByteSource, end: number): Promise<number> {
  let whole = 0;
  for (let position = 0; position < end; position += SCAN_BYTES) {
    const text = new TextDecoder().decode(source.read(position, Math.min(SCAN_BYTES, end - position)));
    whole += countBeyondAscii(text).whole;
    await otherWork();
  }
  return whole;
}

function countBeyondAscii(text: string): { readonly whole: number; readonly broken: number } {
  let whole = 0;
  let broken = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit === 0xfffd) broken++;
    else if ((unit & 0xfc00) !== 0xdc00) whole++; // the second half of a pair belongs to the character before
  }
  return { whole, broken };
}

/** Bytes at the end of a chunk that begin a UTF-8 character without finishing it: 0 to 3. */
function cutOffTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back < bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number; // back is below the length
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) ? back : 0;
  }
  return 0;
}

/** The longest valid prefix of a chunk that is not valid UTF-8 (up to 3 bytes less). */
function validPrefix(chunk: Uint8Array): number {
  let valid = 0;
  let invalid = chunk.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    const prefix = chunk.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, middle - cutOffTail(prefix)))) valid = middle;
    else invalid = middle;
  }
  return valid;
}

/** A sample that begins at a line's start, some way before `position` where the line is long. */
function sampleAround(source: ByteSource, position: number): Uint8Array {
  const from = Math.max(0, position - SAMPLE_BYTES / 4);
  const sample = source.read(from, SAMPLE_BYTES);
  if (from === 0) return sample;
  const newline = sample.subarray(0, position - from).indexOf(0x0a);
  return newline === -1 ? sample : sample.subarray(newline + 1);
}

const LEGACY_LABELS: Readonly<Record<string, string>> = { 'ISO-8859-1': 'windows-1252' };

function detectLegacy(sample: Uint8Array): Encoding | null {
  const guesses = chardet.analyse(sample).filter(({ confidence }) => confidence >= LEAST_CONFIDENCE);
  for (const { name } of guesses) {
    const label = LEGACY_LABELS[name] ?? name;
    if (!iconv.encodingExists(label) || /^UTF-/.test(label)) continue;
    const decoded = iconv.decode(sample, label);
    // The sample's end may cut one character in two; more than that, and the guess is wrong.
    if (countBeyondAscii(decoded).broken > 1 + decoded.length / 1000) continue;
    return { id: label.toLowerCase(), label };
  }
  return null;
}
