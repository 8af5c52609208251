/** folio serve: not there yet, and says so. */
import type { Command } from 'commander';
import { whole } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { EXIT } from '../output/problem.ts';

const NOT_YET = 'The app for a browser arrives together with the desktop app; this version has the command line only.';

export function define(command: Command, run: RunCommand): void {
  command
    .description(NOT_YET)
    .option('--port <n>', 'where it will listen', whole(0, 65_535))
    .action(() =>
      run(({ output }) => {
        output.note(NOT_YET);
        if (output.json) output.write({ type: 'error', error: { code: 'not-found', message: NOT_YET } });
        return Promise.resolve(EXIT.failure);
      }),
    );
}
