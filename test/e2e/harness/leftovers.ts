/** Words of one language that are still on a screen in the other. */
import type { Page } from 'playwright-core';
import { en } from '../../../src/renderer/words/en/index.ts';
import { zh } from '../../../src/renderer/words/zh/index.ts';

/** Stands for a word or number that is filled in. */
const BLANK = '\u0001';

/** Every text of the catalogue with its path; a function's is what it gives for blanks. */
function texts(words: unknown, path: string): [path: string, text: string][] {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words === 'function') {
    try {
      const values = new Proxy({}, { get: () => BLANK });
      const given: unknown[] = Array.from({ length: words.length }, () => BLANK);
      const text: unknown = Reflect.apply(
        words,
        null,
        words.length === 1 && /^\(?\{/.test(words.toString()) ? [values] : given,
      );
      return typeof text === 'string' ? [[path, text]] : [];
    } catch {
      return []; // it wants more than words
    }
  }
  if (typeof words !== 'object' || words === null) return [];
  return Object.entries(words).flatMap(([key, value]) => texts(value, `${path}.${key}`));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Fewer letters would be found in too much. */
const LETTERS = { words: 3, sentence: 10 } as const;

/** A pattern for each English text that reads otherwise in Chinese: the whole of a text on the screen. What the program itself says is among them. */
export function englishPatterns(): { readonly path: string; readonly pattern: RegExp }[] {
  const chinese = new Map(texts(zh, ''));
  const program = [...zh.problems.keys()].map((template): [string, string] => [
    'what the program says',
    template.replace(/\{\*?\d+\}/g, BLANK),
  ]);
  return [...texts(en, ''), ...program].flatMap(([path, text]) => {
    const letters = text
      .replaceAll(BLANK, '')
      .replaceAll('Folio', '')
      .replace(/[^A-Za-z]/g, '');
    if (letters.length < (path.startsWith('.') ? LETTERS.words : LETTERS.sentence) || chinese.get(path) === text)
      return [];
    return [{ path, pattern: new RegExp(`^${text.trim().split(BLANK).map(escaped).join('.{0,60}')}$`, 's') }];
  });
}

/** Everything that is read out or shown in the page, but for texts of people and networks. */
export function textsOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const found = [document.title];
    const ofPeople = (element) => element.closest('[lang=""], [lang=en], pre, code, textarea, .mono') !== null;
    for (const element of document.querySelectorAll('body *')) {
      if (!element.checkVisibility() || ofPeople(element)) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'aria-description', 'aria-valuetext', 'alt']) {
        const value = element.getAttribute(name);
        if (value !== null) found.push(value);
      }
      for (const node of element.childNodes) if (node.nodeType === 3) found.push(node.data);
      if (element.children.length > 0 && element.children.length < 4) found.push(element.textContent); // a sentence in pieces
    }
    return [...new Set(found.map((text) => text.replace(/\\s+/g, ' ').trim()).filter((text) => text !== ''))];
  })()`);
}
