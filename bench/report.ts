/** The benchmark's result as a table, as JSON, and as the list of promises that were not kept. */
import { cpus } from 'node:os';
import Table from 'cli-table3';
import type { Measured } from './contender-process.ts';
import { type Ratio, ratio, type Round, type Summary, summarize } from './statistics.ts';
import { CHARACTERS_A_STEP, type Contender, type Task } from './tasks.ts';

/** What one contender measured, round by round, with its fastest variant. */
export interface Measurements {
  readonly contender: Contender;
  readonly variant: string;
  readonly rounds: readonly Measured[];
}

export interface ContenderResult {
  readonly contender: string;
  readonly variant: string;
  readonly version: string;
  readonly summary: Summary;
  /** Largest of all rounds, in bytes; over the engine's own where it was measured. */
  readonly peakBytes: number;
  readonly peakOverEngineBytes: number | null;
  /** How many times as fast Folio is; null for Folio itself. */
  readonly folioIsFaster: Ratio | null;
  readonly target: number | null;
  readonly rounds: readonly Round[];
}

export interface TaskResult {
  readonly task: Task['id'];
  readonly title: string;
  readonly unit: Task['unit'];
  readonly contenders: readonly ContenderResult[];
}

export function taskResult(task: Task, measurements: readonly Measurements[]): TaskResult {
  const valuesOf = (one: Measurements): Round[] => one.rounds.map((round) => round.values);
  const own = measurements.find(({ contender }) => contender.name === 'Folio');
  const contenders = measurements.map((one): ContenderResult => {
    const over = one.rounds.flatMap(({ peakBytes, engineBytes }) =>
      engineBytes === undefined ? [] : [peakBytes - engineBytes],
    );
    return {
      contender: one.contender.name,
      variant: one.variant,
      version: one.rounds[0]?.version ?? '',
      summary: summarize(valuesOf(one), task.better),
      peakBytes: Math.max(...one.rounds.map(({ peakBytes }) => peakBytes)),
      peakOverEngineBytes: over.length === 0 ? null : Math.max(...over),
      folioIsFaster: own === undefined || own === one ? null : ratio(valuesOf(own), valuesOf(one), task.better),
      target: one.contender.target,
      rounds: valuesOf(one),
    };
  });
  return { task: task.id, title: task.title, unit: task.unit, contenders };
}

/** Ratios below their targets, in words. */
export function missedTargets(results: readonly TaskResult[]): string[] {
  return results.flatMap(({ title, contenders }) =>
    contenders.flatMap(({ contender, target, folioIsFaster }) => {
      if (target === null || folioIsFaster === null || folioIsFaster.ofBests >= target) return [];
      return [`${title}: ${times(folioIsFaster.ofBests)} ${contender}, below ${times(target)}`];
    }),
  );
}

export function machine(): string {
  const all = cpus();
  return `${all[0]?.model.trim() ?? 'unknown processor'}, ${all.length} ${all.length === 1 ? 'core' : 'cores'}`;
}

export function printResult(result: TaskResult): string {
  const steps = result.unit === 'ms a step';
  const table = new Table({
    head: [
      '',
      'best',
      'median',
      'worst',
      ...(steps ? ['characters/s'] : []),
      'peak MB',
      '(added)',
      'Folio is',
      'in the rounds',
    ],
    style: { head: [], border: [] },
  });
  for (const {
    contender,
    variant,
    summary,
    peakBytes,
    peakOverEngineBytes,
    folioIsFaster,
    target,
  } of result.contenders) {
    table.push([
      `${contender} (${variant})`,
      whole(summary.best),
      whole(summary.median),
      whole(summary.worst),
      ...(steps ? [whole((CHARACTERS_A_STEP * 1000) / summary.best)] : []),
      whole(peakBytes / 1e6),
      peakOverEngineBytes === null ? '' : whole(peakOverEngineBytes / 1e6),
      folioIsFaster === null ? '' : `${times(folioIsFaster.ofBests)}${target === null ? '' : ` (of ${times(target)})`}`,
      folioIsFaster === null ? '' : `${times(folioIsFaster.low)} - ${times(folioIsFaster.high)}`,
    ]);
  }
  const versions = result.contenders
    .map(({ version }) => version)
    .filter((version, index, all) => all.indexOf(version) === index);
  const legend = steps
    ? "\n(added): peak memory over that of the engine's own, loaded and warmed up on a tiny network"
    : '';
  return `${result.title}, ${result.unit}\n${table.toString()}\n${versions.join('; ')}${legend}`;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const times = (value: number): string => `${value.toFixed(2)}x`;
