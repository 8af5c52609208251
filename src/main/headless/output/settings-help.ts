/** What `folio train --help` says about presets and `--set`. Ranges come from the schema, so they cannot drift from it. */
import { z } from 'zod';
import { CONFIG_KEYS, runConfigSchema } from '../../../shared/config.ts';
import type { ConfigKey } from '../../../shared/config.ts';
import { PRESET_NAMES, PRESETS } from '../../../shared/presets.ts';
import { wrap } from './layout.ts';
import { setting } from './words.ts';

/** One line each. A setting that is missing here does not compile. */
const EXPLANATIONS: Readonly<Record<ConfigKey, string>> = {
  cell: 'the recurrent cell: gated recurrent unit or long short-term memory',
  layers: 'recurrent layers stacked on each other',
  embeddingSize: 'numbers that stand for a character at the input',
  units: 'width of each recurrent layer: more learns more, and slower',
  dropout: "share of a layer's outputs switched off in training, against learning by heart",
  weightDrop: 'share of the recurrent weights switched off for each batch, against learning by heart in long trainings',
  sequenceLength: 'characters that the network looks back over while it learns',
  batchSize: 'sequences learnt from at once',
  batching: 'pieces of the text in random order, or parallel streams read from beginning to end',
  carryState: "start a batch from the last batch's final state (sensible with contiguous)",
  epochs: 'passes over the text',
  maxSteps: 'stop after so many steps; 0 is no limit',
  minutes: 'stop after so many minutes of training; 0 is no limit',
  optimizer: 'adamw is adam with weight decay',
  weightDecay: 'how strongly adamw pulls the weights to zero',
  learningRate: 'size of a training step',
  schedule: 'how the learning rate moves over the run',
  warmupSteps: 'steps over which the learning rate rises from 0 at the start',
  clipNorm: 'largest norm of a gradient; 0 is no clipping',
  precision: 'mixed computes matrix products in bfloat16: faster on recent processors',
  validationFraction: 'share of the text, from its end, kept aside to measure on',
  patience: 'stop when the validation loss has not improved for so many epochs; 0 is never',
  seed: 'of everything random: the same seed gives the same run',
  sampleEvery: 'write samples every so many epochs; 0 is never',
  sampleLength: 'characters of a sample',
  prompts: 'what the samples start with: a text, or a JSON list of texts',
  temperatures: 'of the samples: a number or a list like 0.5,1; low is careful, high is bold, 0 is greedy',
  saveEveryMinutes: 'save inside a long epoch at least every so many minutes',
};

/** The part of JSON Schema that the configuration uses. */
const fieldSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  items: z.looseObject({ type: z.string(), minimum: z.number().optional(), maximum: z.number().optional() }).optional(),
});
type Field = z.infer<typeof fieldSchema>;

/** "1 to 4", "gru or lstm", "up to 16 texts", for every setting. */
export function settingRanges(): Readonly<Record<string, string>> {
  const schema = z
    .looseObject({ properties: z.record(z.string(), fieldSchema) })
    .parse(z.toJSONSchema(runConfigSchema));
  return Object.fromEntries(Object.entries(schema.properties).map(([key, field]) => [key, describeField(field)]));
}

function describeField(field: Field): string {
  if (field.enum !== undefined) return orList(field.enum);
  if (field.type === 'boolean') return 'true or false';
  if (field.type === 'array') {
    const most = `up to ${field.maxItems ?? 'any number of'}`;
    return field.items?.type === 'string' ? `${most} texts` : `${most} numbers, ${between(field.items ?? {})}`;
  }
  return between(field);
}

function between({ minimum, maximum }: Pick<Field, 'minimum' | 'maximum'>): string {
  return `${minimum ?? ''} to ${maximum ?? ''}`;
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

/** Every `--set` name with its range, its value in the tutorial preset and what it does. */
export function settingsHelp(width: number): string {
  const defaults = PRESETS.tutorial.config;
  const ranges = settingRanges();
  const blocks = CONFIG_KEYS.map((key) => {
    const head = `  ${key}  (${ranges[key] ?? ''}; tutorial: ${setting(defaults[key])})`;
    return `${wrap(head, width)}\n${wrap(EXPLANATIONS[key], width, '      ')}`;
  });
  return blocks.join('\n');
}

/** The presets, each with its sentence and how it differs from the tutorial's settings. */
export function presetsHelp(width: number): string {
  return PRESET_NAMES.map((name) => {
    const { description, config } = PRESETS[name];
    const changes = CONFIG_KEYS.filter((key) => setting(config[key]) !== setting(PRESETS.tutorial.config[key]));
    const lines = [`  ${name}`, wrap(description, width, '      ')];
    if (changes.length > 0) {
      lines.push(wrap(changes.map((key) => `${key}=${setting(config[key])}`).join(' '), width, '      '));
    }
    return lines.join('\n');
  }).join('\n');
}
