/* eslint-disable no-template-curly-in-string -- sources of programs, as texts */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { areas, problems } from '../../src/renderer/words/zh/problems/index.ts';
import { programFiles, programSentences, type ProgramSentence } from '../support/program-words.ts';
import { SourceIndex } from '../support/source-index.ts';

/** The same in both languages: keys of a file. */
const NAMES = new Set(['config', 'vocabulary']);
/** What a processor has is called the same in every language. */
const PROCESSOR = /^CPU with [\w-]+( and bfloat16)?$/;

describe('the Chinese words for what the program says', () => {
  let sentences: readonly ProgramSentence[] = [];
  beforeAll(() => {
    sentences = programSentences(new SourceIndex(programFiles()));
  });

  it('lack none of its sentences', () => {
    const missing = sentences.filter(({ template }) => !problems.has(template));
    const where = missing.map(({ template, where }) => `${where}: add to src/renderer/words/zh/problems: ${template}`);
    expect(where).toEqual([]);
    expect(sentences.length).toBeGreaterThan(400);
  });

  it('have none that it does not say any more', () => {
    const known = new Set(sentences.map(({ template }) => template));
    expect([...problems.keys()].filter((template) => !known.has(template))).toEqual([]);
  });

  it('have each sentence once', () => {
    const all = areas.flatMap((area) => Object.keys(area));
    expect(all.filter((template, place) => all.indexOf(template) !== place)).toEqual([]);
  });

  it('take the same values, end with the same kind of sign, and are Chinese', () => {
    const gaps = (text: string): string[] =>
      (text.match(/\{\*?\d+\}/g) ?? []).map((gap) => gap.replace('*', '')).sort();
    for (const [template, chinese] of problems) {
      expect(chinese.match(/\{\*?\d+\}/g)?.sort() ?? [], template).toEqual(gaps(template));
      expect(chinese.endsWith('。'), template).toBe(template.endsWith('.'));
      expect(chinese.endsWith('：'), template).toBe(template.endsWith(':'));
      if (/[A-Za-z]{2}/.test(template.replace(/\{\*?\d+\}/g, '')) && !NAMES.has(template)) {
        expect(chinese).toMatch(PROCESSOR.test(template) ? /^CPU（.+）$/ : /\p{Script=Han}/u);
      }
    }
  });
});

describe('the search for sentences', () => {
  const CASES: readonly (readonly [what: string, source: string, sentences: readonly string[]])[] = [
    ['a text', "throw new FolioError('file', 'it is lost', 'Look for it.');", ['it is lost', 'Look for it.']],
    [
      'values',
      'const f = (n: number) => new FolioError("file", `${n} of ${n + 1} are lost`);',
      ['{0} of {1} are lost'],
    ],
    [
      'both ways of a condition, which decides alike everywhere',
      'const f = (n: number) => new FolioError("file", `${n === 1 ? "one" : n} lost, ${n === 1 ? "it is" : "they are"} gone`);',
      ['one lost, it is gone', '{0} lost, they are gone'],
    ],
    ['sentences', "throw new FolioError('file', 'One is lost. Two are lost.');", ['One is lost.', 'Two are lost.']],
    [
      'what a function is given',
      'const lost = (why: string) => new FolioError("file", `it is lost: ${why}`); lost(`number ${1 + 1} fell`); lost(String(3));',
      ['it is lost: {*0}', 'number {0} fell'],
    ],
    [
      'what a function gives',
      'function why(n: number): string { if (n > 1) return "it fell"; return `thief ${n} came`; } new FolioError("file", `gone: ${why(2)}`);',
      ['gone: {*0}', 'it fell', 'thief {0} came'],
    ],
    [
      'the entries of a table',
      'const WHY: Record<string, string> = { a: "it fell", b: "it was sold" }; const f = (key: string) => new FolioError("file", `gone: ${WHY[key]}`);',
      ['gone: {*0}', 'it fell', 'it was sold'],
    ],
    [
      'the names of a state',
      'const f = (state: "running" | "paused") => new FolioError("busy", `run 3 is ${state} now`);',
      ['run 3 is {*0} now', 'running', 'paused'],
    ],
    ['a reason', 'const f = (n: number) => ({ reason: `stopped at step ${n}` });', ['stopped at step {0}']],
    [
      'only what a window shows of a hint',
      "throw new FolioError('file', 'it is lost', 'Look there. Or use --find.');",
      ['it is lost', 'Look there.'],
    ],
    ['no defect', "throw new FolioError('internal', 'it cannot be');", []],
  ];

  let index: SourceIndex;
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'folio-words-'));
    const error =
      'class FolioError extends Error { constructor(code: string, message: string, hint?: string) { super(message); } }';
    const files = CASES.map(([, source], place) => {
      const file = join(folder, `case-${place}.ts`);
      writeFileSync(file, `${error}\n${source}\nexport {};`);
      return file;
    });
    index = new SourceIndex(files);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(CASES.map(([what], place) => [what, place] as const))('finds %s', (_, place) => {
    const file = index.files.filter(({ fileName }) => fileName.endsWith(`case-${place}.ts`));
    const found = programSentences(index, file).map(({ template }) => template);
    expect(found.sort()).toEqual([...(CASES[place]?.[2] ?? [])].sort());
  });
});
