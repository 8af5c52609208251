import { describe, expect, it } from 'vitest';
import { readDraft, writeDraft } from '../../../src/shared/new-run-draft.ts';
import {
  CHOICES,
  GROUPS,
  LONGEST_PROMPT,
  MOST_PROMPTS,
  MOST_TEMPERATURES,
  TEMPERATURE_RULE,
} from '../../../src/renderer/screens/new-run/fields.ts';
import { distinct, nameIssue, proposedName } from '../../../src/renderer/screens/new-run/name.ts';
import { changedKeys, readValues, valuesOf } from '../../../src/renderer/screens/new-run/values.ts';
import type { Values } from '../../../src/renderer/screens/new-run/values.ts';
import { CONFIG_KEYS, runConfigSchema } from '../../../src/shared/config.ts';
import type { RunConfig } from '../../../src/shared/config.ts';
import { NUMBER_KEYS, NUMBER_RULES } from '../../../src/shared/number-rules.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const base = PRESETS.quick.config;
const read = (
  changes: Partial<Values>,
  options: { vocabulary?: ReadonlySet<string>; planned?: boolean; from?: RunConfig } = {},
) =>
  readValues(
    { ...valuesOf(options.from ?? base), ...changes },
    { fallback: options.from ?? base, vocabulary: options.vocabulary ?? null, planned: options.planned ?? false },
  );

describe('the fields', () => {
  it('are all settings, each once', () => {
    const keys = GROUPS.flatMap(({ fields }) => fields.map(({ key }) => key));
    expect([...keys].sort()).toEqual([...CONFIG_KEYS].sort());
  });

  it("have the schema's own rules", () => {
    const numbers = CONFIG_KEYS.filter((key) => typeof base[key] === 'number');
    expect([...NUMBER_KEYS].sort()).toEqual(numbers.sort());
    expect(NUMBER_RULES.units).toEqual({ whole: true, min: 1, max: 8192 });
    expect(NUMBER_RULES.dropout).toEqual({ whole: false, min: 0, max: 0.9 });
    const fits = (changes: Partial<RunConfig>) => runConfigSchema.safeParse({ ...base, ...changes }).success;
    for (const key of NUMBER_KEYS) {
      const { min, max } = NUMBER_RULES[key];
      expect([fits({ [key]: min }), fits({ [key]: max }), fits({ [key]: max + 1 })], key).toEqual([true, true, false]);
    }
    expect(CHOICES.schedule).toContain('cosine');
    const texts = (count: number) => new Array<string>(count).fill('a');
    expect([fits({ prompts: texts(MOST_PROMPTS) }), fits({ prompts: texts(MOST_PROMPTS + 1) })]).toEqual([true, false]);
    expect([
      fits({ prompts: ['a'.repeat(LONGEST_PROMPT)] }),
      fits({ prompts: ['a'.repeat(LONGEST_PROMPT + 1)] }),
    ]).toEqual([true, false]);
    const warm = (count: number) => new Array<number>(count).fill(TEMPERATURE_RULE.max);
    expect([
      fits({ temperatures: warm(MOST_TEMPERATURES) }),
      fits({ temperatures: warm(MOST_TEMPERATURES + 1) }),
      fits({ temperatures: [TEMPERATURE_RULE.max + 1] }),
    ]).toEqual([true, false, false]);
  });
});

