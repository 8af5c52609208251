/** The app served until somebody interrupts it: what `folio serve` does, and `npm start` where no window can be opened. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FolioError, toErrorMessage } from '../../../shared/errors.ts';
import type { FolioApp } from '../../app.ts';
import { programFile } from '../../program-files.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../output/problem.ts';
import { browserHost } from './browser-host.ts';
import { startServer } from './server.ts';
import type { FolioServer } from './server.ts';
import { Transfers } from './transfers.ts';

export interface ServeChoices {
  /** 0 takes any that is free. */
  readonly port: number;
  /** Whether to open a browser. */
  readonly open: boolean;
  /** Opens an address in the person's browser; by default the system's own way. */
  readonly openBrowser?: (address: string) => Promise<void>;
  /** Where the built window is. */
  readonly rendererDir?: string;
}

/**
 * Serves until the first interrupt: a training saves and stops then, and the next start offers to go on with it. A second interrupt leaves
 * at once.
 *
 * @returns the exit code
 * @throws FolioError 'not-found' when the window was not built, 'locked' when another process has the record, 'busy' for a taken port
 */
export async function serveApp(context: CommandContext, choices: ServeChoices): Promise<number> {
  const { output } = context;
  const rendererDir = choices.rendererDir ?? programFile('out', 'renderer');
  refuseUnbuilt(rendererDir);
  const app = await context.open('write');
  const interrupted = waitForInterrupt(context);
  try {
    const server = await startAppServer(app, rendererDir, choices.port, (error) => {
      output.note(`something in Folio failed that should not: ${toErrorMessage(error).message}`);
    });
    try {
      tellAddress(context, server);
      if (choices.open) await tryToOpen(context, server, choices.openBrowser ?? systemBrowser);
      await interrupted.first;
      await saveTraining(context, app);
    } finally {
      await server.close();
    }
  } finally {
    interrupted.done();
  }
  if (output.json) output.write({ type: 'stopped' });
  return EXIT.interrupted;
}

/** The server over an app. The caller closes both, the server first. */
export function startAppServer(
  app: FolioApp,
  rendererDir: string,
  port: number,
  report: (error: unknown) => void,
): Promise<FolioServer> {
  const transfers = new Transfers(join(app.dataDir, 'tmp', 'browser'), app.chosenFiles);
  return startServer({ port, api: app.api(browserHost(transfers)), transfers, rendererDir, report });
}

function refuseUnbuilt(rendererDir: string): void {
  if (existsSync(join(rendererDir, 'index.html'))) return;
  throw new FolioError(
    'not-found',
    'the page that the browser would show has not been built yet',
    'Run `npm run build` in the folder of Folio, once. (`npm start` does it by itself.)',
  );
}

function tellAddress({ output }: CommandContext, server: FolioServer): void {
  if (output.json) {
    output.write({ type: 'listening', address: server.address, port: server.port });
    return;
  }
  const { bold, cyan } = output.style;
  output.say(`Folio is at ${bold(cyan(server.address))}`); // not wrapped: it is to be copied
  output.sayWrapped(
    'The address is the key: whoever has it can use this Folio, from this machine only. Ctrl-C ends it.',
  );
}

async function tryToOpen(
  { output }: CommandContext,
  server: FolioServer,
  openBrowser: (address: string) => Promise<void>,
): Promise<void> {
  try {
    await openBrowser(server.ticketAddress());
  } catch (error) {
    output.note(`No browser could be opened (${toErrorMessage(error).message}). Open the address yourself.`);
  }
}

async function systemBrowser(address: string): Promise<void> {
  const { default: open } = await import('open');
  const child = await open(address);
  child.on('error', () => undefined); // it was started; what becomes of it is not ours
}

async function saveTraining({ output }: CommandContext, app: FolioApp): Promise<void> {
  const active = app.training.active();
  if (active === null) return;
  output.note(`Saving run ${active.runId} and stopping. Ctrl-C again leaves at once.`);
  if (output.json) output.write({ type: 'saving', run: active.runId });
  await app.training.shutDown();
}

/** `first` resolves with the first interrupt; the second leaves at once. */
function waitForInterrupt({ io }: CommandContext): { readonly first: Promise<void>; readonly done: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let interrupted = false;
  const done = io.onInterrupt(() => {
    if (interrupted) io.exit(EXIT.interrupted);
    interrupted = true;
    resolve();
  });
  return { first: promise, done };
}
