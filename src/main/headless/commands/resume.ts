/** folio resume: goes on where a run stopped, as if it never had; or with other settings where that is asked for. */
import type { Command } from 'commander';
import type { EngineChoice } from '../../../shared/domain.ts';
import { FolioError } from '../../../shared/errors.ts';
import { promptFor } from '../../../shared/prompts.ts';
import { CHANGEABLE, changedConfig, parseChanges } from '../../services/resume-changes.ts';
import { resumeProblems } from '../../services/resume-problems.ts';
import { engineOption, gather, keepEveryOption, noInstallOption, RUN_ARGUMENT } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { wrap } from '../output/layout.ts';
import { prepareEngine } from '../prepare-engine.ts';
import { train } from '../training-session.ts';

interface Options {
  readonly engine: EngineChoice;
  readonly set?: readonly string[];
  readonly keepEvery?: number;
  readonly install: boolean;
}

export function define(command: Command, run: RunCommand, width: number): void {
  command
    .description(
      'Go on with a run that was stopped, interrupted or failed, from its last whole checkpoint; or, with a later end, with a finished one.',
    )
    .argument('<run>', RUN_ARGUMENT)
    .option('--set <key=value>', 'change a setting from here on; may be given several times', gather)
    .addOption(engineOption())
    .addOption(keepEveryOption().default(undefined)) // as the run was started with
    .addOption(noInstallOption())
    .action((reference: string, options: Options) =>
      run(async (context) => {
        const app = await context.open('write');
        const { id } = app.runs.resolveRun(reference);
        const { config, vocabulary, status } = app.runs.show(id);
        const pairs = options.set ?? [];
        const changes = parseChanges(config, pairs);
        const changed = changedConfig(config, changes).config;
        for (const problem of resumeProblems(app.store, id, changes)) {
          if (problem.severity === 'error') throw new FolioError(problem.cause, problem.message, problem.hint);
          context.output.note(`Note: ${problem.message}. ${problem.hint}`);
        }
        // A finished run is refused by the service unless its end is moved; nothing needs to be installed for that.
        const refused = status === 'finished' && pairs.length === 0;
        const installation = refused ? null : await prepareEngine(context, app, options.engine, options.install);
        return train(context, {
          installation,
          config: changed,
          vocabularySize: vocabulary.length,
          resumed: true,
          prompt: promptFor(changed, vocabulary),
          storePath: app.store.path,
          start: (listener) => app.training.resume(id, options.engine, listener, options.keepEvery, changes),
        });
      }),
    )
    .addHelpText(
      'after',
      () => `
${wrap(`Settings that can change: ${CHANGEABLE.join(', ')}.`, width)}

Examples:
  folio resume last
  folio resume 3 --set learningRate=0.001 --set clipNorm=1
  folio resume 3 --set epochs=20`,
    );
}
