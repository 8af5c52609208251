import { describe, expect, it } from 'vitest';
import { pictureOf, visibleCharacter } from '../../../src/renderer/screens/texts/characters.ts';
import { nameOf } from '../../../src/renderer/lib/text-name.ts';
import type { CharacterCount } from '../../../src/shared/contract/corpora.ts';

describe('a character', () => {
  it('is shown so that it can be seen', () => {
    expect(['a', '字', '😀'].map(visibleCharacter)).toEqual(['a', '字', '😀']);
    expect([' ', '\n', '\t', '\r'].map(visibleCharacter)).toEqual(['␣', '↵', '⇥', '␍']);
    expect(visibleCharacter('\u200b')).toBe('200B');
    expect(visibleCharacter('\u0301')).toBe('\u25cc\u0301');
    expect(visibleCharacter('\u{e0001}')).toBe('E0001');
  });
});

describe('the picture of a text', () => {
  it('has shares of the whole and heights beside the highest', () => {
    const { frequent, rare, distinct } = pictureOf([
      ['e', 60],
      ['t', 30],
      ['q', 6],
      ['&', 4],
    ]);
    expect(frequent.map(({ share, height }) => [share, height])).toEqual([
      [0.6, 1],
      [0.3, 0.5],
      [0.06, 0.1],
      [0.04, 4 / 60],
    ]);
    expect(rare.map(({ character }) => character)).toEqual(['&']);
    expect(distinct).toBe(4);
  });

  it('names the rarest first, and says how many more there are', () => {
    const counts = Array.from({ length: 100 }, (_, at): CharacterCount => [String.fromCodePoint(0x4e00 + at), 4]);
    const { frequent, rare, moreRare } = pictureOf([['的', 500], ...counts, ['龜', 1]], 60, 48);
    expect(frequent).toHaveLength(60);
    expect(rare).toHaveLength(48);
    expect(rare[0]?.character).toBe('龜');
    expect(moreRare).toBe(53);
  });

  it('takes a text of one character', () => {
    expect(pictureOf([['a', 7]]).frequent).toEqual([{ character: 'a', shown: 'a', count: 7, share: 1, height: 1 }]);
  });
});

describe('the name of a text', () => {
  it('is its file’s, without the ending that every text has', () => {
    expect(nameOf('Coriolanus.txt')).toBe('Coriolanus');
    expect(nameOf('novel.v2.TXT')).toBe('novel.v2');
    expect(nameOf('程序.py')).toBe('程序.py');
    expect(nameOf('.txt')).toBe('.txt');
    expect(nameOf('n'.repeat(300))).toHaveLength(200);
  });
});
