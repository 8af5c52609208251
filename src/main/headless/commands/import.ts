/** folio import: weights from other programs, or a whole run from another Folio. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FolioError } from '../../../shared/errors.ts';
import { importedName } from '../../services/exchange.ts';
import { importKind } from '../../services/import-kind.ts';
import { requireWeightsFile } from '../../services/weights-file.ts';
import { newName } from '../arguments.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { underCopyLine } from '../output/copy-line.ts';
import { visible, wrap } from '../output/layout.ts';
import { EXIT } from '../output/problem.ts';
import { nameTaken } from '../output/words.ts';

interface Options {
  readonly name?: string;
  readonly copy?: true;
}

const METADATA =
  'The file\'s metadata holds "vocabulary" (a JSON list of the characters in the order of their ids) and "config" ' +
  '(JSON: cell, layers, embeddingSize, units); docs/command-line.md tells how to write one.';

export function define(command: Command, run: RunCommand, width: number): void {
  command
    .description(
      'Read weights from a safetensors file into a new, finished run, or a whole run from a .folio file. Which it is shows in the file, whatever it is called.',
    )
    .argument('<file>', 'a file that Folio exported, or one written by Keras or PyTorch with the same names')
    .option('--name <name>', "the run's name (default: the file's, or the one that it had)", newName)
    .option('--copy', 'a second one of a run that is here already')
    .action((file: string, options: Options) =>
      run(async (context) => {
        const path = resolve(file);
        // Said before the record is asked for: somebody else may be writing to it.
        const kind = await importKind(path);
        return kind === 'bundle' ? importBundle(context, path, options) : importWeights(context, path, options);
      }),
    )
    .addHelpText(
      'after',
      `\n${wrap(METADATA, width)}\n\nExamples:\n  folio import shakespeare.safetensors --name "from Keras"\n  folio import shakespeare.folio`,
    );
}

async function importWeights(context: CommandContext, path: string, { name: chosen, copy }: Options): Promise<number> {
  const { output } = context;
  if (copy === true) {
    throw new FolioError('usage', '--copy is for whole runs (.folio)', 'Weights are a new run each time.');
  }
  await requireWeightsFile(path); // before the record is asked for, as well
  const app = await context.open('write');
  const id = await app.exchange.importWeights(path, chosen);
  const { name } = app.runs.show(id);
  const wanted = chosen ?? importedName(path);
  if (name !== wanted) output.note(nameTaken(wanted, name));
  if (output.json) output.write({ run: id, name });
  output.say(`Imported as run ${id}, ${visible(name)}.`);
  output.say(`Let it write:\n  ${context.commandLine('generate', String(id))}`);
  return EXIT.ok;
}

async function importBundle(context: CommandContext, path: string, { name, copy }: Options): Promise<number> {
  const { output } = context;
  const app = await context.open('write');
  const result = await underCopyLine(context, (progress, signal) =>
    app.keeping.bundles.importRun(path, { copy: copy === true, name, progress, signal }),
  );
  if (result.kind === 'already') {
    const further = result.fileStep > result.step ? `; the file is further, at step ${result.fileStep}` : '';
    throw new FolioError(
      'usage',
      `this run is here already: run ${result.run}, "${visible(result.name)}", at step ${result.step}${further}`,
      'With --copy it is imported beside it.',
    );
  }
  const { run, awaitedText } = result;
  if (output.json) output.write({ run, name: result.name, awaitedText });
  output.say(`Imported as run ${run}, ${visible(result.name)}, with all that it was.`);
  if (awaitedText !== null) {
    output.note(
      `Its text, "${visible(awaitedText.name)}", did not come along and is not here: add it to train further. It is recognised by its SHA-256, ${awaitedText.sha256}.`,
    );
    output.note(`Add it and go on:\n  ${context.commandLine('resume', String(run), '--corpus', 'FILE')}`);
  }
  const { status } = app.runs.show(run);
  const canGoOn = awaitedText === null && status !== 'finished';
  output.say(
    canGoOn
      ? `Go on with it:\n  ${context.commandLine('resume', String(run))}`
      : `Let it write:\n  ${context.commandLine('generate', String(run))}`,
  );
  return EXIT.ok;
}
