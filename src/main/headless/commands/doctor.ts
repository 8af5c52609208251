/** folio doctor: is everything in order, and a report to paste. */
import type { Command } from 'commander';
import { diagnose, type Diagnosis, diagnosisText, examineRecord } from '../../services/diagnosis.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { createLiveLine } from '../output/live-line.ts';
import { EXIT } from '../output/problem.ts';

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
  let report: Diagnosis;
  try {
    busy('checking the database');
    const database = examineRecord(() => app.store, app.dataDir, 'whole');
    busy('trying the engines');
    report = diagnose(app.version, database, await app.engines.probe());
  } finally {
    line.clear();
  }
  if (output.json) output.write(report);
  else output.say(output.typed(diagnosisText(report)));
  return report.database.problems.length === 0 ? EXIT.ok : EXIT.failure;
}
