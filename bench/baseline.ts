/** The ratios to the peers that were once measured and committed, and what a later measurement has lost of them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ENGINE_NAMES, type EngineName } from '../src/shared/domain.ts';
import type { TaskResult } from './report.ts';

export const BASELINE_FILE = join(import.meta.dirname, 'baseline.json');

/** What a ratio may be less than the baseline's: runs of one program on one machine differ by some per cent. */
export const TOLERATED_LOSS = 0.1;

const recordSchema = z.strictObject({
  engine: z.enum(ENGINE_NAMES),
  /** The processor's own name and its cores, as the benchmark prints them. */
  machine: z.string().min(1),
  /** What Folio said that it computed on: what of the processor it uses, and threads. Processors of one name differ in that. */
  device: z.string().min(1),
  /** Day of the measurement, YYYY-MM-DD. */
  date: z.iso.date(),
  rounds: z.number().int().positive(),
  /** How many times as fast as each contender Folio was, best against best. */
  ratios: z.array(z.strictObject({ task: z.string(), contender: z.string(), ratio: z.number().positive() })).min(1),
});
/** A measurement with one engine. */
export type BaselineRecord = z.infer<typeof recordSchema>;

/** One record an engine. */
const baselineSchema = z.array(recordSchema);

/** @throws z.ZodError or SyntaxError when the file is not what `npm run bench -- --save-baseline` writes */
export function parseBaseline(json: string): BaselineRecord[] {
  return baselineSchema.parse(JSON.parse(json));
}

/** All records; none where nothing was ever saved. @throws Error that names the file, when it is damaged */
export function readBaseline(file = BASELINE_FILE): BaselineRecord[] {
  if (!existsSync(file)) return [];
  try {
    return parseBaseline(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is not what npm run bench -- --save-baseline writes`, { cause: error });
  }
}

/** The record of an engine. @throws RangeError when there is none, with the way to one */
export function recordFor(baseline: readonly BaselineRecord[], engine: EngineName): BaselineRecord {
  const record = baseline.find((one) => one.engine === engine);
  if (record !== undefined) return record;
  const command = `npm run bench -- --engine ${engine} --save-baseline`;
  throw new RangeError(`bench/baseline.json has no ratios of the ${engine} engine; ${command} writes them`);
}

/** What Folio computed on, in its own words. */
export function deviceOf(results: readonly TaskResult[]): string {
  const versions = results.flatMap(({ contenders }) =>
    contenders.flatMap(({ contender, version }) => (contender === 'Folio' ? [version] : [])),
  );
  return [...new Set(versions)].join('; ').replaceAll('Folio on ', '');
}

/** The ratios of a result, for the record. */
export function ratiosOf(results: readonly TaskResult[]): BaselineRecord['ratios'] {
  return results.flatMap(({ task, contenders }) =>
    contenders.flatMap(({ contender, folioIsFaster }) =>
      folioIsFaster === null ? [] : [{ task, contender, ratio: Number(folioIsFaster.ofBests.toFixed(3)) }],
    ),
  );
}

/** The file's new text: this record in place of the same engine's earlier one. */
export function withRecord(all: readonly BaselineRecord[], record: BaselineRecord): string {
  const others = all.filter(({ engine }) => engine !== record.engine);
  const sorted = [...others, record].toSorted((a, b) => a.engine.localeCompare(b.engine));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

export interface BaselineComparison {
  /** One line for each ratio that lost more than is tolerated: reasons to fail. */
  readonly losses: readonly string[];
  /** What a reader must know of the comparison: another processor or device, what was not compared. */
  readonly notes: readonly string[];
  /** One line for each ratio that was compared. */
  readonly lines: readonly string[];
}

/**
 * Compares measured ratios with the baseline's of the same engine. A ratio counts as lost when it is more than TOLERATED_LOSS below, best
 * against best and in each of the rounds: one round in which a peer was quicker than ever loses nothing. A gain is no loss, however large.
 *
 * @param results what was measured now; of tasks that were left out nothing is said but that
 * @throws RangeError when there is nothing to compare: no record of this engine, or no ratio that both have
 */
export function compareWithBaseline(
  results: readonly TaskResult[],
  baseline: readonly BaselineRecord[],
  { engine, machine }: { readonly engine: EngineName; readonly machine: string },
): BaselineComparison {
  const record = recordFor(baseline, engine);
  const device = deviceOf(results);
  const acrossWords = (what: string, theirs: string, here: string): string =>
    `the baseline is of ${theirs} (${record.date}), this is ${here}: ratios are compared across ${what}`;
  const nameOf = ({ task, contender }: { task: string; contender: string }): string => `${task}, ${contender}`;
  const now = new Map(ratiosOf(results).map((one) => [nameOf(one), one.ratio]));
  const highs = new Map(
    results.flatMap(({ task, contenders }) =>
      contenders.map(
        ({ contender, folioIsFaster }) => [nameOf({ task, contender }), folioIsFaster?.high ?? 0] as const,
      ),
    ),
  );
  const before = new Map(record.ratios.map((one) => [nameOf(one), one.ratio]));
  const both = [...before].flatMap(([name, was]) => {
    const is = now.get(name);
    return is === undefined ? [] : [{ name, was, is, change: is / was - 1, high: highs.get(name) ?? is }];
  });
  // A little room for the decimal notation: exactly 10 % less is tolerated.
  const isLost = (change: number): boolean => change < -TOLERATED_LOSS - 1e-9;
  const below = both.filter(({ change }) => isLost(change));
  const unsteady = below.filter(({ was, high }) => !isLost(high / was - 1));
  if (both.length === 0) throw new RangeError('none of the measured ratios is in bench/baseline.json');
  const words = ({ name, was, is, change }: (typeof both)[number]): string =>
    `${name}: ${is.toFixed(2)}x, ${was.toFixed(2)}x in the baseline (${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(1)} %)`;
  const missing = [...before.keys()].filter((name) => !now.has(name));
  const unknown = [...now.keys()].filter((name) => !before.has(name));
  return {
    losses: below.filter((one) => !unsteady.includes(one)).map(words),
    notes: [
      ...(record.machine === machine ? [] : [acrossWords('processors', record.machine, machine)]),
      ...(record.device === device ? [] : [acrossWords('devices', record.device, device)]),
      ...unsteady.map(
        (one) => `${words(one)}, but ${one.high.toFixed(2)}x in a round: measure it again, in more rounds`,
      ),
      ...(missing.length === 0 ? [] : [`not measured now: ${missing.join('; ')}`]),
      ...(unknown.length === 0 ? [] : [`not in the baseline: ${unknown.join('; ')}`]),
    ],
    lines: both.map(words),
  };
}
