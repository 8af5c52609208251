/** folio delete: a run and everything that belongs to it. */
import type { Command } from 'commander';
import { FolioError } from '../../../shared/errors.ts';
import { RUN_ARGUMENT } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { visible } from '../output/layout.ts';
import { EXIT } from '../output/problem.ts';
import { progressInWords } from '../output/progress.ts';
import { bytes } from '../output/words.ts';

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      'Delete a run with its checkpoints, losses and samples, at once and for good; the text stays. (In the window a deleted run can be had back for a day.)',
    )
    .argument('<run>', RUN_ARGUMENT)
    .option('--yes', 'do not ask')
    .action((reference: string, options: { readonly yes?: true }) =>
      run(async (context) => {
        const { io, output } = context;
        const app = await context.open('write');
        const found = app.runs.resolveRun(reference, 'exact');
        const trained = progressInWords(app.runs.show(found.id));
        const amount = [...(trained === null ? [] : [trained]), bytes(found.storedBytes)].join(', ');
        const what = `run ${found.id}, "${visible(found.name)}" (${amount})`;
        if (options.yes !== true) {
          if (!io.interactive) {
            throw new FolioError('usage', `deleting ${what} needs a yes`, 'There is nobody to ask here: add --yes.');
          }
          const answer = await io.ask(`Delete ${what}? There is no way back. [y/N] `);
          if (!/^\s*y(es)?\s*$/i.test(answer)) {
            output.note('Nothing was deleted.');
            return EXIT.failure;
          }
        }
        await app.store.writable(); // what was deleted earlier is being freed, perhaps
        const bytesFreed = app.runs.delete(found.id);
        if (output.json) output.write({ run: found.id, bytesFreed });
        output.say(`Deleted run ${found.id}; ${bytes(bytesFreed)} freed.`);
        return EXIT.ok;
      }),
    );
}
