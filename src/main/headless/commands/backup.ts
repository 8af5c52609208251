/** folio backup: the whole record in one file, while others work with it. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { text } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { underCopyLine } from '../output/copy-line.ts';
import { EXIT } from '../output/problem.ts';
import { bytes, plural } from '../output/words.ts';

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      'Copy the whole record (texts, runs, checkpoints, samples, settings) into one file and check the copy. A training may go on meanwhile.',
    )
    .requiredOption('--out <file>', 'the file to write', text)
    .action(({ out }: { readonly out: string }) =>
      run(async (context) => {
        const { output } = context;
        const app = await context.open('look');
        const file = resolve(out);
        const made = await underCopyLine(context, (progress, signal) =>
          app.keeping.backups.backUp(file, progress, signal),
        );
        if (output.json) output.write({ file, ...made });
        const holds = `${plural(made.runs, 'run')}, ${plural(made.checkpoints, 'checkpoint')}`;
        output.say(
          `${made.replaced ? 'Replaced' : 'Wrote'} ${file} (${bytes(made.bytes)}: ${holds}), read again and found whole.`,
        );
        if (made.bytesFreed > 0) {
          output.say(
            `An earlier backup to this name had been broken off; what it left is gone (${bytes(made.bytesFreed)}).`,
          );
        }
        if (made.damage.length > 0) {
          const places = plural(made.damage.length, 'place');
          output.note(
            `The record was damaged already in ${places}; the copy is as it is: \`folio doctor\` lists them.`,
          );
        }
        if (made.notNoted !== null) output.note(`The time of this backup was not noted: ${made.notNoted}.`);
        output.say(`Put it back one day:\n  ${context.commandLine('restore', file)}`);
        return EXIT.ok;
      }),
    )
    .addHelpText('after', '\nExample:\n  folio backup --out /media/stick/folio-backup.db');
}
