/** folio resume: goes on where a run stopped, as if it never had. */
import type { Command } from 'commander';
import type { EngineChoice } from '../../../shared/domain.ts';
import { promptFor } from '../../../shared/prompts.ts';
import { engineOption, keepEveryOption, noInstallOption, RUN_ARGUMENT } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { prepareEngine } from '../prepare-engine.ts';
import { train } from '../training-session.ts';

interface Options {
  readonly engine: EngineChoice;
  readonly keepEvery: number;
  readonly install: boolean;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description('Go on with a run that was stopped, interrupted or failed, from its last whole checkpoint.')
    .argument('<run>', RUN_ARGUMENT)
    .addOption(engineOption())
    .addOption(keepEveryOption())
    .addOption(noInstallOption())
    .action((reference: string, options: Options) =>
      run(async (context) => {
        const app = await context.open('write');
        const { id } = app.runs.resolveRun(reference);
        const { config, vocabulary, status } = app.runs.show(id);
        // A finished run is refused by the service; nothing needs to be installed for that.
        const installation =
          status === 'finished' ? null : await prepareEngine(context, app, options.engine, options.install);
        return train(context, {
          installation,
          config,
          vocabularySize: vocabulary.length,
          resumed: true,
          prompt: promptFor(config, vocabulary),
          storePath: app.store.path,
          start: (listener) => app.training.resume(id, options.engine, listener, options.keepEvery),
        });
      }),
    )
    .addHelpText('after', '\nExample:\n  folio resume last');
}
