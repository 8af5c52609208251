import { describe, expect, it } from 'vitest';
import { ellipsis, excerpt, oneLine } from '../../src/renderer/lib/one-line.ts';
import fc from '../property.ts';

describe('a text in one line', () => {
  it('has single spaces and no line breaks', () => {
    expect(oneLine('  ROMEO:\n\tWhat  ')).toBe('ROMEO: What');
    expect(oneLine('  To be,\n\nor not ', 9)).toBe('To be, or…');
  });

  it('is cut at whole characters, and says that it was', () => {
    expect(oneLine('😀'.repeat(99))).toBe(`${'😀'.repeat(60)}…`);
    expect(oneLine('😀😀😀', 3)).toBe('😀😀😀');
  });

  it('never has four dots at its end, and never an "…" by itself', () => {
    expect(oneLine('A conversation. Then more', 15)).toBe('A conversation…');
    expect(oneLine('天地玄黄，宇宙洪荒。', 5)).toBe('天地玄黄…');
    expect(oneLine('Well? No', 5)).toBe('Well?…');
    expect(ellipsis('...')).toBe('...…');
    expect(excerpt('A conversation. Then more', 15)).toEqual({ start: 'A conversati', end: 'on…' });
    expect(excerpt('Short.', 15)).toEqual({ start: 'Short.', end: '' });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 99 }), fc.integer({ min: 1, max: 60 }), (text, most) => {
        const { start, end } = excerpt(text, most);
        expect(start + end).toBe(oneLine(text, most));
        if (start + end !== '…') expect(end).not.toBe('…');
      }),
    );
  });

  it('never gets longer than asked for, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 1, max: 80 }), (text, most) => {
        const line = oneLine(text, most);
        expect(Array.from(line.replace(/…$/u, '')).length).toBeLessThanOrEqual(most);
        expect(line).not.toMatch(/[\n\t]/u);
      }),
    );
  });
});
