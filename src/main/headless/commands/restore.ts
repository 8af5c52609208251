/** folio restore: a backup in the place of a record. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FolioError } from '../../../shared/errors.ts';
import { defaultDataDir } from '../../app.ts';
import { leaveLostPlace, lostPlace } from '../../services/default-place.ts';
import { homeFolder } from '../../services/location.ts';
import { restoreRecord } from '../../services/restore.ts';
import { commandLine } from '../command-line.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { refuseFile } from '../open-app.ts';
import { underCopyLine } from '../output/copy-line.ts';
import { EXIT } from '../output/problem.ts';
import { bytes, plural } from '../output/words.ts';

interface Options {
  readonly replace?: true;
  readonly inDefaultPlace?: true;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      'Put a backup into a data folder, checked. A folder that holds a record is refused; with --replace that one stays beside it.',
    )
    .argument('<file>', 'a file that `folio backup` or the app wrote')
    .option('--replace', 'keep the record that is there under another name, and put the backup in its place')
    .option(
      '--in-default-place',
      'when the record was moved and is lost: into the default folder, which counts again from then on',
    )
    .action((file: string, options: Options) =>
      run(async (context) => {
        const { output } = context;
        const path = resolve(file);
        const lost = options.inDefaultPlace === true ? lostRecord(context) : null;
        const folder = lost?.home ?? context.dataDir ?? defaultDataDir();
        refuseFile(folder);
        const restored = await underCopyLine(context, (progress, signal) =>
          restoreRecord(path, folder, { replace: options.replace === true, progress, signal }),
        );
        if (lost !== null) leaveLostPlace(lost.home);
        if (output.json) output.write(lost === null ? restored : { ...restored, lost: lost.folder });
        output.say(`Restored ${restored.record} (${bytes(restored.bytes)}, ${plural(restored.runs, 'run')}).`);
        if (restored.kept !== null) output.say(`The record that was there is now ${restored.kept}`);
        if (restored.damage.length > 0) {
          output.note(
            `The backup was damaged already in ${plural(restored.damage.length, 'place')}: \`folio doctor\` lists them.`,
          );
        }
        if (lost !== null) {
          const look = commandLine(context.io, lost.folder, ['runs']);
          output.say(
            `This folder counts from now on. Should ${lost.folder} come back, the record in it may hold newer work than this backup. Look into it first, and export what is missing here:`,
          );
          output.say(`  ${look}`);
          output.say('When nothing of it is needed any more, free its space, here or in Settings:');
          output.say(`  ${context.commandLine('move', '--delete-old')}`);
        }
        output.say(`See what is in it:\n  ${context.commandLine('runs')}`);
        return EXIT.ok;
      }),
    )
    .addHelpText('after', '\nExample:\n  folio restore folio-backup.db --data ~/folio-as-it-was');
}

/** Where the record was moved to and is not any more. Throws FolioError 'usage' when it is not lost. */
function lostRecord({ dataDir }: CommandContext): { readonly home: string; readonly folder: string } {
  const home = homeFolder();
  if (dataDir !== undefined || home === null) {
    throw new FolioError(
      'usage',
      '--in-default-place is for a record that Folio finds by itself, and a folder was named',
      'Leave out --data and FOLIO_DATA, or leave out --in-default-place: a backup goes into the folder that is named.',
    );
  }
  const folder = lostPlace(home);
  if (folder !== null) return { home, folder };
  throw new FolioError(
    'usage',
    `the record is not lost: it is in ${defaultDataDir()}`,
    'Leave out --in-default-place; --replace keeps the record that is there under another name.',
  );
}
