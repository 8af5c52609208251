/**
 * npx node scripts/package/icons.ts
 *
 * Draws every size of Folio's icons from the pictures in build/icons/*.svg, with the system's Chromium, and puts them into the containers
 * that the systems want. Needed only after a change of a drawing: what it makes is kept in git, because not every machine that
 * packages has a browser. build/icons/sources.json says what it was made from; a test compares.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../../test/e2e/harness/end-to-end.ts';
import { encodeIcns, encodeIco, ICNS_SIZES, type IconPicture, type Pixels } from './icon-containers.ts';

const FOLDER = resolve(import.meta.dirname, '../../build/icons');
export const DRAWINGS = ['icon.svg', 'icon-small.svg', 'run.svg', 'run-small.svg'] as const;
type Drawing = (typeof DRAWINGS)[number];

/** Up to this size, in pixels, the simple drawing is used. */
const SMALL = 32;
export const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256] as const;
export const LINUX_SIZES = [16, 24, 32, 48, 64, 96, 128, 256, 512, 1024] as const;

/** Which part of a drawing's 1024 × 1024 units is shown, as SVG's viewBox says it. */
const WHOLE = '0 0 1024 1024';
/** The tile without the margin that only macOS leaves around it. */
const TILE = '76 80 872 872';
/** The simple drawing has no margin; on macOS it needs one as soon as there are pixels for it. */
const SMALL_WITH_MARGIN = '-64 -64 1152 1152';

interface View {
  readonly drawing: Drawing;
  readonly part: string;
}

/** What is shown on which system at which size. */
function iconView(size: number, mac: boolean): View {
  if (size > SMALL) return { drawing: 'icon.svg', part: mac ? WHOLE : TILE };
  return { drawing: 'icon-small.svg', part: mac && size >= 32 ? SMALL_WITH_MARGIN : WHOLE };
}

function runView(size: number): View {
  return { drawing: size > SMALL ? 'run.svg' : 'run-small.svg', part: WHOLE };
}

/** SHA-256 of each drawing. */
export function drawingHashes(folder: string = FOLDER): Record<string, string> {
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(DRAWINGS.map((name) => [name, hash(name)]));
}

async function draw(page: Page, { drawing, part }: View, size: number): Promise<IconPicture> {
  const svg = readFileSync(join(FOLDER, drawing), 'utf8').replace(
    /viewBox="[^"]*"/,
    `viewBox="${part}" width="${size}" height="${size}" style="display: block"`,
  );
  await page.setViewportSize({ width: Math.max(size, 64), height: Math.max(size, 64) });
  await page.setContent(`<body style="margin: 0; background: transparent">${svg}</body>`);
  const clip = { x: 0, y: 0, width: size, height: size };
  return { size, png: await page.screenshot({ omitBackground: true, clip }) };
}

async function pixelsOf(page: Page, { size, png }: IconPicture): Promise<Pixels> {
  // As text: these scripts know nothing of a page's own types.
  const values = await page.evaluate<number[]>(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png.toString('base64')}';
    await image.decode();
    const context = new OffscreenCanvas(${size}, ${size}).getContext('2d');
    context.drawImage(image, 0, 0);
    return [...context.getImageData(0, 0, ${size}, ${size}).data];
  })()`);
  return Uint8Array.from(values);
}

async function main(): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ deviceScaleFactor: 1 });
    const all = async (sizes: readonly number[], view: (size: number) => View): Promise<IconPicture[]> => {
      const pictures: IconPicture[] = [];
      for (const size of sizes) pictures.push(await draw(page, view(size), size));
      return pictures;
    };
    const apple = async (name: string, view: (size: number) => View): Promise<void> => {
      const pictures = await all(ICNS_SIZES, view);
      const pixels = new Map<number, Pixels>();
      for (const picture of pictures.filter(({ size }) => size <= SMALL)) {
        pixels.set(picture.size, await pixelsOf(page, picture));
      }
      write(
        name,
        encodeIcns(pictures, (size) => pixels.get(size) ?? new Uint8Array()),
      );
    };
    const linux = await all(LINUX_SIZES, (size) => iconView(size, false));
    for (const { size, png } of linux) write(`linux/${size}x${size}.png`, png);
    // Read by the program itself, so it lies where the program's own files do.
    for (const { png } of linux.filter(({ size }) => size === 256)) write('../../resources/window-icon.png', png);
    write('../../src/renderer/icon.svg', readFileSync(join(FOLDER, 'icon-small.svg'))); // of the page's tab in a browser
    write('icon.ico', encodeIco(await all(ICO_SIZES, (size) => iconView(size, false))));
    await apple('icon.icns', (size) => iconView(size, true));
    write('run.ico', encodeIco(await all(ICO_SIZES, runView)));
    await apple('run.icns', runView);
    for (const { png } of await all([256], runView)) write('run.png', png);
    write('sources.json', Buffer.from(`${JSON.stringify(drawingHashes(), null, 2)}\n`));
  } finally {
    await browser.close();
  }
}

function write(name: string, content: Buffer): void {
  const file = join(FOLDER, name);
  mkdirSync(resolve(file, '..'), { recursive: true });
  writeFileSync(file, content);
  console.log(`${relative(process.cwd(), file)}: ${content.length} bytes`);
}

if (import.meta.main) await main();
