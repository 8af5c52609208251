import { describe, expect, it } from 'vitest';
import { blocksOf, wholeCharacter } from '../../../src/renderer/screens/generate/blocks.ts';
import { around } from '../../../src/renderer/screens/generate/excerpt.ts';
import fc from '../../property.ts';

describe('a long text in blocks', () => {
  it('is the same text, each block at its place', () => {
    const line = fc.string({ maxLength: 900 }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const text = lines.join('\n');
        const blocks = blocksOf(text);
        expect(blocks.map((block) => block.text).join('\n')).toBe(text);
        for (const block of blocks) expect(text.startsWith(block.text, block.start)).toBe(true);
      }),
    );
  });

  it('has many blocks only when it is long and has lines', () => {
    expect(blocksOf('')).toEqual([{ text: '', start: 0 }]);
    expect(blocksOf('x'.repeat(50_000))).toHaveLength(1);
    expect(blocksOf('a line\n'.repeat(5000)).length).toBeGreaterThan(10);
  });

  it('is never cut inside a character', () => {
    expect(wholeCharacter('a𝄞b', 2)).toBe(1);
    expect(wholeCharacter('a𝄞b', 3)).toBe(3);
    expect(wholeCharacter('ab', 9)).toBe(2);
  });
});

describe('the words around a place', () => {
  it('are on one line, with what is left out shown', () => {
    expect(around('ab\ncd', 3)).toEqual({ before: 'ab↵', after: 'cd' });
    const long = around('x'.repeat(200), 100);
    expect(long.before).toMatch(/^…x{40}$/);
    expect(long.after).toMatch(/^x{40}…$/);
    expect(around('abc', 3)).toEqual({ before: 'abc', after: '' });
  });
});