describe('reading the form', () => {
  it.each(Object.values(PRESETS))('gives back the preset $name as it was', ({ config }) => {
    const { config: again, issues } = read({}, { from: config, planned: config.minutes > 0 });
    expect([...issues]).toEqual([]);
    expect(again).toEqual(config);
    expect(runConfigSchema.parse(again)).toEqual(config);
    expect(changedKeys(config, config, issues).size).toBe(0);
  });

  it('keeps every issue at its place and shows the rest as far as it can be read', () => {
    const { config, nearest, issues } = read({
      units: '',
      layers: '1.5',
      dropout: '0,25',
      batchSize: 'viel',
      temperatures: ['0.5', 'x'],
    });
    expect(config).toBeNull();
    expect([...issues].map(([place, { kind }]) => [place, kind])).toEqual([
      ['layers', 'not-whole'],
      ['units', 'empty'],
      ['batchSize', 'not-a-number'],
      ['temperatures.1', 'not-a-number'],
    ]);
    expect(nearest).toMatchObject({ units: base.units, dropout: 0.25, batchSize: base.batchSize, temperatures: [0.5] });
    expect([...changedKeys(nearest, base, issues)].sort()).toEqual([
      'batchSize',
      'dropout',
      'layers',
      'temperatures',
      'units',
    ]);
  });

  it('does not call a setting changed that means the same', () => {
    const { nearest, issues } = read({ learningRate: '4e-3', units: '１９２' });
    expect(changedKeys(nearest, base, issues).size).toBe(0);
  });

  it('names the characters of a prompt that the text does not have', () => {
    const vocabulary = new Set('ROME: ');
    expect([...read({ prompts: ['ROMEO: '] }, { vocabulary }).issues]).toEqual([]);
    const { issues } = read({ prompts: ['ROMEO: ', 'é, é', ''] }, { vocabulary });
    expect(issues.get('prompts.1')).toEqual({ kind: 'prompt-unknown', characters: ['é', ','] });
    expect(issues.get('prompts.2')).toEqual({ kind: 'prompt-empty' });
  });

  it.each<[Partial<Values>, string, string]>([
    [{ optimizer: 'adam', weightDecay: '0.1' }, 'weightDecay', 'decay-without-adamw'],
    [{ patience: '3', validationFraction: '0' }, 'patience', 'patience-without-validation'],
    [{ maxSteps: '100', warmupSteps: '100' }, 'warmupSteps', 'warmup-beyond-end'],
    [{ prompts: [] }, 'prompts', 'no-prompts'],
    [{ temperatures: [] }, 'temperatures', 'no-temperatures'],
    [{ prompts: new Array<string>(17).fill('a') }, 'prompts', 'too-many-prompts'],
    [{ temperatures: new Array<string>(9).fill('1') }, 'temperatures', 'too-many-temperatures'],
  ])('refuses %j', (changes, place, kind) => {
    const { config, issues } = read(changes);
    expect(config).toBeNull();
    expect([...issues].map(([at, issue]) => [at, issue.kind])).toEqual([[place, kind]]);
  });

  it('needs minutes for a plan, and only for one', () => {
    expect(read({ minutes: '0' }, { planned: true }).issues.get('minutes')).toEqual({ kind: 'budget-needed' });
    expect(read({ minutes: '0' }).issues.size).toBe(0);
    expect(read({ prompts: [], sampleEvery: '0' }).issues.size).toBe(0);
  });
});

describe('the draft', () => {
  const draft = {
    version: 1 as const,
    corpus: 3,
    preset: 'best' as const,
    name: 'mine',
    engine: 'wasm' as const,
    keepEvery: '2',
    values: { ...valuesOf(base), units: 'half typ', prompts: ['a'], temperatures: ['', '1'] },
  };

  it('comes back as it was, half-typed values too', () => {
    expect(readDraft(writeDraft(draft))).toEqual(draft);
  });

  it('that is older than weight drop is kept, without any', () => {
    const { weightDrop: _, ...values } = draft.values;
    expect(readDraft(JSON.stringify({ ...draft, values }))).toEqual({
      ...draft,
      values: { ...values, weightDrop: '0' },
    });
  });

  it.each([
    '',
    '{',
    'null',
    '{"version":2}',
    JSON.stringify({ ...draft, values: {} }),
    JSON.stringify({ ...draft, more: 1 }),
  ])('is none when it is %j', (json) => {
    expect(readDraft(json)).toBeNull();
  });

  it('fits into the preferences even when every field is full', () => {
    expect(writeDraft(draft).length).toBeLessThan(2000);
  });
});

describe('names', () => {
  const gru = { cell: 'gru', layers: 1, units: 192 } as const;

  it('say the text and the network', () => {
    expect(proposedName('Shakespeare', gru, [])).toBe('Shakespeare, GRU 192');
    expect(proposedName('My novel.txt', { cell: 'lstm', layers: 2, units: 256 }, [])).toBe('My novel, 2 × LSTM 256');
  });

  it('are told apart', () => {
    expect(proposedName('Shakespeare', gru, ['shakespeare, gru 192'])).toBe('Shakespeare, GRU 192 (2)');
    expect(distinct('a', ['a', 'A (2)'])).toBe('a (3)');
    expect(proposedName('x'.repeat(500), gru, []).length).toBeLessThan(200);
  });

  it('must not be taken for another run', () => {
    expect(nameIssue('', [])).toBeNull();
    expect(nameIssue('7', [])).toBe('means-another');
    expect(nameIssue(' #12 ', [])).toBe('means-another');
    expect(nameIssue('Last', [])).toBe('means-another');
    expect(nameIssue('lasting', [])).toBeNull();
    expect(nameIssue('x'.repeat(201), [])).toBe('long');
    expect(nameIssue('Mine', ['mine'])).toBe('taken');
  });
});
