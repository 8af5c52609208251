/** What a person sets before a text is written: pure values, their defaults and limits, and what differs between two of them. */
import { MAX_SEED } from '../../../shared/config.ts';
import type { EngineChoice, SampleSettings } from '../../../shared/domain.ts';

export interface WritingOptions {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly length: number;
  /** As it is typed on one line: \n stands for a line feed. */
  readonly stop: string;
  readonly count: number;
  readonly seed: number;
  /** Whether every text starts from this seed; else each time a new one is drawn. */
  readonly pinned: boolean;
  readonly engine: EngineChoice;
}

/** The training's own way of writing, and the tutorial's length. */
export const DEFAULT_OPTIONS: WritingOptions = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  length: 1000,
  stop: '',
  count: 1,
  seed: 1,
  pinned: false,
  engine: 'auto',
};

export const LIMITS = {
  temperature: [0, 10],
  topK: [0, 65_536],
  topP: [0.001, 1],
  minP: [0, 1],
  length: [1, 1_000_000],
  count: [1, 16],
  seed: [0, MAX_SEED],
} as const satisfies Partial<Record<keyof WritingOptions, readonly [number, number]>>;

export type NumberOption = keyof typeof LIMITS;
const WHOLE: ReadonlySet<NumberOption> = new Set(['topK', 'length', 'count', 'seed']);

/** A typed number as the option takes it; null when it is none, or out of range. */
export function parseOption(name: NumberOption, typed: string): number | null {
  const text = typed.trim().replace(',', '.');
  if (!/^\d+(\.\d+)?$|^\.\d+$/.test(text)) return null;
  const value = Number(text);
  const [least, most] = LIMITS[name];
  return value >= least && value <= most && (!WHOLE.has(name) || Number.isInteger(value)) ? value : null;
}

/** The settings of one writing, from this seed. */
export function settingsOf(options: WritingOptions, seed: number): SampleSettings {
  const { temperature, topK, topP, minP, length } = options;
  return { temperature, topK, topP, minP, seed, length, stop: stopText(options.stop) };
}

/** The other way: what wrote a text, as options; the number of texts and the engine stay as they are. */
export function optionsFrom(settings: SampleSettings, options: WritingOptions): WritingOptions {
  return { ...options, ...settings, stop: settings.stop.replaceAll('\n', '\\n'), pinned: true };
}

export function stopText(typed: string): string {
  return typed.replaceAll('\\n', '\n');
}

/** @param random in [0, 1) */
export function rollSeed(random: () => number = Math.random): number {
  return Math.floor(random() * (MAX_SEED + 1));
}

/** What one writing was asked for; the checkpoint as it was resolved. */
export interface Order {
  readonly run: number;
  readonly epoch: number | null;
  readonly prompt: string;
  readonly options: WritingOptions;
}

export type Change = 'run' | 'epoch' | 'prompt' | Exclude<keyof WritingOptions, 'pinned'>;

const COMPARED = ['temperature', 'topK', 'topP', 'minP', 'length', 'stop', 'count', 'engine'] as const;

/** What would be different if one wrote again now. A seed that is not pinned is no difference: it was never promised. */
export function changesSince(written: Order, now: Order): Change[] {
  const changes: Change[] = [];
  if (written.run !== now.run) changes.push('run');
  else if (written.epoch !== now.epoch) changes.push('epoch');
  if (written.prompt !== now.prompt) changes.push('prompt');
  for (const name of COMPARED) if (written.options[name] !== now.options[name]) changes.push(name);
  if (now.options.pinned && written.options.seed !== now.options.seed) changes.push('seed');
  return changes;
}
