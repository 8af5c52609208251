/** Where everything stands on a chart's picture: title, chart, each run's name in full, and what its lines and rings are. */
import type { PlotInput } from './plot-input.ts';

/** Pixels, before the picture is enlarged. */
const MARGIN = 24;
const LINE = { title: 26, text: 20 } as const;
/** Legends begin where the curves do. */
const INDENT = 44;
const SIGN = 28;

export type PictureFont = keyof typeof LINE;

export type PictureMark =
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly font: PictureFont }
  | {
      readonly kind: 'line';
      readonly x: number;
      readonly y: number;
      /** A CSS variable. */
      readonly colour: string;
      readonly thickness: number;
      readonly opacity: number;
    }
  | { readonly kind: 'ring'; readonly x: number; readonly y: number; readonly colour: string };

export interface PictureLayout {
  readonly width: number;
  readonly height: number;
  /** The upper left corner of the chart itself. */
  readonly chart: { readonly x: number; readonly y: number };
  readonly marks: readonly PictureMark[];
}

export interface PictureWords {
  readonly baseline: string;
  /** What the faint line is, the strong one, and the rings. */
  readonly raw: string;
  readonly smoothed: string;
  readonly validation: string;
}

/** @param measure the width of a text in pixels */
export function layPicture(
  { series, width, height }: Pick<PlotInput, 'series' | 'width' | 'height'>,
  title: string,
  words: PictureWords,
  measure: (text: string, font: PictureFont) => number,
): PictureLayout {
  const marks: PictureMark[] = [];
  let y = MARGIN;
  const write = (text: string, x: number, font: PictureFont): void => {
    for (const line of wrap(text, width + MARGIN - x, (part) => measure(part, font))) {
      y += LINE[font];
      marks.push({ kind: 'text', x, y, text: line, font });
    }
  };
  write(title, MARGIN, 'title');
  y += 14;
  const chart = { x: MARGIN, y };
  y += height + 6;
  const x = MARGIN + INDENT;
  /** A sign stands beside the first line of its words. */
  const signY = (): number => y + LINE.text - 4;
  for (const { name, colour, pinned } of series) {
    marks.push({ kind: 'line', x, y: signY(), colour, thickness: pinned === true ? 3 : 2, opacity: 1 });
    write(pinned === true ? `${name} (${words.baseline})` : name, x + SIGN, 'text');
  }
  const [first] = series;
  if (first !== undefined) {
    const colour = series.length === 1 ? first.colour : '--ink';
    y += 6;
    marks.push({ kind: 'line', x, y: signY(), colour, thickness: 2, opacity: 1 });
    write(words.smoothed, x + SIGN, 'text');
    marks.push({ kind: 'line', x, y: signY(), colour, thickness: 1, opacity: 0.4 });
    write(words.raw, x + SIGN, 'text');
    if (series.some(({ curve }) => curve.validation.length > 0)) {
      marks.push({
        kind: 'ring',
        x: x + 10,
        y: signY(),
        colour: series.length === 1 ? (first.validationColour ?? colour) : colour,
      });
      write(words.validation, x + SIGN, 'text');
    }
  }
  return { width: width + 2 * MARGIN, height: y + MARGIN, chart, marks };
}

/** A text in lines of at most that width; a word that is wider is broken. No character is lost but the spaces at the breaks. */
export function wrap(text: string, width: number, measure: (text: string) => number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/u)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (line !== '' && measure(line + character) > width) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return line === '' ? lines : [...lines, line];
}
