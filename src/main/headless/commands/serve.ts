/** folio serve: the app for a browser on this machine. */
import type { Command } from 'commander';
import { whole } from '../arguments.ts';
import type { RunCommand } from '../context.ts';

/** The same each time, so that a bookmark and what the browser keeps for the page stay good. */
export const DEFAULT_PORT = 8317;

interface Options {
  readonly port: number;
  readonly open?: true;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      'Serve the app to a browser on this machine: the same as in its own window. It answers at 127.0.0.1 only, and only to who has the address with its token.',
    )
    .option('--port <n>', 'where it listens; 0 takes any port that is free', whole(0, 65_535), DEFAULT_PORT)
    .option('--open', 'open it in the browser')
    .action((options: Options) =>
      run(async (context) => {
        const { serveApp } = await import('../serve/serve-app.ts');
        return serveApp(context, { port: options.port, open: options.open === true });
      }),
    )
    .addHelpText(
      'after',
      `
Ctrl-C ends it; a training is saved first, and the next start offers to go on with it.

Examples:
  folio serve --open
  folio serve --port 0 --json`,
    );
}
