/** folio import: weights from other programs, or from another Folio. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { text } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { wrap } from '../output/layout.ts';
import { EXIT } from '../output/problem.ts';

interface Options {
  readonly name?: string;
}

const METADATA =
  'The file\'s metadata holds "vocabulary" (a JSON list of the characters in the order of their ids) and "config" ' +
  '(JSON: cell, layers, embeddingSize, units); README.md shows how to write one.';

export function define(command: Command, run: RunCommand, width: number): void {
  command
    .description('Read weights from a safetensors file into a new, finished run.')
    .argument('<file>', 'a file that Folio exported, or one written by Keras or PyTorch with the same names')
    .option('--name <name>', "the run's name (default: the file's)", text)
    .action((file: string, options: Options) =>
      run(async (context) => {
        const { output } = context;
        const app = await context.open('write');
        const id = await app.exchange.importWeights(resolve(file), options.name);
        if (output.json) output.write({ run: id });
        output.say(`Imported as run ${id}.`);
        output.say(`Let it write:\n  ${context.commandLine('generate', String(id))}`);
        return EXIT.ok;
      }),
    )
    .addHelpText(
      'after',
      `\n${wrap(METADATA, width)}\n\nExample:\n  folio import shakespeare.safetensors --name "from Keras"`,
    );
}
