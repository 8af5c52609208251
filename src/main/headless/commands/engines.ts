/** folio engines: what can compute here, how fast, and why not. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { EngineReport } from '../../../shared/domain.ts';
import { fastestOf } from '../../../shared/engine-choice.ts';
import { FolioError } from '../../../shared/errors.ts';
import { enginesText } from '../../services/diagnosis.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { createLiveLine } from '../output/live-line.ts';
import { EXIT } from '../output/problem.ts';
import type { Output } from '../output/output.ts';
import { table } from '../output/table.ts';
import { factLine } from '../output/training.ts';
import { count } from '../output/words.ts';
import { installTensorFlow } from '../prepare-engine.ts';

interface Options {
  readonly install?: 'tensorflow';
  readonly cuda?: true;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description('Try every engine: what is there, whether it computes correctly, how fast, and what is missing.')
    .addOption(new Option('--install <engine>', 'install an engine first').choices(['tensorflow']))
    .option('--cuda', 'with --install tensorflow: the build for NVIDIA GPUs (Linux)')
    .action((options: Options) => run((context) => showEngines(context, options)))
    .addHelpText('after', '\nExamples:\n  folio engines\n  folio engines --install tensorflow');
}

async function showEngines(context: CommandContext, options: Options): Promise<number> {
  const { output } = context;
  if (options.cuda === true && options.install === undefined) {
    throw new FolioError('usage', '--cuda says which build to install', 'Use it with --install tensorflow.');
  }
  const app = await context.open('read');
  if (options.install !== undefined) await installTensorFlow(context, app, options.cuda === true ? 'cuda' : 'cpu');
  const line = createLiveLine({ stream: context.io.err, live: context.io.err.isTTY === true });
  if (context.io.err.isTTY === true) line.show({ label: 'trying the engines …', fraction: null, facts: [] });
  const reports = await app.engines.probe().finally(() => line.clear());
  if (output.json) output.write(reports);
  else showReports(reports, output);
  return EXIT.ok;
}

function showReports(reports: readonly EngineReport[], output: Output): void {
  output.say(
    table(
      [
        { title: 'Engine' },
        { title: 'Available' },
        { title: 'Self-test' },
        { title: 'GFLOP/s', align: 'right' },
        { title: 'Device', priority: 1, shrinkTo: 20 },
      ],
      reports.map((report) => [
        report.engine,
        report.available ? 'yes' : 'no',
        report.selfTest,
        report.gflops === null ? '-' : count(report.gflops),
        report.device === '' ? '-' : report.device,
      ]),
      output,
    ),
  );
  output.say();
  for (const report of reports) output.say(factLine(report.engine, output.typed(report.reason), output));
  const chosen = fastestOf(reports);
  output.say(
    chosen === null
      ? '\nNo engine works here. The reasons above say what is missing.'
      : `\n\`auto\` trains with the fastest that passes its self-test: ${chosen.engine}. What writes fastest is measured when it writes.`,
  );
  output.say(`\nDiagnosis to paste:\n${output.typed(enginesText(reports))}`);
}
