/** The two containers of icons: Windows' .ico and Apple's .icns. Both hold pictures of several sizes, here as PNG wherever that is read. */

/** A square picture as a PNG. */
export interface IconPicture {
  /** Of an edge, in pixels. */
  readonly size: number;
  readonly png: Buffer;
}

/** Pixels as a canvas has them: red, green, blue, alpha, 8 bits each, row by row. */
export type Pixels = Uint8Array;

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * Width and height of a PNG.
 *
 * @throws Error when it is not one
 */
export function pngSize(png: Buffer): { readonly width: number; readonly height: number } {
  if (png.length < 24 || !png.subarray(0, 8).equals(PNG_SIGNATURE)) throw new Error('this is not a PNG');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

const ICO_HEADER = 6;
const ICO_ENTRY = 16;

/**
 * An .ico with these pictures, at most 256 pixels large.
 *
 * @throws Error for a picture that has not the size it is said to have, or does not fit
 */
export function encodeIco(pictures: readonly IconPicture[]): Buffer {
  const header = Buffer.alloc(ICO_HEADER + ICO_ENTRY * pictures.length);
  header.writeUInt16LE(1, 2); // an icon, not a cursor
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, picture] of pictures.entries()) {
    checkSize(picture);
    if (picture.size > 256) throw new Error(`an .ico holds pictures up to 256 pixels, not ${picture.size}`);
    const entry = ICO_HEADER + ICO_ENTRY * index;
    header.writeUInt8(picture.size % 256, entry); // 0 stands for 256
    header.writeUInt8(picture.size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4); // planes
    header.writeUInt16LE(32, entry + 6); // bits of a pixel
    header.writeUInt32LE(picture.png.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += picture.png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/**
 * The pictures of an .ico whose entries are PNG.
 *
 * @throws Error when it is not one
 */
export function decodeIco(file: Buffer): IconPicture[] {
  if (file.length < ICO_HEADER || file.readUInt32LE(0) !== 0x1_0000) throw new Error('this is not an .ico');
  return Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
    const entry = ICO_HEADER + ICO_ENTRY * index;
    const offset = file.readUInt32LE(entry + 12);
    const png = file.subarray(offset, offset + file.readUInt32LE(entry + 8));
    const picture = { size: file.readUInt8(entry) || 256, png };
    checkSize(picture);
    return picture;
  });
}

/** Apple's names: the size on an ordinary display, and twice it for one with small pixels. */
const ICNS_PNG = {
  ic07: 128,
  ic08: 256,
  ic09: 512,
  ic10: 1024, // 512, twice
  ic11: 32, // 16, twice
  ic12: 64, // 32, twice
  ic13: 256, // 128, twice
  ic14: 512, // 256, twice
} as const;

/** These two are shown wrongly in a program's icon when they are PNG; so they are pixels, with one channel after the other. */
const ICNS_PIXELS = { ic04: 16, ic05: 32 } as const;

export type IcnsType = keyof typeof ICNS_PNG | keyof typeof ICNS_PIXELS;

/** The sizes that {@link encodeIcns} asks for. */
export const ICNS_SIZES: readonly number[] = [...new Set(Object.values({ ...ICNS_PNG, ...ICNS_PIXELS }))].sort(
  (a, b) => a - b,
);

/** @param pixels of a size, for the two smallest */
export function encodeIcns(pictures: readonly IconPicture[], pixels: (size: number) => Pixels): Buffer {
  const parts: Buffer[] = [];
  const add = (type: string, content: Buffer): void => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(content.length + 8, 4);
    parts.push(head, content);
  };
  for (const [type, size] of Object.entries(ICNS_PIXELS)) add(type, encodePixels(pixels(size), size));
  for (const [type, size] of Object.entries(ICNS_PNG)) {
    const picture = pictures.find((candidate) => candidate.size === size);
    if (picture === undefined) throw new Error(`an .icns needs a picture of ${size} pixels`);
    checkSize(picture);
    add(type, picture.png);
  }
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(8 + parts.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([head, ...parts]);
}

/**
 * The entries of an .icns: the size that each one has in pixels.
 *
 * @throws Error when it is none, or holds something that is not what its type says
 */
export function decodeIcns(file: Buffer): Map<string, number> {
  if (file.toString('latin1', 0, 4) !== 'icns' || file.readUInt32BE(4) !== file.length) {
    throw new Error('this is not an .icns');
  }
  const entries = new Map<string, number>();
  for (let at = 8; at < file.length;) {
    const type = file.toString('latin1', at, at + 4);
    const length = file.readUInt32BE(at + 4);
    if (length < 8) throw new Error(`the entry ${type} has no length`);
    const content = file.subarray(at + 8, at + length);
    entries.set(type, sizeOfEntry(type, content));
    at += length;
  }
  return entries;
}

function sizeOfEntry(type: string, content: Buffer): number {
  const size = { ...ICNS_PNG, ...ICNS_PIXELS }[type as IcnsType];
  if (size === undefined) throw new Error(`${type} is not among the types that Folio's icons have`);
  if (type in ICNS_PIXELS) decodePixels(content, size);
  else checkSize({ size, png: content });
  return size;
}

const CHANNELS = [3, 0, 1, 2] as const; // alpha first
const LONGEST_RUN = 130;
const LONGEST_LITERAL = 128;

/** `ARGB`: four channels, each with its runs shortened. */
export function encodePixels(pixels: Pixels, size: number): Buffer {
  if (pixels.length !== size * size * 4) throw new Error(`${pixels.length} bytes are not ${size} × ${size} pixels`);
  const out: number[] = [...Buffer.from('ARGB')];
  for (const channel of CHANNELS) shorten(channelOf(pixels, channel), out);
  return Buffer.from(out);
}

/** The pixels again. */
export function decodePixels(content: Buffer, size: number): Pixels {
  if (content.toString('latin1', 0, 4) !== 'ARGB') throw new Error('this entry does not begin with ARGB');
  const pixels = new Uint8Array(size * size * 4);
  let at = 4;
  for (const channel of CHANNELS) {
    for (let pixel = 0; pixel < size * size;) {
      const head = content.readUInt8(at++);
      const run = head >= 128;
      for (let left = run ? head - 125 : head + 1; left > 0; left -= 1) {
        pixels[4 * pixel++ + channel] = content.readUInt8(run ? at : at++);
      }
      if (run) at += 1;
    }
  }
  if (at !== content.length) throw new Error(`an entry of ${size} pixels is followed by something`);
  return pixels;
}

function channelOf(pixels: Pixels, channel: number): number[] {
  return Array.from({ length: pixels.length / 4 }, (_, pixel) => pixels[4 * pixel + channel] ?? 0);
}

/** A byte of 128 and more repeats the next one (itself less 125) times; a smaller one is followed by as many others and one more. */
function shorten(values: readonly number[], out: number[]): void {
  const runAt = (at: number): number => {
    let end = at;
    while (end < values.length && values[end] === values[at] && end - at < LONGEST_RUN) end += 1;
    return end - at;
  };
  for (let at = 0; at < values.length;) {
    const run = runAt(at);
    if (run >= 3) {
      out.push(run + 125, values[at] ?? 0);
      at += run;
      continue;
    }
    const from = at;
    while (at < values.length && at - from < LONGEST_LITERAL && runAt(at) < 3) at += 1;
    out.push(at - from - 1, ...values.slice(from, at));
  }
}

function checkSize({ size, png }: IconPicture): void {
  const { width, height } = pngSize(png);
  if (width !== size || height !== size) throw new Error(`a picture of ${size} pixels has ${width} × ${height}`);
}
