/** What the tests of runs in files share: two records, runs as training leaves them, and all that makes one of them what it is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { encodeSafetensors } from '../../src/main/model/safetensors.ts';
import { createBundleService, type BundleService } from '../../src/main/services/bundles.ts';
import { formatPosition } from '../../src/main/services/training-position.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { NewCheckpoint, Store } from '../../src/main/store/types.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import type { RunDetail } from '../../src/shared/domain.ts';
import type { ImportedBundle } from '../../src/shared/keeping.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { addText, epochCheckpoint, KEEP_ALL } from '../store/support.ts';

export const ENTRY = pathToFileURL(join(import.meta.dirname, '../../src/main/services/bundle-worker.ts'));
export const TEXT = 'to be or not to be, that is the question. 字😀\n'.repeat(30);
const CONFIG: RunConfig = { ...PRESETS.quick.config, layers: 1, embeddingSize: 3, units: 4 };
export const ALL = { checkpoints: 'all', text: true } as const;
export const NEWEST = { checkpoints: 'newest', text: true } as const;
export const nothing = (): void => undefined;

/** Set anew before each test by `useRecords`. */
export let folder: string;
/** The record that runs are exported from. */
export let here: Store;
/** The record that they are imported into. */
export let there: Store;
/** What is closed after the test, in this order. */
export let closing: (() => void)[];

/** Each test gets two empty records in a folder of its own. */
export function useRecords(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'folio-bundles-'));
    closing = [];
    here = open('here');
    there = open('there');
  });
  afterEach(() => {
    for (const close of closing.splice(0)) close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** A record in the folder, closed after the test. */
export function open(name: string, options: { maxPages?: number } = {}): Store {
  const store = openStore(join(folder, name), { mode: 'write', ...options });
  closing.push(() => store.close());
  return store;
}

export const bundles = (store: Store): BundleService => createBundleService(store, { entry: ENTRY });
/** Where runs are exported to. */
export const file = (): string => join(folder, 'run.folio');

function weights(seed: number, vocabularySize: number): Uint8Array {
  return encodeSafetensors(
    initialWeights({ cell: CONFIG.cell, layers: 1, embeddingSize: 3, units: 4, vocabularySize }, seed),
    {},
  );
}

/** As the trainer makes them: whole files of arrays, and a position that can be gone on from. */
export function checkpoint(
  run: number,
  epoch: number,
  size: number,
  change: Partial<NewCheckpoint> = {},
): NewCheckpoint {
  const step = change.step ?? epoch * 10;
  const position = {
    ...{ step, epoch: epoch + 1, stepInEpoch: 0, activeSeconds: step / 10, lossSum: 0, epochSeconds: 0 },
    ...{ bestValidationLoss: null, bestEpoch: null, epochsWithoutImprovement: 0 },
  };
  return {
    ...epochCheckpoint(run, epoch),
    position: formatPosition(position),
    weights: weights(step, size),
    optimizer: encodeSafetensors(new Map([['state', { shape: [3], data: Float32Array.of(step, 2, 3) }]]), {}),
    ...change,
  };
}

export function addRun(store: Store, epochs = 3, change: Partial<RunDetail> = {}): number {
  const corpusId = addText(store, TEXT, 'Hamlet');
  const { vocabulary } = store.corpus(corpusId);
  const run = store.createRun({
    name: 'a run',
    preset: 'quick',
    corpusId,
    config: CONFIG,
    vocabulary,
    status: 'queued',
    keepEvery: 2,
  });
  store.setRunEngine(run, 'wasm', 'CPU, 2 threads');
  store.noteBeginning(run, { rejected: [{ engine: 'webgpu', reason: 'no adapter' }] });
  for (let epoch = 1; epoch <= epochs; epoch++)
    store.recordCheckpoint(checkpoint(run, epoch, vocabulary.length), KEEP_ALL);
  store.editRun(run, { notes: 'mine\n“字”', tags: ['a', '字'] });
  store.setRunStatus(run, change.status ?? 'stopped', 'stopped by a person');
  return run;
}

/** All that a run is, without the numbers that only its record knows it by. */
export function essence(store: Store, id: number): unknown {
  const { id: _, corpusId, checkpoints, ...run } = store.run(id);
  const text = corpusId === null ? null : Buffer.concat([...store.corpusChunks(corpusId)]).toString();
  const blobs = checkpoints.map(({ id: _id, ...rest }) => {
    const bytes = rest.bytes === 0 ? null : Buffer.from(store.checkpointWeights(_id)).toString('hex');
    return { ...rest, weights: bytes };
  });
  const samples = store.samples(id).map(({ id: _id, runId: _run, ...rest }) => rest);
  const point = store.resumePoint(id);
  const resume = point === null ? null : [point.position, Buffer.from(point.optimizer).toString('hex')];
  return {
    run,
    text,
    blobs,
    samples,
    resume,
    metrics: store.metrics(id),
    beginning: store.beginning(id),
    positions: store.epochPositions(id),
  };
}

/** The number of the run that was imported. */
export const imported = (result: ImportedBundle): number => {
  if (result.kind !== 'imported') throw new Error(`it was ${result.kind}`);
  return result.run;
};
