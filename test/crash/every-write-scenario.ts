/** A short run, write by write: the same in the process that is killed and in the test that knows what must be left of it. */
import { createHash } from 'node:crypto';

import type { NewCheckpoint, RetentionPolicy, Store } from '../../src/main/store/types.ts';
import { addText, bytes, epochCheckpoint, metric, recoveryCheckpoint } from '../store/support.ts';
import { PRESETS } from '../../src/shared/presets.ts';

const POLICY: RetentionPolicy = { everyNth: 3, optimizerStates: 1 };
const WEIGHTS = 30_000; // two pages
const RUN = 1;

/** The bytes of a checkpoint are known from its step alone. */
export function blobsOf(step: number): { readonly weights: Uint8Array; readonly optimizer: Uint8Array } {
  return { weights: bytes(WEIGHTS, step, 1), optimizer: bytes(2 * WEIGHTS, step, 2) };
}

function withBlobs(checkpoint: NewCheckpoint): NewCheckpoint {
  return { ...checkpoint, ...blobsOf(checkpoint.step) };
}

/** Each of them is one call and so one transaction. */
export const SCENARIO: readonly ((store: Store) => void)[] = [
  (store) => addText(store, 'to be or not to be '.repeat(500)),
  (store) =>
    store.createRun({
      name: 'short',
      preset: 'quick',
      corpusId: 1,
      config: PRESETS.quick.config,
      vocabulary: store.corpus(1).vocabulary,
      status: 'running',
    }),
  (store) => store.appendMetrics(RUN, [metric(1, 1), metric(2, 1)]),
  (store) => store.recordCheckpoint(withBlobs(epochCheckpoint(RUN, 1)), POLICY),
  (store) => store.appendMetrics(RUN, [metric(11, 2)]),
  (store) => store.recordCheckpoint(withBlobs(recoveryCheckpoint(RUN, 2, 15)), POLICY),
  (store) => store.recordCheckpoint(withBlobs(epochCheckpoint(RUN, 2)), POLICY),
  (store) => store.recordCheckpoint(withBlobs(epochCheckpoint(RUN, 3)), POLICY),
  (store) => store.setRunStatus(RUN, 'finished', ''),
];

/** Lets the housekeeping that a write left behind run to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A hash of everything that can be read from a store. Two stores with the same hash hold the same. */
export function signature(store: Store): string {
  const hash = createHash('sha256');
  const say = (value: unknown): void => void hash.update(JSON.stringify(value));
  for (const corpus of store.corpora()) {
    say(store.corpus(corpus.id));
    for (const chunk of store.corpusChunks(corpus.id)) hash.update(chunk);
  }
  for (const { id } of store.listRuns()) {
    const run = store.run(id);
    say([run, store.metrics(id)]);
    for (const checkpoint of run.checkpoints)
      if (checkpoint.bytes > 0) hash.update(store.checkpointWeights(checkpoint.id));
    const point = store.resumePoint(id);
    if (point === null) continue;
    say([point.checkpoint, point.position, point.damaged]);
    hash.update(point.weights);
    hash.update(point.optimizer);
  }
  return hash.digest('hex');
}
