/** The settings of several runs side by side, and which of them differ. */
import { CONFIG_KEYS } from '../../../shared/config.ts';
import type { ConfigKey, RunConfig } from '../../../shared/config.ts';
import type { EpochRecord } from '../../../shared/domain.ts';
import type { TermName } from '../../words/en/index.ts';
import { oneLine } from '../../lib/one-line.ts';

export type SettingValue = RunConfig[ConfigKey];

export interface SettingRow {
  readonly key: ConfigKey;
  /** One for each run, null where the run is not known. */
  readonly values: readonly (SettingValue | null)[];
  /** Whether any two runs that are known have it otherwise. */
  readonly differs: boolean;
}

export function settingRows(configs: readonly (RunConfig | null)[]): readonly SettingRow[] {
  return CONFIG_KEYS.map((key) => {
    const values = configs.map((config) => config?.[key] ?? null);
    return { key, values, differs: new Set(values.filter((value) => value !== null).map(identity)).size > 1 };
  });
}

export function sameSetting(a: SettingValue | null, b: SettingValue | null): boolean {
  return a === null || b === null || identity(a) === identity(b);
}

/** Lists are alike when they have the same members in the same order. */
function identity(value: SettingValue): string {
  return JSON.stringify(value);
}

export interface SettingWords {
  readonly yes: string;
  readonly no: string;
  /** What is written for one of a few fixed values, such as `cosine`. */
  readonly choices: Readonly<Partial<Record<ConfigKey, Readonly<Record<string, string>>>>>;
  quoted(text: string): string;
  listed(all: readonly string[]): string;
  number(value: number): string;
}

export function tellSetting(key: ConfigKey, value: SettingValue | null, words: SettingWords): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'number') return words.number(value);
  if (typeof value === 'string') return words.choices[key]?.[value] ?? value;
  return words.listed(
    value.map((item) => (typeof item === 'number' ? words.number(item) : words.quoted(oneLine(item)))),
  );
}

/** The glossary's word for a setting, where it has one. */
export const SETTING_TERMS: Readonly<Partial<Record<ConfigKey, TermName>>> = {
  embeddingSize: 'embedding',
  units: 'units',
  dropout: 'dropout',
  sequenceLength: 'sequenceLength',
  batchSize: 'batch',
  carryState: 'hiddenState',
  epochs: 'epoch',
  maxSteps: 'step',
  learningRate: 'learningRate',
  clipNorm: 'clip',
  precision: 'mixedPrecision',
  seed: 'seed',
  temperatures: 'temperature',
};

/** The lowest loss of a run's epochs; null when none was measured. */
export function lowest(
  epochs: readonly Pick<EpochRecord, 'trainLoss' | 'validationLoss'>[],
  which: 'trainLoss' | 'validationLoss',
): number | null {
  const losses = epochs.flatMap((epoch) => epoch[which] ?? []).filter((loss) => Number.isFinite(loss));
  return losses.length === 0 ? null : Math.min(...losses);
}

/**
 * A colour for each run, by its number from 1 to `most`: a run keeps the one it had, a new one gets the lowest that is free.
 */
export function assignColours(
  runs: readonly number[],
  before: ReadonlyMap<number, number>,
  most: number,
): ReadonlyMap<number, number> {
  const colours = new Map<number, number>();
  for (const run of runs) {
    const had = before.get(run);
    if (had !== undefined) colours.set(run, had);
  }
  const taken = new Set(colours.values());
  for (const run of runs) {
    if (colours.has(run)) continue;
    let free = 1;
    while (taken.has(free) && free < most) free++;
    taken.add(free);
    colours.set(run, free);
  }
  return colours;
}
