/** folio engines: what can compute here, how fast, and why not. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { EngineReport } from '../../../shared/domain.ts';
import { fastestOf } from '../../../shared/engine-choice.ts';
import { assertNever, FolioError } from '../../../shared/errors.ts';
import { enginesText } from '../../services/diagnosis.ts';
import type { FolioApp } from '../../app.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { createWorkLine } from '../output/work-line.ts';
import { EXIT } from '../output/problem.ts';
import type { Output } from '../output/output.ts';
import { table } from '../output/table.ts';
import { factLine } from '../output/training.ts';
import { count } from '../output/words.ts';
import { installCudaPack, removeCudaPack } from '../install-pack.ts';
import { installTensorFlow } from '../prepare-engine.ts';

interface Options {
  readonly install?: 'tensorflow' | 'cuda-pack';
  readonly cuda?: true;
  readonly from?: string;
  readonly remove?: 'cuda-pack';
}

export function define(command: Command, run: RunCommand): void {
  command
    .description('Try every engine: what is there, whether it computes correctly, how fast, and what is missing.')
    .addOption(new Option('--install <engine>', 'install an engine first').choices(['tensorflow', 'cuda-pack']))
    .option('--cuda', 'with --install tensorflow: the build for NVIDIA GPUs (Linux)')
    .option('--from <where>', 'with --install cuda-pack: the address or the folder in which its files lie')
    .addOption(new Option('--remove <engine>', 'remove one first').choices(['cuda-pack']))
    .action((options: Options) => run((context) => showEngines(context, options)))
    .addHelpText(
      'after',
      '\nExamples:\n  folio engines\n  folio engines --install tensorflow\n  folio engines --install cuda-pack --from ~/Downloads',
    );
}

async function showEngines(context: CommandContext, options: Options): Promise<number> {
  const { output } = context;
  if (options.cuda === true && options.install === undefined) {
    throw new FolioError('usage', '--cuda says which build to install', 'Use it with --install tensorflow.');
  }
  if (options.cuda === true && options.install === 'cuda-pack') {
    throw new FolioError('usage', '--cuda belongs to --install tensorflow', 'Leave it out: the pack is for CUDA.');
  }
  if (options.from !== undefined && options.install !== 'cuda-pack') {
    throw new FolioError('usage', '--from says where the CUDA pack is', 'Use it with --install cuda-pack.');
  }
  const app = await context.open('read');
  if (options.remove !== undefined) await removeCudaPack(context, app);
  await install(context, app, options);
  const line = createWorkLine(context.io);
  if (context.io.err.isTTY === true) line.show({ label: 'trying the engines …', fraction: null, facts: [] });
  const reports = await app.engines.probe().finally(() => line.clear());
  if (output.json) output.write(reports);
  else showReports(reports, output);
  return EXIT.ok;
}

async function install(context: CommandContext, app: FolioApp, { install, cuda, from }: Options): Promise<void> {
  switch (install) {
    case undefined:
      return;
    case 'tensorflow':
      await installTensorFlow(context, app, cuda === true ? 'cuda' : 'cpu');
      return;
    case 'cuda-pack':
      if (from !== undefined) return installCudaPack(context, app, from);
      throw new FolioError(
        'usage',
        '--install cuda-pack needs to know where its files are',
        'Add --from ADDRESS (https://…) or --from FOLDER.',
      );
    default:
      return assertNever(install, 'engine to install');
  }
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
