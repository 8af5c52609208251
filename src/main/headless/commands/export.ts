/** folio export: weights for other programs. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EPOCH_OPTION, epochReference, RUN_ARGUMENT, text } from '../arguments.ts';
import { noteBetterEpoch } from '../better-epoch.ts';
import type { RunCommand } from '../context.ts';
import { EXIT } from '../output/problem.ts';
import { bytes } from '../output/words.ts';

interface Options {
  readonly epoch: number | 'best' | 'last';
  readonly out: string;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      "Write a run's weights to a safetensors file, with Keras's names and layouts, vocabulary and sizes included.",
    )
    .argument('<run>', RUN_ARGUMENT)
    .requiredOption('--out <file>', 'the file to write', text)
    .option('--epoch <n>', EPOCH_OPTION, epochReference, 'last')
    .action((reference: string, options: Options) =>
      run(async (context) => {
        const { output } = context;
        const app = await context.open('look');
        const { id } = app.runs.resolveRun(reference);
        noteBetterEpoch(context, app.runs.show(id), options.epoch);
        const file = resolve(options.out);
        const written = await app.exchange.exportWeights(id, options.epoch, file);
        if (output.json) output.write({ run: id, epoch: options.epoch, file, ...written });
        output.say(`${written.replaced ? 'Replaced' : 'Wrote'} ${file} (${bytes(written.bytes)}).`);
        return EXIT.ok;
      }),
    )
    .addHelpText('after', '\nExample:\n  folio export last --epoch best --out shakespeare.safetensors');
}
