/** What a saved picture shows, as far as a program can see it. */
import type { Page } from 'playwright-core';

export interface ColourCount {
  readonly width: number;
  readonly height: number;
  readonly corner: string;
  /** Pixels of exactly these colours, above and below a row. */
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** Decodes it in the page, which rejects what is no picture. @param colours as #rrggbb */
export function countColours(
  page: Page,
  picture: Uint8Array,
  colours: readonly string[],
  row: number,
): Promise<ColourCount> {
  return page.evaluate<ColourCount>(`(async () => {
    const bytes = Uint8Array.from(atob('${Buffer.from(picture).toString('base64')}'), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const hex = (i) => '#' + [0, 1, 2].map((k) => data[4 * i + k].toString(16).padStart(2, '0')).join('');
    const wanted = ${JSON.stringify(colours)};
    const [above, below] = [wanted.map(() => 0), wanted.map(() => 0)];
    for (let i = 0; i < width * height; i++) {
      const colour = wanted.indexOf(hex(i));
      if (colour >= 0) (i < ${row} * width ? above : below)[colour]++;
    }
    return { width, height, corner: hex(0), above, below };
  })()`);
}
