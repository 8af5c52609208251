/** The trainings that bench/window/training.ts compares: by `folio train`, and by the served program under a browser. */
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { PRESETS } from '../../src/shared/presets.ts';
import { JsonChild } from './child.ts';
import { NOT_WATCHED } from './loop-watch.ts';
import { openPage, timeOfClick, timesOfRequest } from './measure.ts';
import { browserSeconds, programSeconds } from './processor.ts';
import { WARM_UP } from './warm-up.ts';

const root = resolve(import.meta.dirname, '../..');

export interface What {
  /** A text file. */
  readonly text: string;
  readonly epochs: number;
  readonly engine: string;
}

const delaysSchema = z.object({
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  late: z.array(z.object({ at: z.number(), ms: z.number(), worked: z.number() })).readonly(),
});
const reportSchema = z.object({
  delays: delaysSchema,
  saving: z.array(z.object({ from: z.number(), to: z.number() })),
  steps: z.array(z.object({ at: z.number(), charactersPerSecond: z.number() })),
});
export type Report = z.infer<typeof reportSchema>;
const stepSchema = z.looseObject({ type: z.literal('step'), step: z.number(), charactersPerSecond: z.number() });

const finishedSchema = z.looseObject({ type: z.literal('finished') });

/** From the first step that counts to the end. */
export interface Took {
  readonly seconds: number;
  /** Of a processor, by the program without the process that trains. */
  readonly program: number;
  /** By all the browser's processes. */
  readonly browser: number;
}

export interface Alone {
  /** Characters a second of each step. */
  readonly speeds: readonly number[];
  readonly took: Took;
}

export interface Served extends Alone {
  readonly report: Report;
  readonly idle: z.infer<typeof delaysSchema>;
  readonly clicks: readonly number[];
  readonly requests: readonly number[];
}

/** Starts to count; what it returns stops, and tells. */
function stopwatch(pid: number): () => Took {
  const at = (): Took => ({
    seconds: performance.now() / 1000,
    program: programSeconds(pid),
    browser: browserSeconds(),
  });
  const start = at();
  return () => {
    const { seconds, program, browser } = at();
    return { seconds: seconds - start.seconds, program: program - start.program, browser: browser - start.browser };
  };
}

/** By the command line. */
export async function trainAlone(dataDir: string, { text, epochs, engine }: What): Promise<Alone> {
  const speeds: number[] = [];
  const options = ['--preset', 'tutorial', '--corpus', text, '--epochs', String(epochs), '--engine', engine];
  const child = new JsonChild([join(root, 'bin/folio.js'), 'train', ...options, '--data', dataDir, '--json']);
  let stop: (() => Took) | null = null;
  let took: Took | null = null;
  for (let line = await child.next(); line !== null; line = await child.next()) {
    const step = stepSchema.safeParse(line);
    if (step.success) speeds.push(step.data.charactersPerSecond);
    if (step.data?.step === WARM_UP) stop = stopwatch(child.pid);
    if (finishedSchema.safeParse(line).success) took = stop?.() ?? null;
  }
  if (took === null) throw new Error('`folio train` did not come to its end');
  return { speeds: speeds.slice(WARM_UP), took };
}

/** By the served program, with a browser that shows the run's page; `isUsed`: somebody clicks, and the event loops are watched. */
export async function trainServed(dataDir: string, { text, epochs, engine }: What, isUsed: boolean): Promise<Served> {
  const corpusAdded = new JsonChild([join(import.meta.dirname, 'add-text.ts'), dataDir, text]);
  const { id: corpusId } = await corpusAdded.nextAs(z.object({ id: z.number() }));
  await corpusAdded.exited();
  const program = new JsonChild([join(import.meta.dirname, 'program.ts'), dataDir, ...(isUsed ? [] : ['unwatched'])]);
  const { address } = await program.nextAs(z.object({ address: z.string() }));
  const { browser, page } = await openPage(address);
  const idle = isUsed ? new JsonChild([join(import.meta.dirname, 'idle.ts')]) : null;
  await idle?.next();

  await page.evaluate(`location.hash = '#/run/1'`);
  await wait(2000); // the browser has settled
  const config = { ...PRESETS.tutorial.config, epochs };
  const start = { preset: 'tutorial', corpusId, config, engine };
  await timesOfRequest(page, 'training:start', start, 1);
  await program.nextAs(z.object({ step: z.number() }));
  const stop = stopwatch(program.pid);
  let over = false;
  const end = program.next().then((line) => {
    z.object({ status: z.literal('finished') }).parse(line);
    over = true;
  });
  const clicks: number[] = [];
  const requests: number[] = [];
  while (isUsed && !over) {
    for (const place of ['settings', 'texts', 'runs']) clicks.push(await timeOfClick(page, `#/${place}`, 'main'));
    requests.push(...(await timesOfRequest(page, 'runs:list', { archived: 'without' }, 5)));
    await page.evaluate(`location.hash = '#/run/1'`); // most of the time a person looks at it
    await Promise.race([end, wait(2000)]);
  }
  await end; // and a window that is only looked at is asked nothing meanwhile
  const took = stop();
  const delays = idle === null ? NOT_WATCHED : z.object({ delays: delaysSchema }).parse(await idle.end()).delays;
  await browser.close();
  const report = reportSchema.parse(await program.end());
  const speeds = report.steps.slice(WARM_UP).map(({ charactersPerSecond }) => charactersPerSecond);
  return { speeds, report, idle: delays, clicks, requests, took };
}
