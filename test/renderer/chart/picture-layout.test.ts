import { describe, expect, it } from 'vitest';
import { layPicture, wrap, type PictureMark } from '../../../src/renderer/lib/chart/picture-layout.ts';
import type { ChartSeries } from '../../../src/renderer/lib/chart/series.ts';
import type { Curve } from '../../../src/shared/curve.ts';
import fc from '../../property.ts';

const words = { baseline: 'baseline', raw: 'logged steps', smoothed: 'moving average', validation: 'held-out text' };
const measure = (text: string): number => 6 * Array.from(text).length;

function one(run: number, name: string, validated: boolean, pinned = false): ChartSeries {
  const validation = validated ? [{ x: 2, epoch: 1, loss: 2 }] : [];
  const curve = { x: [1, 2], loss: [3, 2], smooth: [3, 2.5], validation } as unknown as Curve; // what a legend looks at
  return { run, name, colour: `--series-${run}`, curve, ...(pinned && { pinned }) };
}

const lay = (series: readonly ChartSeries[], title = 'Loss curves', width = 600) =>
  layPicture({ series, width, height: 300 }, title, words, measure);
const textsOf = (marks: readonly PictureMark[]): string[] =>
  marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

describe('a picture', () => {
  it('tells what each line and ring is', () => {
    const { marks } = lay([one(1, 'First', true, true), one(2, 'Second', false)]);
    expect(textsOf(marks)).toEqual([
      'Loss curves',
      'First (baseline)',
      'Second',
      'moving average',
      'logged steps',
      'held-out text',
    ]);
    const signs = marks.filter(({ kind }) => kind !== 'text');
    expect(signs).toMatchObject([
      { kind: 'line', colour: '--series-1', thickness: 3 },
      { kind: 'line', colour: '--series-2', thickness: 2 },
      { kind: 'line', colour: '--ink', opacity: 1 },
      { kind: 'line', colour: '--ink', opacity: 0.4 },
      { kind: 'ring', colour: '--ink' },
    ]);
  });

  it('of one run without validation has no ring, and its lines’ own colour', () => {
    const { marks } = lay([one(1, 'Alone', false)]);
    expect(textsOf(marks)).toEqual(['Loss curves', 'Alone', 'moving average', 'logged steps']);
    expect(
      marks.filter(({ kind }) => kind === 'line').every((mark) => 'colour' in mark && mark.colour === '--series-1'),
    ).toBe(true);
  });

  it('has everything inside, names in full, however long they are', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 8 }),
        name,
        fc.integer({ min: 150, max: 900 }),
        (names, title, width) => {
          const { marks, chart, ...size } = lay(
            names.map((each, i) => one(i + 1, each, true)),
            title,
            width,
          );
          const solid = (text: string): string => text.replace(/\s+/gu, '');
          const written = solid(textsOf(marks).join(''));
          expect(written).toBe(solid([title, ...names, words.smoothed, words.raw, words.validation].join('')));
          let below = 0;
          for (const mark of marks) {
            expect(mark.y).toBeLessThan(size.height);
            if (mark.kind !== 'text') continue;
            expect(mark.x + measure(mark.text)).toBeLessThanOrEqual(Math.max(size.width, mark.x + 6));
            expect(mark.y).toBeGreaterThan(below); // no line on another
            below = mark.y;
          }
          expect(chart.y + 300).toBeLessThan(size.height);
        },
      ),
    );
  });
});

it('a text is broken between words, and a word only where it is wider than the line', () => {
  expect(wrap('to be or not', 30, measure)).toEqual(['to be', 'or', 'not']);
  expect(wrap('abcdefgh ij', 24, measure)).toEqual(['abcd', 'efgh', 'ij']);
  expect(wrap('', 30, measure)).toEqual([]);
});
