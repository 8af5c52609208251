/**
 * How long a checkpoint of the tutorial preset (16 MB of weights, 32 MB of optimizer state) holds up the main process: the longest
 * time that its event loop does not turn, from a trainer process's message to the stored transaction, and after it. The same when a
 * stored one is read again: to train on from it (both parts), and to write with it (the weights).
 *
 *     npx node bench/checkpoint/pause.ts [--busy] [--main-thread] [--checkpoints 10]
 *
 * `--busy` keeps a processor at work meanwhile, as a training does. `--main-thread` stores and reads without threads, to compare.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { forkTrainer } from '../../src/main/headless/trainer-process.ts';
import { createGenerationService } from '../../src/main/services/generation.ts';
import { createTrainingService } from '../../src/main/services/training.ts';
import { CheckpointReader } from '../../src/main/store/checkpoint-reader.ts';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { wholeNumber } from '../arguments.ts';
import { runBench } from '../usage.ts';

const HELP = `  --checkpoints N    that are stored, and then read again (default 10)
  --busy             keeps a processor at work meanwhile, as a training does
  --main-thread      stores and reads without threads, to compare

Tells the longest times that the main process's event loop did not turn.`;

const optionsSchema = z.strictObject({
  checkpoints: wholeNumber(1, 1000),
  busy: z.boolean(),
  'main-thread': z.boolean(),
});

/** After a checkpoint is stored: the log is copied back and free pages are given back. */
const AFTERWARDS_MS = 700;

/** The longest time between two turns of the event loop since the last look, in milliseconds. */
class Turns {
  #last = performance.now();
  #worst = 0;
  readonly #timer = setInterval(() => this.#turn(), 1);

  #turn(): void {
    const now = performance.now();
    this.#worst = Math.max(this.#worst, now - this.#last);
    this.#last = now;
  }

  take(): number {
    this.#turn();
    const worst = this.#worst;
    this.#worst = 0;
    return worst;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

async function main({
  checkpoints: times,
  busy,
  'main-thread': onMainThread,
}: z.infer<typeof optionsSchema>): Promise<number> {
  if (busy) process.env['FOLIO_BENCH_BUSY'] = '1';
  const dir = mkdtempSync(join(tmpdir(), 'folio-bench-'));
  const store = openStore(dir, { mode: 'write' });
  const text = new TextEncoder().encode('to be or not to be '.repeat(1000));
  const { id: corpusId } = store.addCorpus({
    name: 'hamlet',
    encoding: 'UTF-8',
    vocabulary: [...new Set('to be or not to be ')].toSorted(),
    characters: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
    chunks: [text],
  });
  const checkpoints = onMainThread ? null : new CheckpointWriter(store.path);
  const stored = onMainThread ? null : new CheckpointReader(store.path);
  const services = {
    store,
    appVersion: '0',
    startTrainer: (purpose: 'training' | 'generation' | 'probe') =>
      forkTrainer(join(import.meta.dirname, 'sender.ts'), purpose),
  };
  const training = createTrainingService({ ...services, checkpoints, ...(stored === null ? {} : { stored }) });
  const generation = createGenerationService({ ...services, ...(stored === null ? {} : { checkpoints: stored }) });

  let heard: (event: TrainingEvent) => void = () => undefined;
  const next = (type: TrainingEvent['type']): Promise<void> =>
    new Promise((resolve) => {
      heard = (event) => {
        if (event.type === 'finished' && event.error !== null) throw new Error(event.error.message);
        if (event.type === type) resolve();
      };
    });

  const ready = next('engine');
  const { config } = PRESETS.tutorial;
  const listen = (event: TrainingEvent): void => heard(event);
  const handle = await training.start({ preset: 'tutorial', corpusId, config, engine: 'auto' }, listen);
  await ready;
  await wait(AFTERWARDS_MS);
  const turns = new Turns();
  const pauses: number[] = [];
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) {
    turns.take();
    const start = performance.now();
    const stored = next('checkpoint');
    handle.continue();
    await stored;
    seconds.push((performance.now() - start) / 1000);
    await wait(AFTERWARDS_MS);
    pauses.push(turns.take());
  }
  handle.stop();
  await handle.done;

  /** The longest pause, in milliseconds, while `work` is done and shortly after it. */
  async function pauseOf(work: () => Promise<unknown>): Promise<number> {
    await wait(AFTERWARDS_MS);
    turns.take();
    await work();
    await wait(AFTERWARDS_MS);
    return turns.take();
  }

  const resumes: number[] = [];
  const loads: number[] = [];
  for (let i = 0; i < times; i++) {
    const begun = next('engine');
    let resumed = handle;
    resumes.push(
      await pauseOf(async () => {
        resumed = await training.resume(handle.runId, 'auto', listen, undefined, { epochs: 1000 + i });
        await begun;
      }),
    );
    resumed.stop();
    await resumed.done;
    loads.push(await pauseOf(() => generation.warm({ runId: handle.runId, epoch: i + 1, engine: 'auto' })));
  }
  turns.close();
  training.close();
  generation.close();
  stored?.close();
  checkpoints?.close();
  const damage = store.check();
  store.close();
  rmSync(dir, { recursive: true });
  if (damage.length > 0) throw new Error(damage.join('; '));

  const number = (value: number | undefined): string => (value ?? 0).toFixed(0);
  for (const [what, measured] of [
    ['a checkpoint', pauses],
    ['a resume (the first starts the thread)', resumes],
    ['weights loaded to write with', loads],
  ] as const) {
    const sorted = measured.toSorted((a, b) => a - b);
    console.log(`longest pause of the main process, ms, ${what}: ${measured.map(number).join(' ')}`);
    console.log(`  median ${number(sorted[sorted.length >> 1])}, worst ${number(sorted.at(-1))} of ${measured.length}`);
  }
  console.log(`made, sent and stored in ${Math.max(...seconds).toFixed(2)} s at most`);
  return 0;
}

await runBench(
  {
    command: 'npx node bench/checkpoint/pause.ts',
    help: HELP,
    options: {
      checkpoints: { type: 'string', default: '10' },
      busy: { type: 'boolean', default: false },
      'main-thread': { type: 'boolean', default: false },
    },
    schema: optionsSchema,
  },
  main,
);
