/**
 * The program as `folio serve` runs it, in a process of its own that also watches its own event loop. For the benchmarks of the window.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { createApp } from '../../src/main/app.ts';
import { startTrainer } from '../../src/main/headless/trainer-process.ts';
import { startAppServer } from '../../src/main/headless/serve/serve-app.ts';
import { oneOf, text } from '../arguments.ts';
import { runBench } from '../usage.ts';
import { LoopWatch, NOT_WATCHED } from './loop-watch.ts';
import { WARM_UP } from './warm-up.ts';

const HELP = `  unwatched    leaves the event loop alone: looking at it four hundred times a second costs a training something, too

Writes JSON lines: {address} first; {step} at the step of that number, where steps begin to count; {status} when the training is over; on
SIGTERM {delays, saving, steps}, and ends. Started by the benchmarks in bench/window.`;

const optionsSchema = z.strictObject({
  data_dir: text('the folder of a record'),
  unwatched: oneOf(['unwatched']).optional(),
});

const say = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

async function main({ data_dir: dataDir, unwatched }: z.infer<typeof optionsSchema>): Promise<number> {
  const app = createApp({ dataDir, startTrainer, mode: 'write' });
  const server = await startAppServer(app, resolve(import.meta.dirname, '../../out/renderer'), 0, (error) => {
    console.error(error);
  });
  const watch = unwatched === undefined ? new LoopWatch() : null;

  /** From the moment that the trainer hands a checkpoint over until it is stored, on the clock of the watch. */
  const saving: { from: number; to: number }[] = [];
  const steps: { at: number; charactersPerSecond: number }[] = [];
  let savingSince: number | null = null;
  app.training.subscribe((event) => {
    const now = performance.now();
    if (event.type === 'step') steps.push({ at: now, charactersPerSecond: event.charactersPerSecond });
    if (event.type === 'step' && event.step === WARM_UP) say({ step: event.step });
    if (event.type === 'finished') say({ status: event.status });
    if (event.type === 'phase') savingSince = event.phase === 'saving' ? (savingSince ?? now) : savingSince;
    if (event.type === 'checkpoint') {
      saving.push({ from: savingSince ?? now, to: now });
      savingSince = null;
    }
  });

  process.on('SIGTERM', () => {
    say({ delays: watch?.close() ?? NOT_WATCHED, saving, steps });
    app.close();
    void server.close().then(() => process.exit(0));
  });
  say({ address: server.address, dataDir });
  return 0;
}

await runBench(
  {
    command: 'npx node bench/window/program.ts',
    takes: 'DATA_DIR [unwatched]',
    help: HELP,
    positionals: ['data_dir', 'unwatched'],
    schema: optionsSchema,
    speaksJson: true,
  },
  main,
);
