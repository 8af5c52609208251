/** folio runs: every run, the newest first. */
import type { Command } from 'commander';
import type { RunDetail, RunSummary } from '../../../shared/domain.ts';
import { FolioError } from '../../../shared/errors.ts';
import type { FolioApp } from '../../app.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { visible } from '../output/layout.ts';
import type { Output } from '../output/output.ts';
import { EXIT } from '../output/problem.ts';
import { shortProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { bytes, duration, loss, time } from '../output/words.ts';

export function define(command: Command, run: RunCommand): void {
  command.description('List the runs, the newest first.').action(() => run(listRuns));
}

async function listRuns(context: CommandContext): Promise<number> {
  const { output } = context;
  const app = await context.open('auto');
  const runs = app.runs.list();
  if (output.json) output.write(runs);
  else if (runs.length === 0)
    output.say(`No runs yet. Train one:\n  ${context.commandLine('train', '--preset', 'quick')}`);
  else output.say(runsTable(detailsOf(app, runs), output));
  return EXIT.ok;
}

/** Which epochs are whole is in the details only. A run that somebody else has deleted meanwhile is left out. */
function detailsOf(app: FolioApp, runs: readonly RunSummary[]): RunDetail[] {
  return runs.flatMap(({ id }) => {
    try {
      return [app.runs.show(id)];
    } catch (error) {
      if (error instanceof FolioError && error.code === 'not-found') return [];
      throw error;
    }
  });
}

/** The table; on a narrow terminal it keeps id, name, status and loss longest. */
export function runsTable(runs: readonly RunDetail[], output: Output): string {
  return table(
    [
      { title: 'Id', align: 'right' },
      { title: 'Name', shrinkTo: 16 },
      { title: 'Status' },
      { title: 'Epochs', align: 'right', priority: 2 },
      { title: 'Train loss', align: 'right', priority: 1 },
      { title: 'Validation', align: 'right', priority: 3 },
      { title: 'Time', align: 'right', priority: 5 },
      { title: 'Size', align: 'right', priority: 6 },
      { title: 'Engine', priority: 7 },
      { title: 'Created', priority: 4 },
    ],
    runs.map((run) => [
      String(run.id),
      visible(run.name),
      run.status,
      shortProgress(run),
      loss(run.trainLoss),
      loss(run.validationLoss),
      duration(run.activeSeconds),
      bytes(run.storedBytes),
      run.engine === '' ? '-' : run.engine,
      time(run.createdAt),
    ]),
    output,
  );
}
