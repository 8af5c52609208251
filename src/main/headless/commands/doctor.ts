/** folio doctor: is everything in order, and a report to paste. */
import type { Command } from 'commander';
import { diagnose, type Diagnosis, diagnosisText, examineRecord } from '../../services/diagnosis.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { createWorkLine } from '../output/work-line.ts';
import { EXIT } from '../output/problem.ts';

export function define(command: Command, run: RunCommand): void {
  command
    .description('Check the database, whole, and report versions, paths and engines: a text to paste into a question.')
    .action(() => run(examine));
}

async function examine(context: CommandContext): Promise<number> {
  const { io, output } = context;
  const app = await context.open('read');
  const line = createWorkLine(io);
  const busy = (label: string): void => {
    if (io.err.isTTY === true) line.show({ label: `${label} …`, fraction: null, facts: [] });
  };
  let report: Diagnosis;
  try {
    busy('checking the database');
    const database = examineRecord(() => app.store, app.dataDir, 'whole');
    busy('trying the engines');
    const engines = await app.engines.probe();
    busy('reading the engines’ files');
    const files = await app.packs.verify().catch((error: unknown) => ({ engines: toErrorMessage(error).message }));
    report = diagnose(app.version, database, engines, files);
  } finally {
    line.clear();
  }
  if (output.json) output.write(report);
  else output.say(output.typed(diagnosisText(report)));
  const isInOrder = report.database.problems.length === 0 && Object.keys(report.engineFiles ?? {}).length === 0;
  return isInOrder ? EXIT.ok : EXIT.failure;
}
