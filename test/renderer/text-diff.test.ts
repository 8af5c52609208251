import { describe, expect, it } from 'vitest';
import { DIFF_LIMITS, diffTexts } from '../../src/renderer/lib/text-diff.ts';
import type { Segment } from '../../src/renderer/lib/text-diff.ts';
import fc from '../property.ts';

/** "a [b] c": what is marked stands in brackets. */
const shown = (segments: readonly Segment[]): string =>
  segments.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('');
const joined = (segments: readonly Segment[]): string => segments.map(({ text }) => text).join('');

describe('what differs between two texts', () => {
  it('marks whole words', () => {
    const { left, right, precision } = diffTexts('I wall the so mare', 'I will not so mare', 'words');
    expect(shown(left)).toBe('I [wall the] so mare');
    expect(shown(right)).toBe('I [will not] so mare');
    expect(precision).toBe('words');
  });

  it('marks only the characters that differ within words that are alike', () => {
    const { left, right, precision } = diffTexts('the sorld, heare', 'the world, heart', 'characters');
    expect(shown(left)).toBe('the [s]orld, hear[e]');
    expect(shown(right)).toBe('the [w]orld, hear[t]');
    expect(precision).toBe('characters');
  });

  it('marks words as a whole that have next to nothing in common', () => {
    expect(shown(diffTexts('KING RICHARD:', 'JULIET:', 'characters').right)).toBe('[JULIET]:');
  });

  it('does not leave single letters that happen to be alike between two changes', () => {
    // "t" is in both endings.
    expect(shown(diffTexts('father hathe', 'father haste', 'characters').left)).toBe('father ha[th]e');
  });

  it('marks punctuation that was exchanged', () => {
    expect(shown(diffTexts('my lord, the', 'my lord? the', 'words').left)).toBe('my lord[,] the');
  });

  it('leaves spaces at the edges of a mark out', () => {
    expect(shown(diffTexts('to be', 'to be or not', 'words').right)).toBe('to be [or not]');
  });

  it('marks a space that the other text does not have', () => {
    expect(shown(diffTexts('a  b', 'a b', 'characters').left)).toBe('a [ ]b');
  });

  it('compares Chinese character by character, by words, too', () => {
    expect(shown(diffTexts('天地玄黄，宇宙洪荒', '天地玄英，宇宙洪荒', 'words').right)).toBe('天地玄[英]，宇宙洪荒');
  });

  it('never cuts a character outside the basic plane in two', () => {
    expect(shown(diffTexts('a 😀 b', 'a 😁 b', 'characters').left)).toBe('a [😀] b');
  });

  it('keeps texts that are the same in one unmarked piece; empty ones in none', () => {
    expect(diffTexts('same', 'same', 'characters').left).toEqual([{ text: 'same', differs: false }]);
    expect(diffTexts('', '', 'words')).toEqual({ left: [], right: [], precision: 'words' });
    expect(shown(diffTexts('', 'new', 'characters').right)).toBe('[new]');
  });

  it('takes the next coarser comparison beyond each limit, and says which', () => {
    const [left, right] = ['one two\nthree\n', 'uno dos\nthree\n'];
    const by = (limits: object) => diffTexts(left, right, 'characters', { ...DIFF_LIMITS, ...limits });
    expect(by({}).precision).toBe('characters');
    expect(by({ characters: 10 }).precision).toBe('words');
    const lines = by({ edits: 2 });
    expect([lines.precision, shown(lines.left)]).toEqual(['lines', '[one two\n]three\n']);
    const none = by({ edits: 1 });
    expect([none.precision, shown(none.left), shown(none.right)]).toEqual(['none', left, right]);
  });

  it('stays quick for long texts that have nothing in common', () => {
    const noise = (length: number, seed: number): string => {
      let state = seed;
      return Array.from({ length }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return 'etaoin shrdlu, wmf'.charAt(Math.floor((state / 2 ** 32) * 18));
      }).join('');
    };
    const begun = performance.now();
    const { left } = diffTexts(noise(60_000, 3), noise(60_000, 5), 'characters');
    expect(joined(left)).toHaveLength(60_000);
    expect(performance.now() - begun).toBeLessThan(3000); // 0.2 s measured
  });

  it('loses nothing and invents nothing, whatever the texts', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'e', ' ', '\n', ',', '天', '😀'), maxLength: 60 });
    fc.assert(
      fc.property(text, text, fc.constantFrom('words' as const, 'characters' as const), (a, b, by) => {
        const { left, right } = diffTexts(a, b, by);
        expect(joined(left)).toBe(a);
        expect(joined(right)).toBe(b);
        for (const side of [left, right]) {
          expect(side.every(({ text }) => text !== '')).toBe(true);
          expect(side.some(({ text }) => !text.isWellFormed())).toBe(false);
        }
        if (a === b) expect([...left, ...right].some(({ differs }) => differs)).toBe(false);
      }),
    );
  });
});
