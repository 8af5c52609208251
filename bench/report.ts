/** The benchmark's result as a table, as JSON, and as the list of promises that were not kept. */
import { cpus } from 'node:os';
import Table from 'cli-table3';
import type { Measured } from './contender-process.ts';
import { type Ratio, ratio, type Round, type Summary, summarize } from './statistics.ts';
import type { Contender, Program, Task } from './tasks.ts';

/** What one contender measured, round by round, with its fastest variant. */
export interface Measurements {
  readonly contender: Contender;
  readonly variant: string;
  readonly rounds: readonly Measured[];
}

export interface ContenderResult {
  readonly contender: string;
  readonly program: Program;
  /** What it is in the README's table, beside the first of its program. */
  readonly note: string;
  readonly variant: string;
  readonly version: string;
  readonly summary: Summary;
  /** 10^9 operations a second: of the products that a step needs, over its best time; null for generation. */
  readonly gflops: number | null;
  /** Largest of all rounds, in bytes; over the engine's own where it was measured. */
  readonly peakBytes: number;
  readonly peakOverEngineBytes: number | null;
  /** How many times as fast Folio is, operation for operation; null for Folio itself. */
  readonly folioIsFaster: Ratio | null;
  readonly target: number | null;
  readonly rounds: readonly Round[];
}

export interface TaskResult {
  readonly task: Task['id'];
  readonly title: string;
  readonly unit: Task['unit'];
  readonly characters: Task['characters'];
  readonly contenders: readonly ContenderResult[];
}

export function taskResult(task: Task, measurements: readonly Measurements[]): TaskResult {
  const own = measurements.find(({ contender }) => contender.name === 'Folio');
  const contenders = measurements.map((one): ContenderResult => {
    const { name, program, note, work, target } = one.contender;
    const summary = summarize(valuesOf(one), task.better);
    const over = one.rounds.flatMap(({ peakBytes, engineBytes }) =>
      engineBytes === undefined ? [] : [peakBytes - engineBytes],
    );
    return {
      contender: name,
      program,
      note,
      variant: one.variant,
      version: one.rounds[0]?.version ?? '',
      summary,
      gflops: work === null ? null : work / summary.best / 1e6,
      peakBytes: Math.max(...one.rounds.map(({ peakBytes }) => peakBytes)),
      peakOverEngineBytes: over.length === 0 ? null : Math.max(...over),
      folioIsFaster: own === undefined || own === one ? null : ratioOf(own, one, task),
      target,
      rounds: valuesOf(one),
    };
  });
  return { task: task.id, title: task.title, unit: task.unit, characters: task.characters, contenders };
}

const valuesOf = (one: Measurements): Round[] => one.rounds.map((round) => round.values);

/** Where the other does other work, its times are made those that it would take for Folio's. */
function ratioOf(own: Measurements, other: Measurements, { better }: Task): Ratio {
  const share = (own.contender.work ?? 1) / (other.contender.work ?? 1);
  const others = valuesOf(other).map((round) => round.map((time) => time * share));
  return ratio(valuesOf(own), others, better);
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
      ...(steps ? ['characters/s', 'GFLOP/s'] : []),
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
    gflops,
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
      ...(steps ? [whole(((result.characters ?? 0) * 1000) / summary.best), whole(gflops ?? 0)] : []),
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
    ? "\n(added): peak memory over that of the engine's own, loaded and warmed up on a tiny network; GFLOP/s: the products that the step needs, over its best time"
    : '';
  return `${result.title}, ${result.unit}\n${table.toString()}\n${versions.join('; ')}${legend}`;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const times = (value: number): string => `${value.toFixed(2)}x`;
