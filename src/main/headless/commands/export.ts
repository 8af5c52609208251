/** folio export: weights for other programs, or a whole run for another Folio. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FolioError } from '../../../shared/errors.ts';
import { EPOCH_OPTION, epochReference, RUN_ARGUMENT, text } from '../arguments.ts';
import { noteBetterEpoch } from '../better-epoch.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { underCopyLine } from '../output/copy-line.ts';
import { wrap } from '../output/layout.ts';
import { EXIT } from '../output/problem.ts';
import { bytes, plural } from '../output/words.ts';

interface Options {
  readonly epoch?: number | 'best' | 'last';
  readonly out: string;
  readonly bundle?: true;
  readonly all?: true;
  readonly text: boolean;
}

const BUNDLE =
  'A file that ends in .folio (or any, with --bundle) holds the whole run: settings, losses, samples, notes, the best and the last ' +
  'weights, the text, and all that training goes on from on another computer. `folio import` reads it.';

export function define(command: Command, run: RunCommand, width: number): void {
  command
    .description(
      "Write a run's weights to a safetensors file, with Keras's names and layouts, vocabulary and sizes included; or the whole run to a .folio file.",
    )
    .argument('<run>', RUN_ARGUMENT)
    .requiredOption('--out <file>', 'the file to write', text)
    .option('--epoch <n>', `${EPOCH_OPTION} (default: last)`, epochReference)
    .option('--bundle', 'the whole run, whatever the file is called')
    .option('--all', "the whole run with every epoch's weights, not only the best and the last")
    // The default is named because commands add their options late: after commander has looked for `--no-` ones.
    .option('--no-text', 'the whole run without its text: it must be there already, or be added, to go on', true)
    .action((reference: string, options: Options) =>
      run((context) =>
        options.bundle === true || /\.folio$/i.test(options.out)
          ? exportBundle(context, reference, options)
          : exportWeights(context, reference, options),
      ),
    )
    .addHelpText(
      'after',
      `\n${wrap(BUNDLE, width)}\n\nExamples:\n  folio export last --epoch best --out shakespeare.safetensors\n  folio export last --out shakespeare.folio`,
    );
}

async function exportWeights(context: CommandContext, reference: string, options: Options): Promise<number> {
  const { output } = context;
  if (options.all === true || !options.text) {
    const option = options.all === true ? '--all' : '--no-text';
    throw new FolioError('usage', `${option} is for whole runs`, 'Name a file that ends in .folio, or add --bundle.');
  }
  const app = await context.open('look');
  const { id } = app.runs.resolveRun(reference);
  const epoch = options.epoch ?? 'last';
  noteBetterEpoch(context, app.runs.show(id), epoch);
  const file = resolve(options.out);
  const written = await app.exchange.exportWeights(id, epoch, file);
  if (output.json) output.write({ run: id, epoch, file, ...written });
  output.say(`${written.replaced ? 'Replaced' : 'Wrote'} ${file} (${bytes(written.bytes)}).`);
  return EXIT.ok;
}

async function exportBundle(context: CommandContext, reference: string, options: Options): Promise<number> {
  const { output } = context;
  if (options.epoch !== undefined) {
    throw new FolioError('usage', 'a whole run has no --epoch', 'With --all it holds the weights of every epoch.');
  }
  const app = await context.open('look');
  const { id } = app.runs.resolveRun(reference);
  const file = resolve(options.out);
  const checkpoints = options.all === true ? 'all' : 'newest';
  const made = await underCopyLine(context, (progress, signal) =>
    app.keeping.bundles.exportRun(id, file, { checkpoints, text: options.text }, progress, signal),
  );
  if (output.json) output.write({ run: id, file, ...made });
  const holds = `run ${id} with the weights of ${plural(made.checkpoints, 'checkpoint')}`;
  output.say(
    `${made.replaced ? 'Replaced' : 'Wrote'} ${file} (${bytes(made.bytes)}: ${holds}), read again and found whole.`,
  );
  if (made.bytesFreed > 0) {
    output.say(`An earlier export to this name had been broken off; what it left is gone (${bytes(made.bytesFreed)}).`);
  }
  for (const damage of made.damage) output.note(`Left out, because it is damaged: ${damage}.`);
  if (!made.resumable) output.note('Nothing in it can be gone on from: it can write and be compared.');
  return EXIT.ok;
}
