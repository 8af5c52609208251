/** folio resume: goes on where a run stopped, as if it never had; or with other settings where that is asked for. */
import type { Command } from 'commander';
import type { EngineChoice } from '../../../shared/domain.ts';
import { FolioError } from '../../../shared/errors.ts';
import { promptFor } from '../../../shared/prompts.ts';
import type { FolioApp } from '../../app.ts';
import { BUILTIN_SHA256 } from '../../services/corpora.ts';
import { CHANGEABLE, changedConfig, parseChanges } from '../../services/resume-changes.ts';
import { resumeProblems } from '../../services/resume-problems.ts';
import { engineOption, gather, keepEveryOption, noInstallOption, RUN_ARGUMENT, text } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { wrap } from '../output/layout.ts';
import { prepareEngine } from '../prepare-engine.ts';
import { train } from '../training-session.ts';

interface Options {
  readonly engine: EngineChoice;
  readonly set?: readonly string[];
  readonly keepEvery?: number;
  readonly install: boolean;
  readonly corpus?: string;
}

export function define(command: Command, run: RunCommand, width: number): void {
  command
    .description(
      'Go on with a run that was stopped, interrupted or failed, from its last whole checkpoint; or, with a later end, with a finished one.',
    )
    .argument('<run>', RUN_ARGUMENT)
    .option('--set <key=value>', 'change a setting from here on; may be given several times', gather)
    .option('--corpus <file>', 'the text that it learnt from, of a run that came without it', text)
    .addOption(engineOption())
    .addOption(keepEveryOption().default(undefined)) // as the run was started with
    .addOption(noInstallOption())
    .action((reference: string, options: Options) =>
      run(async (context) => {
        const app = await context.open('write');
        const { id } = app.runs.resolveRun(reference);
        const { config, vocabulary, status, keepEvery } = app.runs.show(id);
        const pairs = options.set ?? [];
        const changes = parseChanges(config, pairs);
        const changed = changedConfig(config, changes).config;
        await addAwaitedText(app, id, options.corpus);
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
          thins: (options.keepEvery ?? keepEvery ?? 1) > 1,
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

/** Of a run that came without its text. The one that comes with every Folio needs no file. */
async function addAwaitedText(app: FolioApp, id: number, file: string | undefined): Promise<void> {
  const { awaitedText } = app.runs.show(id);
  if (awaitedText === null) {
    if (file === undefined) return;
    throw new FolioError(
      'usage',
      `run ${id} awaits no text: --corpus is for one that came without its own`,
      'Leave it out.',
    );
  }
  const { name, sha256 } = awaitedText;
  if (file !== undefined) {
    const refusal = (found: string): FolioError =>
      new FolioError(
        'corpus',
        `${file} is not “${name}”, which run ${id} learnt from: its SHA-256 is ${found}, not ${sha256}`,
        'Name the file with that text.',
      );
    await app.corpora.add(file, () => undefined, { name, wanted: { sha256, refusal } });
  } else if (sha256 === BUILTIN_SHA256) await app.corpora.builtin();
}
