/** `--set name=value`: the configuration's own names and ranges, read from its schema. */
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { CONFIG_KEYS, runConfigSchema, type ConfigKey, type RunConfig } from '../../shared/config.ts';
import { FolioError } from '../../shared/errors.ts';

/**
 * A configuration with settings applied in order, then checked as a whole.
 *
 * @param pairs `name=value`: numbers, true or false, one of the schema's words, `0.5,1` for numbers, `["a","b"]` or one
 * plain text for prompts.
 * @throws FolioError 'config' that names the value and the range, or the nearest name.
 */
export function applySettings(config: RunConfig, pairs: readonly string[]): RunConfig {
  const changes: Partial<Record<ConfigKey, unknown>> = {};
  for (const pair of pairs) {
    const separator = pair.indexOf('=');
    if (separator === -1) {
      throw new FolioError(
        'config',
        `${JSON.stringify(pair)} is not of the form name=value`,
        'For example: --set units=512',
      );
    }
    const key = settingName(pair.slice(0, separator).trim());
    changes[key] = parseValue(key, pair.slice(separator + 1));
  }
  const changed = runConfigSchema.parse({ ...config, ...changes }); // each value was checked by its part of the schema
  checkConfig(changed);
  return changed;
}

/** Rules between settings, which no single range can say. Throws FolioError 'config' with the setting that resolves it. */
export function checkConfig(config: RunConfig): void {
  if (config.optimizer === 'adam' && config.weightDecay > 0) {
    throw new FolioError(
      'config',
      `weightDecay is ${config.weightDecay}, but the optimizer is adam, which has none`,
      'Use --set optimizer=adamw, or --set weightDecay=0.',
    );
  }
  if (config.patience > 0 && config.validationFraction === 0) {
    throw new FolioError(
      'config',
      `patience is ${config.patience}, but there is no validation loss to wait for: validationFraction is 0`,
      'Use --set validationFraction=0.1, or --set patience=0.',
    );
  }
  if (config.maxSteps > 0 && config.warmupSteps >= config.maxSteps) {
    throw new FolioError(
      'config',
      `warmupSteps is ${config.warmupSteps}, but the run ends after ${config.maxSteps}: it would never reach its learning rate`,
      'Use fewer warmupSteps, or more maxSteps.',
    );
  }
  if (config.sampleEvery > 0 && config.prompts.length === 0) {
    throw new FolioError(
      'config',
      `samples are to be written (sampleEvery is ${config.sampleEvery}), but there are no prompts to start them with`,
      'Use --set sampleEvery=0, or --set prompts=TEXT.',
    );
  }
}

/** What a setting takes, in words: "a whole number from 1 to 8192", "gru or lstm". */
export function describeSetting(key: ConfigKey): string {
  return describe(runConfigSchema.shape[key]);
}

function settingName(name: string): ConfigKey {
  const known = CONFIG_KEYS.find((key) => key === name);
  if (known !== undefined) return known;
  const nearest = nearestWord(name, CONFIG_KEYS);
  throw new FolioError(
    'config',
    `there is no setting ${JSON.stringify(name)}`,
    `${nearest === null ? '' : `Did you mean ${nearest}? `}The settings are ${CONFIG_KEYS.join(', ')}.`,
  );
}

/** The word that was most likely meant, whatever its case and dashes; null when none is near. */
function nearestWord(written: string, words: readonly string[]): string | null {
  const plain = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (plain(written) === '') return null;
  const nearest = words[words.map(plain).indexOf(closest(plain(written), words.map(plain)))];
  if (nearest === undefined) return null;
  return distance(plain(written), plain(nearest)) <= Math.max(2, nearest.length / 3) ? nearest : null;
}

function parseValue(key: ConfigKey, written: string): unknown {
  const schema = runConfigSchema.shape[key];
  const value = readValue(schema, written);
  if (value !== undefined && schema.safeParse(value).success) return value;
  const nearest = schema instanceof z.ZodEnum ? nearestWord(written, schema.options) : null;
  throw new FolioError(
    'config',
    `${key} must be ${describe(schema)}, not ${shown(schema, written)}`,
    nearest === null ? undefined : `Did you mean --set ${key}=${nearest}?`,
  );
}

/** The value that was written, or undefined where it is not of the schema's type. Its range is not looked at. */
function readValue(schema: z.ZodType, written: string): unknown {
  if (schema instanceof z.ZodNumber) return readNumber(written);
  if (schema instanceof z.ZodBoolean) return { true: true, false: false }[written.trim().toLowerCase()];
  if (schema instanceof z.ZodEnum) return written.trim();
  if (schema instanceof z.ZodArray)
    return schema.element instanceof z.ZodNumber ? readNumbers(written) : readTexts(written);
  throw new FolioError('internal', 'the configuration has a kind of setting that cannot be written as text');
}

function readNumber(written: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written.trim()) ? Number(written) : undefined;
}

/** `0.5,1` or `[0.5, 1]`. */
function readNumbers(written: string): unknown {
  const parts = written
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .split(',')
    .map(readNumber);
  return parts.includes(undefined) ? undefined : parts;
}

/** A JSON array of texts, or one text as it stands ("[Enter ROMEO]" is one); nothing at all is no text. */
function readTexts(written: string): unknown {
  if (written === '') return [];
  if (!/^\s*\[\s*(["\]])/.test(written)) return [written];
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

function describe(schema: z.ZodType): string {
  if (schema instanceof z.ZodNumber) {
    return `${schema.format === 'safeint' ? 'a whole number' : 'a number'} from ${schema.minValue} to ${schema.maxValue}`;
  }
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodEnum) {
    const words = schema.options.map(String);
    const last = words.pop() ?? '';
    return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
  }
  if (schema instanceof z.ZodArray) {
    if (!(schema.element instanceof z.ZodNumber)) {
      return 'one text or up to 16 as a JSON array (["a", "b"]), each of 1 to 10,000 characters';
    }
    return `1 to 8 numbers from ${schema.element.minValue} to ${schema.element.maxValue} with commas between them`;
  }
  return 'something else';
}

/** What was written: a number as it is, anything else in quotes, long texts cut. */
function shown(schema: z.ZodType, written: string): string {
  if (schema instanceof z.ZodNumber && readNumber(written) !== undefined) return written.trim();
  return JSON.stringify(written.length > 80 ? `${written.slice(0, 80)}…` : written);
}
