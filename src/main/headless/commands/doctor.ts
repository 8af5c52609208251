/** folio doctor: is everything in order, and a report to paste. */
import { cpus, freemem, release, totalmem } from 'node:os';
import type { Command } from 'commander';
import type { EngineReport } from '../../../shared/domain.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { FolioApp } from '../../app.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { freeDisk } from '../../services/machine.ts';
import { createLiveLine } from '../output/live-line.ts';
import { EXIT } from '../output/problem.ts';
import { bytes, plural } from '../output/words.ts';
import { diagnosis } from './engines.ts';

interface Report {
  readonly folio: string;
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly memory: { readonly total: number; readonly free: number };
  readonly database: {
    readonly path: string;
    readonly runs: number;
    readonly readOnly: boolean;
    readonly problems: readonly string[];
  };
  readonly disk: { readonly free: number | null };
  readonly engines: readonly EngineReport[];
}

export function define(command: Command, run: RunCommand): void {
  command
    .description('Check the database, whole, and report versions, paths and engines: a text to paste into a question.')
    .action(() => run(examine));
}

async function examine(context: CommandContext): Promise<number> {
  const { io, output } = context;
  const app = await context.open('read');
  const line = createLiveLine({ stream: io.err, live: io.err.isTTY === true && io.env['TERM'] !== 'dumb' });
  const busy = (label: string): void => {
    if (io.err.isTTY === true) line.show({ label: `${label} …`, fraction: null, facts: [] });
  };
  let report: Report;
  try {
    busy('checking the database');
    const database = examineDatabase(app);
    busy('trying the engines');
    report = {
      folio: app.version,
      node: process.versions.node,
      system: `${process.platform} ${process.arch}, ${release()}`,
      processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${plural(cpus().length, 'core')}`,
      memory: { total: totalmem(), free: freemem() },
      database,
      disk: { free: freeDisk(database.path) },
      engines: await app.engines.probe(),
    };
  } finally {
    line.clear();
  }
  if (output.json) output.write(report);
  else output.say(output.typed(asText(report)));
  return report.database.problems.length === 0 ? EXIT.ok : EXIT.failure;
}

/** A record that cannot be opened is a finding, not a reason to stop. */
function examineDatabase(app: FolioApp): Report['database'] {
  const fallback = { path: app.dataDir, runs: 0, readOnly: true };
  try {
    const { store } = app;
    return { path: store.path, runs: store.listRuns().length, readOnly: store.readOnly, problems: store.check() };
  } catch (error) {
    const { code, message } = toErrorMessage(error);
    return { ...fallback, problems: code === 'not-found' ? [] : [message] };
  }
}

function asText(report: Report): string {
  const { database, memory, disk } = report;
  const findings =
    database.problems.length === 0
      ? ['in order']
      : [`${plural(database.problems.length, 'problem')}:`, ...database.problems.map((problem) => `  ${problem}`)];
  return [
    `folio:     ${report.folio}, Node ${report.node}`,
    `system:    ${report.system}`,
    `processor: ${report.processor}`,
    `memory:    ${bytes(memory.free)} free of ${bytes(memory.total)}`,
    `disk:      ${disk.free === null ? 'unknown' : `${bytes(disk.free)} free`}`,
    `database:  ${database.path}, ${plural(database.runs, 'run')}`,
    `           ${findings.join('\n           ')}`,
    'engines:',
    diagnosis(report.engines),
  ].join('\n');
}
