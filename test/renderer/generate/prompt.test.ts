import { describe, expect, it } from 'vitest';
import { showCharacters } from '../../../src/renderer/screens/generate/characters.ts';
import {
  dropUnknown,
  replaceSimilar,
  starter,
  stretches,
  substitute,
  unknownIn,
} from '../../../src/renderer/screens/generate/prompt.ts';
import fc from '../../property.ts';

const known = new Set("abcdefghijklmnopqrstuvwxyzABCDEFG '.,-\n");

describe('a prompt beside a vocabulary', () => {
  it('is known here and unknown there', () => {
    expect(stretches('aé12b', known)).toEqual([
      { text: 'a', known: true },
      { text: 'é12', known: false },
      { text: 'b', known: true },
    ]);
    expect(unknownIn('é1é𝄞', known)).toEqual(['é', '1', '𝄞']);
    expect(dropUnknown('aé𝄞b', known)).toBe('ab');
  });

  it('stays whole in its stretches', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const parts = stretches(text, known);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        expect(unknownIn(dropUnknown(text, known), known)).toEqual([]);
      }),
    );
  });

  it('is spelled with what is alike', () => {
    expect(replaceSimilar('“Hello” — it’s Zoë…', known)).toBe("'hello' - it's zoe...");
    expect(replaceSimilar('A\u00a0B\tC', known)).toBe('A B C');
    expect(replaceSimilar('7 é', known)).toBe('7 e');
    expect(substitute('漢', known)).toBeNull();
    expect(substitute('。', new Set('.'))).toBe('.');
    expect(substitute('h', new Set('H'))).toBe('H');
  });

  it('has a character to begin with', () => {
    expect(starter(['\n', 'a'])).toBe('\n');
    expect(starter(['天', '地'])).toBe('天');
    expect(starter([])).toBe('');
  });

  it('is told about in a sentence', () => {
    const more = (count: string): string => `${count} more`;
    expect(showCharacters(['é', '\u200b'], more)).toBe('é\u2002U+200B');
    expect(showCharacters(Array.from('abcdefghijk'), more)).toMatch(/h\u20023 more$/);
  });
});
