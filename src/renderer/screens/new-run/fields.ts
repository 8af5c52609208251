/** The settings of a run as the form shows them: in which group, of what kind, in what unit. Ranges are the schema's. */
import { runConfigSchema } from '../../../shared/config.ts';
import type { ConfigKey, RunConfig } from '../../../shared/config.ts';
import type { NumberKey, NumberRule } from '../../../shared/number-rules.ts';
import type { TermName } from '../../words/en/index.ts';
import type { ChoiceKey, GroupName, Unit } from './kinds.ts';

export type Field =
  | { readonly kind: 'number'; readonly key: NumberKey; readonly unit?: Unit; readonly term?: TermName }
  | { readonly kind: 'choice'; readonly key: ChoiceKey; readonly term?: TermName }
  | { readonly kind: 'switch'; readonly key: 'carryState'; readonly term?: TermName }
  | { readonly kind: 'prompts'; readonly key: 'prompts'; readonly term?: TermName }
  | { readonly kind: 'temperatures'; readonly key: 'temperatures'; readonly term?: TermName };

export const GROUPS: readonly { readonly name: GroupName; readonly fields: readonly Field[] }[] = [
  {
    name: 'network',
    fields: [
      { kind: 'choice', key: 'cell' },
      { kind: 'number', key: 'layers', unit: 'layers' },
      { kind: 'number', key: 'units', unit: 'units', term: 'units' },
      { kind: 'number', key: 'embeddingSize', unit: 'numbers', term: 'embedding' },
      { kind: 'number', key: 'dropout', unit: 'share', term: 'dropout' },
      { kind: 'number', key: 'weightDrop', unit: 'share' },
    ],
  },
  {
    name: 'reading',
    fields: [
      { kind: 'choice', key: 'batching' },
      { kind: 'switch', key: 'carryState', term: 'hiddenState' },
      { kind: 'number', key: 'sequenceLength', unit: 'characters', term: 'sequenceLength' },
      { kind: 'number', key: 'batchSize', unit: 'sequences', term: 'batch' },
      { kind: 'number', key: 'validationFraction', unit: 'share', term: 'validationLoss' },
    ],
  },
  {
    name: 'learning',
    fields: [
      { kind: 'choice', key: 'optimizer' },
      { kind: 'number', key: 'learningRate', term: 'learningRate' },
      { kind: 'choice', key: 'schedule' },
      { kind: 'number', key: 'warmupSteps', unit: 'steps' },
      { kind: 'number', key: 'weightDecay' },
      { kind: 'number', key: 'clipNorm', term: 'clip' },
      { kind: 'choice', key: 'precision', term: 'mixedPrecision' },
      { kind: 'number', key: 'seed', term: 'seed' },
    ],
  },
  {
    name: 'samples',
    fields: [
      { kind: 'prompts', key: 'prompts' },
      { kind: 'temperatures', key: 'temperatures', term: 'temperature' },
      { kind: 'number', key: 'sampleLength', unit: 'characters' },
      { kind: 'number', key: 'sampleEvery', unit: 'epochs', term: 'epoch' },
    ],
  },
  {
    name: 'stopping',
    fields: [
      { kind: 'number', key: 'epochs', unit: 'epochs' },
      { kind: 'number', key: 'minutes', unit: 'minutes' },
      { kind: 'number', key: 'maxSteps', unit: 'steps', term: 'step' },
      { kind: 'number', key: 'patience', unit: 'epochs' },
      { kind: 'number', key: 'saveEveryMinutes', unit: 'minutes', term: 'checkpoint' },
    ],
  },
];

/** Of how many epochs one keeps its weights; not part of the configuration. */
export const KEEP_EVERY_RULE: NumberRule = { whole: true, min: 1, max: 100_000 };
export const TEMPERATURE_RULE: NumberRule = { whole: false, min: 0, max: 10 };
export const MOST_PROMPTS = 16;
export const LONGEST_PROMPT = 10_000;
export const MOST_TEMPERATURES = 8;

export const CHOICES = {
  cell: runConfigSchema.shape.cell.options,
  batching: runConfigSchema.shape.batching.options,
  optimizer: runConfigSchema.shape.optimizer.options,
  schedule: runConfigSchema.shape.schedule.options,
  precision: runConfigSchema.shape.precision.options,
} as const satisfies { readonly [Key in ChoiceKey]: readonly RunConfig[Key][] };

/** What the preset `best` chooses from the measured speed, unless it was changed. */
export const PLANNED: ReadonlySet<ConfigKey> = new Set<ConfigKey>(['units', 'batchSize', 'learningRate', 'precision']);
