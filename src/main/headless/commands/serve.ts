/** folio serve: the app for a browser on this machine. */
import type { Command } from 'commander';
import { whole } from '../arguments.ts';
import type { RunCommand } from '../context.ts';
import { USUAL_PORT } from '../serve/usual-port.ts';

interface Options {
  readonly port?: number;
  readonly open?: true;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      'Serve the app to a browser on this machine: the same as in its own window. It answers at 127.0.0.1 only, and only to who has the address with its token. Ctrl-C ends it; a training is saved first, and the next start offers to go on with it.',
    )
    .option(
      '--port <n>',
      `where it listens; 0 takes any port that is free (default: ${USUAL_PORT}, or any where that is taken)`,
      whole(0, 65_535),
    )
    .option('--open', 'open it in the browser')
    .action((options: Options) =>
      run(async (context) => {
        const { serveApp } = await import('../serve/serve-app.ts'); // with the server, which `--help` does not need
        return serveApp(context, { port: options.port ?? null, open: options.open === true });
      }),
    )
    .addHelpText('after', '\nExamples:\n  folio serve --open\n  folio serve --port 0 --json');
}
