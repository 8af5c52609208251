import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IdBuffer } from '../../src/main/model/id-buffer.ts';
import { Vocabulary } from '../../src/main/model/vocabulary.ts';
import { FolioError } from '../../src/shared/errors.ts';
import fc from '../property.ts';

// The same cases every time.
const shakespeare = readFileSync(new URL('../../resources/corpora/shakespeare.txt', import.meta.url));
const utf8 = new TextEncoder();
/** Whole code points, the astral planes among them, no lone surrogates. */
const text = () => fc.string({ unit: 'binary' });

function thrownBy(action: () => unknown): FolioError {
  try {
    action();
  } catch (error) {
    if (error instanceof FolioError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('Vocabulary', () => {
  it("is the tutorial's for Shakespeare: 65 characters sorted by code point", () => {
    const vocabulary = Vocabulary.fromText(shakespeare.toString('utf8'));
    expect(vocabulary.size).toBe(65);
    expect(vocabulary.characters.slice(0, 5)).toEqual(['\n', ' ', '!', '$', '&']);
    expect(vocabulary.characters.at(-1)).toBe('z');
    expect(vocabulary.encode('First', { unknown: 'refuse' }).ids).toEqual([18, 47, 56, 57, 58]);
  });

  it('sorts by code point, not by UTF-16 unit', () => {
    // U+FF5E comes before U+1F600, whose first surrogate is smaller.
    expect(Vocabulary.fromText('😀～').characters).toEqual(['～', '😀']);
  });

  it('keeps the order that an imported vocabulary has', () => {
    const vocabulary = new Vocabulary(['b', '😀', 'a']);
    expect(vocabulary.encode('a😀b', { unknown: 'refuse' }).ids).toEqual([2, 1, 0]);
    expect(vocabulary.decode([0, 1, 2])).toBe('b😀a');
  });

  it('gives every text back', () => {
    fc.assert(
      fc.property(text(), (content) => {
        fc.pre(content !== '');
        const vocabulary = Vocabulary.fromText(content);
        expect(vocabulary.decode(vocabulary.encode(content, { unknown: 'refuse' }).ids)).toBe(content);
      }),
    );
  });

  it('names every unknown character, in a form that can be seen, and the way out', () => {
    const vocabulary = Vocabulary.fromText('ROMEO: ');
    const error = thrownBy(() => vocabulary.encode('ROMÉO:\t罗😀É', { unknown: 'refuse' }));
    expect(error.code).toBe('prompt');
    expect(error.message).toContain('É (U+00C9), tab (U+0009), 罗 (U+7F57) and 😀 (U+1F600)');
    expect(error.hint).toContain('--unknown drop');
    expect(thrownBy(() => vocabulary.encode('\ud83d', { unknown: 'refuse' })).message).toMatch(/: U\+D83D$/);
  });

  it('drops unknown characters on request and says which', () => {
    const vocabulary = Vocabulary.fromText('ROMEO: ');
    const { ids, dropped } = vocabulary.encode('RxOxM😀', { unknown: 'drop' });
    expect(vocabulary.decode(ids)).toBe('ROM');
    expect(dropped).toEqual(['x', '😀']);
  });

  it.each([
    [[], 'empty'],
    [['a', 'b', 'a'], 'a (U+0061) twice'],
    [['a', '[UNK]'], 'entry 1'],
    [['a', ''], 'entry 1'],
    [['\ud800'], 'entry 0'],
  ])('refuses %j', (characters, message) => {
    const error = thrownBy(() => new Vocabulary(characters));
    expect(error.code).toBe('vocabulary');
    expect(error.message).toContain(message);
  });

  it('takes 65,536 distinct characters and refuses one more', () => {
    const codePoints = Array.from({ length: 65_537 }, (_, i) => i + 0x2_0000);
    expect(Vocabulary.fromCodePoints(codePoints.slice(1)).size).toBe(65_536);
    expect(thrownBy(() => Vocabulary.fromCodePoints(codePoints)).message).toContain('65,537');
  });

  it('decodes no id that it lacks', () => {
    expect(() => new Vocabulary(['a']).decode([1])).toThrow(RangeError);
  });
});

describe('IdBuffer', () => {
  it('encodes Shakespeare in one byte a character', () => {
    const content = shakespeare.toString('utf8');
    const vocabulary = Vocabulary.fromText(content);
    const buffer = new IdBuffer(vocabulary, 1_115_394);
    buffer.append(shakespeare.subarray(0, 500_000));
    buffer.append(shakespeare.subarray(500_000));
    expect(buffer.length).toBe(1_115_394);
    expect(buffer.ids).toBeInstanceOf(Uint8Array);
    expect(vocabulary.decode(buffer.ids) === content).toBe(true);
  });

  it('agrees with encode for any text in any chunks', () => {
    fc.assert(
      fc.property(fc.array(text()), (chunks) => {
        const content = chunks.join('');
        fc.pre(content !== '');
        const vocabulary = Vocabulary.fromText(content);
        const buffer = new IdBuffer(vocabulary, Array.from(content).length);
        for (const chunk of chunks) buffer.append(utf8.encode(chunk));
        expect([...buffer.ids]).toEqual(vocabulary.encode(content, { unknown: 'refuse' }).ids);
      }),
    );
  });

  it('takes two bytes a character beyond 256 characters', () => {
    const first = (size: number) => new Vocabulary(Array.from({ length: size }, (_, i) => String.fromCodePoint(i)));
    expect(new IdBuffer(first(256), 1).ids).toBeInstanceOf(Uint8Array);
    expect(new IdBuffer(first(257), 1).ids).toBeInstanceOf(Uint16Array);
    const characters = Array.from({ length: 6000 }, (_, i) => String.fromCodePoint(0x4e00 + i));
    const buffer = new IdBuffer(new Vocabulary(characters), 6000);
    buffer.append(utf8.encode(characters.join('')));
    expect(buffer.ids).toEqual(Uint16Array.from({ length: 6000 }, (_, i) => i));
  });

  it('refuses or drops unknown characters', () => {
    const vocabulary = new Vocabulary(['a', 'b']);
    const strict = new IdBuffer(vocabulary, 10);
    strict.append(utf8.encode('ab'));
    expect(thrownBy(() => strict.append(utf8.encode('axéx'))).message).toContain('x (U+0078) and é (U+00E9)');
    expect(strict.length).toBe(2);

    const lenient = new IdBuffer(vocabulary, 10, 'drop');
    lenient.append(utf8.encode('axbéx'));
    expect([...lenient.ids]).toEqual([0, 1]);
    expect(lenient.dropped).toEqual(['x', 'é']);
    expect(lenient.droppedCount).toBe(3);
  });

  it.each([
    ['a lone continuation byte', [0x61, 0x80]],
    ['a character cut off', [0xe4, 0xbd]],
    ['a wrong continuation', [0xc3, 0x61]],
    ['more than Unicode has', [0xf4, 0x90, 0x80, 0x80]],
  ])('reports %s as damage', (_, bytes) => {
    const buffer = new IdBuffer(new Vocabulary(['a']), 10);
    expect(thrownBy(() => buffer.append(Uint8Array.from(bytes))).code).toBe('damaged');
  });

  it('reports more characters than were announced as damage', () => {
    const buffer = new IdBuffer(new Vocabulary(['a']), 2);
    expect(thrownBy(() => buffer.append(utf8.encode('aaa'))).code).toBe('damaged');
  });
});
