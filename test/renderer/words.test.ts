import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/renderer/words/en/index.ts';
import { zh } from '../../src/renderer/words/zh/index.ts';

const RENDERER = resolve(import.meta.dirname, '../../src/renderer');

/** Every leaf of a catalogue with its path: a text, or a function that makes one. */
function leaves(value: unknown, path: string): [path: string, leaf: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

/** A text with values put in where it takes some, so that it can be looked at. */
function sample(leaf: unknown): unknown {
  if (typeof leaf !== 'function') return leaf;
  const make = leaf as (...values: unknown[]) => unknown;
  for (const value of ['7', 7, ['7']]) {
    try {
      return make(...Array.from({ length: Math.max(1, make.length) }, () => value));
    } catch {
      // it takes another kind of value
    }
  }
  return 'made of something else';
}

describe('the catalogue of words', () => {
  const english = new Map(leaves(en, 'words'));
  const chinese = new Map(leaves(zh, 'words'));

  it('has the same entries in both languages, none of them empty', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
    const empty = [...english, ...chinese].filter(([, leaf]) => String(sample(leaf)).trim() === '');
    expect(empty.map(([path]) => path)).toEqual([]);
  });

  it('takes the same values in both languages', () => {
    const arity = (leaf: unknown): number => (typeof leaf === 'function' ? leaf.length : -1);
    const kind = (leaf: unknown): string => typeof leaf;
    for (const [path, leaf] of english) {
      expect(kind(chinese.get(path)), path).toBe(kind(leaf));
      // A language may have no use for a value (a plural), but not ask for one more.
      expect(arity(chinese.get(path)), path).toBeLessThanOrEqual(arity(leaf));
    }
  });

  it('is Chinese where it says so: what is alike in both is a name', () => {
    const han = /\p{Script=Han}/u;
    const names =
      /^[\s\d\p{P}\p{S}]*$|^(Folio|TensorFlow|WebGPU|WebAssembly|char-rnn|GRU|LSTM|GRU 512|dropout|top-k|top-p|min-p|safetensors|CSV|PNG|English|Adam|AdamW|CPU|CUDA|GFLOP\/s|nats|B|×)$/u;
    const alike = [...chinese].filter(([, leaf]) => {
      const text = String(sample(leaf));
      return !han.test(text) && !names.test(text.replace(/7/g, '').trim());
    });
    expect(alike.map(([path, leaf]) => `${path}: ${String(sample(leaf))}`)).toEqual([]);
  });

  it('says 你 in Chinese, counts trainings by 次, and lists with 、', () => {
    const said = [...[...chinese].map(([path, leaf]) => `${path}: ${String(sample(leaf))}`), ...zh.problems.values()];
    expect(said.filter((text) => /您|个训练/u.test(text))).toEqual([]);
    expect(zh.common.listed(['0.5', '1'])).toBe('0.5、1');
  });
});

interface Node {
  readonly type?: string;
  readonly data?: string;
  readonly name?: string;
  readonly value?: unknown;
}

/** Attributes whose text a person reads or hears. */
const READ = new Set([
  'title',
  'placeholder',
  'alt',
  'label',
  'aria-label',
  'aria-description',
  'aria-roledescription',
]);

/** Words in markup, in the order in which they stand there. */
function wordsInMarkup(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(wordsInMarkup);
  if (typeof node !== 'object' || node === null) return [];
  const { type, data, name, value } = node as Node;
  if (type === 'Text') return /\p{L}{2,}/u.test(data ?? '') ? [String(data).trim()] : [];
  if (type === 'Attribute') return READ.has(name ?? '') ? wordsInMarkup(value) : [];
  if (type === 'Script' || type === 'Comment' || type === 'StyleDirective') return [];
  return Object.entries(node)
    .filter(([key]) => !['css', 'instance', 'module', 'options', 'expression', 'metadata'].includes(key))
    .flatMap(([, inner]) => wordsInMarkup(inner));
}

function markupOf(source: string): string[] {
  return wordsInMarkup(parse(source, { modern: true }).fragment);
}

describe('components', () => {
  it('have no words of their own', () => {
    // The brand is the same everywhere.
    const allowed = new Set(['Folio', '· Folio']);
    const files = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.svelte'),
    );
    expect(files.length).toBeGreaterThan(10);
    const found = files.flatMap((file) =>
      markupOf(readFileSync(join(RENDERER, file), 'utf8'))
        .filter((text) => !allowed.has(text))
        .map((text) => `${file}: ${text}`),
    );
    expect(found).toEqual([]);
  });

  it('would be caught with words of their own', () => {
    expect(markupOf('<p>{a}: hello {b}</p>')).toEqual([': hello']);
    expect(markupOf('{#if a}<b title="Save it">×</b>{/if}')).toEqual(['Save it']);
    expect(markupOf('<p class="hello">{words.a}</p>')).toEqual([]);
  });
});
