import { describe, expect, it } from 'vitest';
import { fileName, fileNameOf } from '../../src/renderer/lib/file-name.ts';
import fc from '../property.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const more = (count: number): string => `${count} more`;

describe('the name of a file', () => {
  it('has nothing in it that a file system does not take', () => {
    expect(fileName('a/b\\c: "d"?')).toBe('a b c d');
    expect(fileName('../../etc/passwd')).toBe('etc passwd');
    expect(fileName('第一次')).toBe('第一次');
    expect(fileName('***')).toBe('run');
  });

  it('names the runs that it is about, the first three of many', () => {
    expect(fileNameOf('Loss curves', ['First try'], more)).toBe('Loss curves - First try');
    expect(fileNameOf('Loss curves', ['a', 'b/c', 'd', 'e', 'f'], more)).toBe('Loss curves - a, b c, d, 2 more');
    expect(fileNameOf('Loss curves', [], more)).toBe('Loss curves');
  });

  it('gives a long name its share, so that the others are named, too', () => {
    const name = fileNameOf('Loss curves', ['x'.repeat(200), 'y'.repeat(200), 'z'.repeat(200)], more);
    expect(name).toMatch(/^Loss curves - x{20,}, y{20,}, z{20,}$/);
  });

  it('is never too long, and whole characters, whatever the runs are called', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(anything, fc.array(anything, { maxLength: 8 }), (what, names) => {
        for (const made of [fileName(what), fileNameOf(what, names, more)]) {
          expect(bytes(made)).toBeLessThanOrEqual(180);
          expect(made).not.toBe('');
          // eslint-disable-next-line no-control-regex -- these are what is looked for
          expect(made).not.toMatch(/[\\/:*?"<>|\u0000-\u001f]|^\.|^\s|\s$/u);
          expect(made.isWellFormed()).toBe(true);
        }
      }),
    );
  });
});
