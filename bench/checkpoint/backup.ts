/**
 * What a backup costs a training that goes on meanwhile: the longest time that storing a logged step takes, how long a checkpoint of the
 * tutorial preset's size (48 MB) takes, and how large the log grows, without a backup and during one after the other.
 *
 *     npx node bench/checkpoint/backup.ts [--checkpoints 10] [--seconds 15]
 */
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { createBackupService } from '../../src/main/services/backup.ts';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import { openStore } from '../../src/main/store/open.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { wholeNumber } from '../arguments.ts';
import { counted } from '../counted.ts';
import { runBench } from '../usage.ts';

const HELP = `  --checkpoints N    stored beforehand: the record has 48 MB of each (default 10)
  --seconds N        that a training goes on without a backup, and during one after the other (default 15)

Tells the longest time that storing a logged step and a checkpoint takes, and how large the log grows.`;

const optionsSchema = z.strictObject({ checkpoints: wholeNumber(1, 1000), seconds: wholeNumber(1, 3600) });

async function main({ checkpoints: first, seconds }: z.infer<typeof optionsSchema>): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'folio-bench-'));
  const store = openStore(join(dir, 'data'), { mode: 'write' });
  const writer = new CheckpointWriter(store.path);
  store.shareWith(() => writer.stored());
  const backups = createBackupService(() => store.path);
  const run = store.createRun({
    name: 'bench',
    preset: 'tutorial',
    corpusId: null,
    config: PRESETS.tutorial.config,
    vocabulary: ['a'],
    status: 'running',
  });
  let epoch = 0;
  let step = 0;

  /** Milliseconds. */
  async function storeCheckpoint(): Promise<number> {
    epoch += 1;
    const [weights, optimizer] = [randomFillSync(new Uint8Array(16e6)), randomFillSync(new Uint8Array(32e6))];
    const begin = performance.now();
    await writer.record(
      {
        ...{
          runId: run,
          kind: 'epoch',
          position: '{}',
          epoch,
          step: ++step,
          activeSeconds: 0,
          samples: [],
          metrics: [],
        },
        epochRecord: null,
        ...{ weights, optimizer },
      },
      { everyNth: 1, optimizerStates: 1000 },
      null,
    );
    return performance.now() - begin;
  }

  /** Stores as a training does for some seconds, and tells the worst of it. */
  async function train(seconds: number): Promise<Record<string, number>> {
    const end = performance.now() + seconds * 1000;
    let worstStep = 0;
    let log = 0;
    const checkpoints: number[] = [];
    let next = performance.now();
    let storing: Promise<void> = Promise.resolve();
    while (performance.now() < end) {
      if (performance.now() > next) {
        next = performance.now() + 2000;
        storing = storeCheckpoint().then((milliseconds) => void checkpoints.push(milliseconds));
      }
      await store.writable();
      const begin = performance.now();
      const point = {
        step: ++step,
        epoch,
        loss: 1,
        gradientNorm: 1,
        learningRate: 1,
        milliseconds: 1,
        activeSeconds: 1,
      };
      store.appendMetrics(run, [point]);
      worstStep = Math.max(worstStep, performance.now() - begin);
      log = Math.max(log, statSync(`${store.path}-wal`).size);
      await wait(10);
    }
    await storing;
    return { 'worst step, ms': worstStep, 'worst checkpoint, ms': Math.max(...checkpoints), 'log, MB': log / 1e6 };
  }

  for (let i = 0; i < first; i++) await storeCheckpoint();
  console.log(`a record of ${(statSync(store.path).size / 1e6).toFixed(0)} MB`);
  console.log('without a backup', await train(seconds));
  let made = 0;
  let backing = true;
  const times: number[] = [];
  const backup = (async () => {
    while (backing) {
      const begin = performance.now();
      await backups.backUp(join(dir, 'backup.db'), () => undefined);
      times.push(performance.now() - begin);
      made += 1;
    }
  })();
  console.log('during backups  ', await train(seconds));
  backing = false;
  await backup;
  console.log(
    `${counted(made, 'backup')}, each ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`,
  );
  console.log('after them      ', await train(3));
  writer.close();
  store.close();
  console.log(`the log at the end: ${statSync(`${store.path}-wal`, { throwIfNoEntry: false })?.size ?? 0} bytes`);
  rmSync(dir, { recursive: true });
  return 0;
}

await runBench(
  {
    command: 'npx node bench/checkpoint/backup.ts',
    help: HELP,
    options: { checkpoints: { type: 'string', default: '10' }, seconds: { type: 'string', default: '15' } },
    schema: optionsSchema,
  },
  main,
);
