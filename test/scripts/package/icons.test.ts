import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeIcns,
  decodeIco,
  decodePixels,
  encodeIcns,
  encodeIco,
  encodePixels,
  ICNS_SIZES,
  pngSize,
} from '../../../scripts/package/icon-containers.ts';
import { drawingHashes, ICO_SIZES, LINUX_SIZES } from '../../../scripts/package/icons.ts';
import fc from '../../property.ts';

const ICONS = resolve(import.meta.dirname, '../../../build/icons');
const read = (name: string): Buffer => readFileSync(join(ICONS, name));
const linux = (size: number): Buffer => read(`linux/${size}x${size}.png`);

describe('the icons that are kept', () => {
  it('are made from the drawings as they are now (else: npx node scripts/package/icons.ts)', () => {
    expect(drawingHashes()).toEqual(JSON.parse(read('sources.json').toString()));
  });

  it.each(['icon.ico', 'run.ico'])('%s has all sizes of Windows, each a PNG of its size', (name) => {
    expect(decodeIco(read(name)).map(({ size }) => size)).toEqual([...ICO_SIZES]);
  });

  it.each(['icon.icns', 'run.icns'])('%s has all sizes of macOS, for both kinds of display', (name) => {
    expect(Object.fromEntries(decodeIcns(read(name)))).toEqual({
      ...{ ic04: 16, ic05: 32, ic07: 128, ic08: 256, ic09: 512 },
      ...{ ic11: 32, ic12: 64, ic13: 256, ic14: 512, ic10: 1024 },
    });
  });

  it('are there in all sizes of Linux, named by them', () => {
    expect(readdirSync(join(ICONS, 'linux')).toSorted()).toEqual(LINUX_SIZES.map((s) => `${s}x${s}.png`).toSorted());
    for (const size of LINUX_SIZES) expect(pngSize(linux(size))).toEqual({ width: size, height: size });
  });

  it('the window’s is the one of 256 pixels, the page’s the simple drawing', () => {
    const root = resolve(ICONS, '../..');
    expect(readFileSync(join(root, 'resources/window-icon.png')).equals(linux(256))).toBe(true);
    expect(readFileSync(join(root, 'src/renderer/icon.svg')).equals(read('icon-small.svg'))).toBe(true);
  });
});

describe('containers', () => {
  const pictures = LINUX_SIZES.filter((size) => size <= 256).map((size) => ({ size, png: linux(size) }));
  const opaque = (size: number): Uint8Array => new Uint8Array(size * size * 4).fill(255);
  const apple = ICNS_SIZES.map((size) => ({ size, png: linux(size) }));

  it('an .ico gives back what was put in', () => {
    expect(decodeIco(encodeIco(pictures))).toEqual(pictures);
  });

  it('refuse what they cannot hold, and what is not what it is said to be', () => {
    expect(() => encodeIco([{ size: 512, png: linux(512) }])).toThrow('up to 256 pixels');
    expect(() => encodeIco([{ size: 48, png: linux(64) }])).toThrow('a picture of 48 pixels has 64 × 64');
    expect(() => encodeIco([{ size: 48, png: Buffer.from('GIF89a') }])).toThrow('not a PNG');
    expect(() => encodeIcns(apple.slice(2), opaque)).toThrow('needs a picture of 32 pixels');
    expect(() => encodeIcns(apple, () => new Uint8Array(3))).toThrow('3 bytes are not 16 × 16 pixels');
    expect(() => decodeIco(linux(48))).toThrow('not an .ico');
    expect(() => decodeIcns(linux(48))).toThrow('not an .icns');
    const cut = encodeIcns(apple, opaque);
    expect(() => decodeIcns(cut.subarray(0, cut.length - 1))).toThrow('not an .icns');
  });

  it('pixels come back as they were, however they repeat', () => {
    const alike = fc.uint8Array({ minLength: 8 * 8 * 4, maxLength: 8 * 8 * 4, max: 2 });
    const mixed = fc.uint8Array({ minLength: 16 * 16 * 4, maxLength: 16 * 16 * 4 });
    const returns = (size: number) => (pixels: Uint8Array) => {
      expect(Buffer.from(decodePixels(encodePixels(pixels, size), size)).equals(pixels)).toBe(true);
    };
    fc.assert(fc.property(alike, returns(8)));
    fc.assert(fc.property(mixed, returns(16)));
    expect(encodePixels(opaque(32), 32).length).toBeLessThan(100);
  });
});
