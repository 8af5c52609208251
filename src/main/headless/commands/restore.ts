/** folio restore: a backup in the place of a record. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defaultDataDir } from '../../app.ts';
import { restoreRecord } from '../../services/restore.ts';
import type { RunCommand } from '../context.ts';
import { underCopyLine } from '../output/copy-line.ts';
import { EXIT } from '../output/problem.ts';
import { bytes, plural } from '../output/words.ts';

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      'Put a backup into a data folder, checked. A folder that holds a record is refused; with --replace that one stays beside it.',
    )
    .argument('<file>', 'a file that `folio backup` or the app wrote')
    .option('--replace', 'keep the record that is there under another name, and put the backup in its place')
    .action((file: string, options: { readonly replace?: true }) =>
      run(async (context) => {
        const { output } = context;
        const path = resolve(file);
        const folder = context.dataDir ?? defaultDataDir();
        const restored = await underCopyLine(context, (progress, signal) =>
          restoreRecord(path, folder, { replace: options.replace === true, progress, signal }),
        );
        if (output.json) output.write(restored);
        output.say(`Restored ${restored.record} (${bytes(restored.bytes)}, ${plural(restored.runs, 'run')}).`);
        if (restored.kept !== null) output.say(`The record that was there is now ${restored.kept}`);
        if (restored.damage.length > 0) {
          output.note(
            `The backup was damaged already in ${plural(restored.damage.length, 'place')}: \`folio doctor\` lists them.`,
          );
        }
        output.say(`See what is in it:\n  ${context.commandLine('runs')}`);
        return EXIT.ok;
      }),
    )
    .addHelpText('after', '\nExample:\n  folio restore folio-backup.db --data ~/folio-as-it-was');
}
