/**
 * How long a checkpoint of the tutorial preset (16 MB of weights, 32 MB of optimizer state) holds up the main process: the longest
 * time that its event loop does not turn, from a trainer process's message to the stored transaction, and after it.
 *
 *     node bench/checkpoint/pause.ts [--busy] [--checkpoints 10]
 *
 * `--busy` keeps a processor at work meanwhile, as a training does.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { forkTrainer } from '../../src/main/headless/trainer-process.ts';
import { createTrainingService } from '../../src/main/services/training.ts';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';

const { values } = parseArgs({
  options: {
    busy: { type: 'boolean', default: false },
    checkpoints: { type: 'string', default: '10' },
    'main-thread': { type: 'boolean', default: false },
  },
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

if (values.busy) process.env['FOLIO_BENCH_BUSY'] = '1';
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
const checkpoints = values['main-thread'] ? null : new CheckpointWriter(store.path);
const training = createTrainingService({
  store,
  checkpoints,
  appVersion: '0',
  startTrainer: (purpose) => forkTrainer(join(import.meta.dirname, 'sender.ts'), purpose),
});

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
const handle = await training.start({ preset: 'tutorial', corpusId, config, engine: 'auto' }, (event) => heard(event));
await ready;
await wait(AFTERWARDS_MS);
const turns = new Turns();
const pauses: number[] = [];
const seconds: number[] = [];
for (let i = 0; i < Number(values.checkpoints); i++) {
  turns.take();
  const start = performance.now();
  const stored = next('checkpoint');
  handle.continue();
  await stored;
  seconds.push((performance.now() - start) / 1000);
  await wait(AFTERWARDS_MS);
  pauses.push(turns.take());
}
turns.close();
handle.stop();
await handle.done;
training.close();
checkpoints?.close();
const damage = store.check();
store.close();
rmSync(dir, { recursive: true });
if (damage.length > 0) throw new Error(damage.join('; '));

const sorted = pauses.toSorted((a, b) => a - b);
const number = (value: number | undefined): string => (value ?? 0).toFixed(0);
console.log(`longest pause of the main process a checkpoint, ms: ${pauses.map(number).join(' ')}`);
console.log(`median ${number(sorted[sorted.length >> 1])} ms, worst ${number(sorted.at(-1))} ms of ${pauses.length}`);
console.log(`made, sent and stored in ${Math.max(...seconds).toFixed(2)} s at most`);
