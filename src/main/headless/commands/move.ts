/** folio move: the record to another folder, and what is left where it lay. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FolioError } from '../../../shared/errors.ts';
import type { MoveService } from '../../services/moves.ts';
import { text } from '../arguments.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { underCopyLine } from '../output/copy-line.ts';
import { EXIT } from '../output/problem.ts';
import { bytes } from '../output/words.ts';

interface Options {
  readonly to?: string;
  readonly deleteOld?: true;
  readonly keepOld?: true;
}

export function define(command: Command, run: RunCommand): void {
  // A folder that is named is found by its name: no move changes that.
  command.options.find(({ long }) => long === '--data')?.hideHelp();
  command
    .description(
      'Move the record that Folio finds by itself to another folder, where it finds it from then on. A folder that you name with --data you move yourself. It is copied, checked, and only then pointed to; the old one stays until you have it deleted.',
    )
    .option('--to <dir>', 'the folder to move to: an empty one, or a new one that is made', text)
    .option('--delete-old', 'delete what an earlier move left behind, for good')
    .option('--keep-old', 'leave it there and ask no more')
    .action((options: Options) => run((context) => move(context, options)))
    .addHelpText('after', '\nExample:\n  folio move --to /media/large-disk/folio');
}

async function move(context: CommandContext, { to, deleteOld, keepOld }: Options): Promise<number> {
  const { output } = context;
  if ([to, deleteOld, keepOld].filter((given) => given !== undefined).length !== 1) {
    throw new FolioError(
      'usage',
      'say one thing: --to, --delete-old or --keep-old',
      '`folio move --help` explains it.',
    );
  }
  const app = await context.open('write');
  const { moves } = app.keeping;
  if (to === undefined) return settle(context, moves, deleteOld === true ? 'delete' : 'keep');
  const folder = resolve(to);
  const moved = await underCopyLine(context, (progress, signal) => moves.move(folder, progress, signal));
  if (output.json) output.write({ ...moved, before: app.dataDir });
  output.say(`Moved: the record is in ${moved.folder} (${bytes(moved.bytes)}), checked.`);
  if (moved.damage.length > 0)
    output.note('It was damaged in places before, and is as it was: `folio doctor` lists them.');
  output.say(`The old one is still in ${app.dataDir}. When you have seen that all is there, free its space:`);
  output.say(`  ${context.commandLine('move', '--delete-old')}`);
  return EXIT.ok;
}

/** There may be one of each move: the last one left comes first, and what remains is named. */
function settle(context: CommandContext, moves: MoveService, what: 'delete' | 'keep'): number {
  const { output } = context;
  const old = moves.old();
  const freed = moves.settle(what);
  if (output.json) output.write({ old: old?.folder ?? null, bytesFreed: freed });
  const where = old?.folder ?? '';
  output.say(
    what === 'delete'
      ? `Deleted the old record in ${where}; ${bytes(freed)} freed.`
      : `The old record stays in ${where}; nobody asks for it any more.`,
  );
  const next = moves.old();
  if (next !== null) {
    output.say(`An older one is in ${next.folder} (${bytes(next.bytes)}). To free its space as well:`);
    output.say(`  ${context.commandLine('move', '--delete-old')}`);
  }
  return EXIT.ok;
}
