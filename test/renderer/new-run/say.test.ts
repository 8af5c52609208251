import { describe, expect, it } from 'vitest';
import { createFormat } from '../../../src/renderer/lib/format.ts';
import { changesWords, findingWords, issueWords, valueWords } from '../../../src/renderer/screens/new-run/say.ts';
import { groupSummary } from '../../../src/renderer/screens/new-run/summary.ts';
import type { FieldIssue } from '../../../src/renderer/screens/new-run/kinds.ts';
import { en } from '../../../src/renderer/words/en/index.ts';
import { zh } from '../../../src/renderer/words/zh/index.ts';
import type { PreflightFinding } from '../../../src/shared/preflight-problem.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const FINDINGS: readonly PreflightFinding[] = [
  { code: 'empty-text' },
  { code: 'vocabulary-too-large', distinct: 70_000, most: 65_536 },
  { code: 'one-character' },
  { code: 'no-batch', characters: 1000, isPart: false, batchSize: 64, sequenceLength: 100, needed: 6464 },
  { code: 'few-steps', steps: 3 },
  { code: 'no-validation', characters: 100, validationCharacters: 1 },
  { code: 'noisy-validation', validationCharacters: 200 },
  { code: 'rare-characters', rare: ['é', '\n'], distinct: 40, occurrences: 5 },
  { code: 'large-vocabulary', distinct: 6000, meanOccurrences: 50 },
  { code: 'too-large-to-save', bytes: 1.67e9, most: 0.99e9 },
  { code: 'little-memory', needed: 2e9, free: 1e9 },
  { code: 'little-disk', needed: 2e9, free: 1e9 },
];
const ISSUES: readonly FieldIssue[] = [
  { kind: 'empty' },
  { kind: 'range', min: 1, max: 8192 },
  { kind: 'prompt-unknown', characters: ['é', ' ', '\n'] },
  { kind: 'warmup-beyond-end', maxSteps: 1000 },
  { kind: 'too-many-prompts', most: 16 },
];

describe.each([
  ['English', en, createFormat('en')],
  ['Chinese', zh, createFormat('zh')],
] as const)('in %s', (_, words, format) => {
  it.each(FINDINGS)('the finding $code has all its values', (finding) => {
    const text = findingWords(finding, words, format);
    expect(text).not.toMatch(/undefined|NaN|--set/);
    expect(text.length).toBeGreaterThan(5);
  });

  it.each(ISSUES)('the issue $kind has all its values', (issue) => {
    expect(issueWords(issue, words, format)).not.toMatch(/undefined|NaN/);
  });

  it.each(Object.values(PRESETS))('every setting and group of $name can be said', ({ config }) => {
    for (const group of ['network', 'reading', 'learning', 'samples', 'stopping'] as const) {
      expect(groupSummary(group, config, { words, format })).not.toMatch(/undefined|NaN/);
    }
    for (const key of Object.keys(config) as (keyof typeof config)[]) {
      expect(valueWords(key, config[key], words)).not.toMatch(/undefined|NaN/);
    }
  });
});

describe('what is said', () => {
  const format = createFormat('en');

  it('shows what has no form of its own by signs', () => {
    const finding = { code: 'rare-characters', rare: ['!', '\n', 'H', ' '], distinct: 40, occurrences: 5 } as const;
    expect(findingWords(finding, en, format)).toMatch(/: ! ↵ H ␣$/);
  });

  it('is exact', () => {
    expect(findingWords({ code: 'little-memory', needed: 2e9, free: 0.5e9 }, en, format)).toContain(
      'about 2.0 GB of memory, and 500 MB are free',
    );
    expect(
      findingWords(
        { code: 'no-batch', characters: 1000, isPart: false, batchSize: 64, sequenceLength: 100, needed: 6464 },
        en,
        format,
      ),
    ).toBe('There are 1,000 characters to learn from, and a single batch needs 6,464.');
    expect(issueWords({ kind: 'range', min: 1e-8, max: 8192 }, en, format)).toBe(
      'This has to be from 0.00000001 to 8,192.',
    );
    expect(changesWords({ batchSize: 8, validationFraction: 0 }, en)).toBe('batch 8, held out 0');
    expect(valueWords('schedule', 'cosine', en)).toBe('falls along a cosine');
    expect(valueWords('prompts', ['a\n'], en)).toBe('"a\\n"');
  });

  it('names characters that do not print and counts those that are too many', () => {
    const characters = ['é', ' ', '\n', '\u200b', 'a', 'b', 'c', 'd'];
    expect(issueWords({ kind: 'prompt-unknown', characters }, en, format)).toBe(
      'The text does not have é, space, line break, U+200B, a, b and 2 more, so the network cannot read it.',
    );
    expect(issueWords({ kind: 'prompt-unknown', characters: [' '] }, zh, format)).toContain('空格');
  });
});
