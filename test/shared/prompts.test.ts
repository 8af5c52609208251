import { describe, expect, it } from 'vitest';
import { FolioError } from '../../src/shared/errors.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { defaultPrompts, promptFor } from '../../src/shared/prompts.ts';

const letters = (text: string) => [...new Set(text)].sort();
const chosen = (text: string, prompts: string[] = PRESETS.tutorial.config.prompts) =>
  defaultPrompts({ prompts }, letters(text), text);

describe('defaultPrompts', () => {
  it("is the tutorial's where the text spells it", () => {
    expect(chosen('ROMEO: But soft, what light')).toEqual(['ROMEO: ']);
  });

  it.each([
    ['it was the best of times, it was the worst of times', 'it was the best of '],
    ['\n\n  call me ishmael.\nsome years ago', 'call me ishmael.'],
    ['滚滚长江东逝水,浪花淘尽英雄。是非成败转头空。', '滚滚长江东逝水,'],
    ['一\n二', '一'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'aaaaaaaa'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b', 'aaaaaaaaaaaaaaaaaaaaaaaa'],
    ['😀😀😀😀😀😀😀😀😀😀😀😀', '😀😀😀😀😀😀😀😀'],
    ['\n\n', '\n'],
  ])('is the opening words of another text: %j', (text, prompt) => {
    expect(chosen(text)).toEqual([prompt]);
  });

  it("keeps a person's own prompts", () => {
    expect(chosen('abc', ['a', 'cab'])).toEqual(['a', 'cab']);
    expect(chosen('abc', [])).toEqual([]);
  });

  it('refuses own prompts that the text cannot spell and names the characters', () => {
    expect(() => chosen('abc', ['a', 'bé\tb'])).toThrow(FolioError);
    expect(() => chosen('abc', ['a', 'bé\tb'])).toThrow('é (U+00E9) and tab (U+0009)');
  });
});

describe('promptFor', () => {
  it.each([
    [['été', 'JULIET'], 'JULIET', 'JULIET'],
    [['ROMEO: '], 'abc\n', '\n'],
    [['ROMEO: '], 'abc', 'a'],
    [[], 'ROMEO: ', 'ROMEO: '],
    [[], '字', '字'],
  ])('of the prompts %j and the characters %j is one that can be spelled', (prompts, characters, expected) => {
    expect(promptFor({ prompts }, [...new Set(characters)])).toBe(expected);
  });
});
