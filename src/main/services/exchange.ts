/**
 * Weights from and to other programs: safetensors files with Keras's names and layouts, whose metadata hold the vocabulary and
 * the network's shape. A few lines of Python around Keras or PyTorch write and read them (test/parity/exchange_keras.py).
 */
import { basename } from 'node:path';

import { IMPORTED } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { checkpointsOf } from '../store/checkpoint-reader.ts';
import type { CheckpointSource } from '../store/checkpoint-reader.ts';
import type { CheckpointWriter } from '../store/checkpoint-writer.ts';
import type { NewCheckpoint, Store } from '../store/types.ts';
import { refuseTarget } from './chosen-target.ts';
import { resolveCheckpoint } from './checkpoints.ts';
import { workHere } from './exchange-thread.ts';
import type { ExchangeWork } from './exchange-thread.ts';
import { createMetricService } from './metrics.ts';
import { refuseBackup } from './import-kind.ts';
import { replaceFile } from './replace-file.ts';
import type { RecordOwner } from './replacing.ts';
import { distinctName, meansAnotherRun, runName } from './run-names.ts';
import type { ExchangeService } from './types.ts';

/** Absent, everything is done in this thread, which stands still meanwhile. */
export interface ExchangeThreads {
  /** Reads weights. */
  readonly stored?: Pick<CheckpointSource, 'weights'>;
  /** Stores them. */
  readonly checkpoints?: Pick<CheckpointWriter, 'record'>;
  /** Reads, checks and makes files. */
  readonly work?: ExchangeWork;
  /** Knows of weights that are being imported. */
  readonly owner?: Pick<RecordOwner, 'during'>;
  /** Frees what was discarded, some time later. */
  readonly purge?: () => void;
  /** Is told of a run that lists may have shown while its weights were being stored, and that is gone again. */
  readonly discarded?: (runId: number) => void;
}

const POLICY = { everyNth: 1, optimizerStates: 1 };

export function createExchangeService(store: Store, threads: ExchangeThreads = {}): ExchangeService {
  const { stored = checkpointsOf(store), checkpoints, work = workHere, purge, discarded } = threads;
  const { owner = { during: (_, work) => work() } } = threads;

  const record = async (checkpoint: NewCheckpoint): Promise<void> => {
    if (checkpoints === undefined) {
      store.recordCheckpoint(checkpoint, POLICY);
      return;
    }
    const { buffer } = checkpoint.weights;
    await checkpoints.record(checkpoint, POLICY, null, buffer instanceof ArrayBuffer ? [buffer] : []);
  };

  const table = async (lines: AsyncIterable<string>, file: string, signal?: AbortSignal): Promise<number> => {
    refuseTarget(file, store.path);
    await refuseBackup(file);
    return writeTable(lines, file, signal);
  };

  const importWeights = async (
    ...[file, name, signal]: Parameters<ExchangeService['importWeights']>
  ): Promise<number> => {
    const { weights, vocabulary, config } = await work.fromFile(file, signal);
    await store.writable();
    refuseAborted(signal);
    const runId = store.createRun({
      name: distinctName(
        name === undefined ? importedName(file) : runName(name),
        store.listRuns().map((run) => run.name),
      ),
      preset: IMPORTED,
      corpusId: null,
      config,
      vocabulary,
      status: 'queued',
    });
    try {
      await record({
        runId,
        kind: 'epoch',
        // Nothing is known of how they were trained: they are where training here would begin.
        epoch: 0,
        step: 0,
        activeSeconds: 0,
        position: '{}',
        weights,
        optimizer: null,
        epochRecord: null,
        samples: [],
        metrics: [],
      });
      await store.writable();
      refuseAborted(signal); // what was being stored could not be held up
      store.setRunStatus(runId, 'finished', `imported from ${basename(file)}`);
    } catch (error) {
      if (purge === undefined) store.deleteRun(runId);
      else {
        await store.writable();
        store.discardRun(runId);
        purge();
      }
      discarded?.(runId);
      throw error;
    }
    return runId;
  };

  return {
    async exportWeights(runId, epoch, file, signal) {
      refuseTarget(file, store.path);
      await refuseBackup(file);
      const run = store.run(runId);
      const weights = await stored.weights(resolveCheckpoint(run, epoch).id);
      const { vocabulary, config } = run;
      const bytes = await work.toFile(weights, { vocabulary, config }, signal);
      const replaced = await replaceFile(file, bytes, signal);
      return { bytes: bytes.length, replaced };
    },

    exportMetrics: (runId, file, signal) => table(createMetricService(store).csv(runId), file, signal),
    exportCurves: (runIds, file, signal) => table(createMetricService(store).csvOf(runIds), file, signal),

    importWeights: (file, name, signal) => owner.during('import', () => importWeights(file, name, signal)),
  };
}

/** Returns the bytes written. */
async function writeTable(
  lines: AsyncIterable<string>,
  file: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<string, void, undefined> {
    for await (const piece of lines) {
      bytes += Buffer.byteLength(piece);
      yield piece;
    }
  };
  await replaceFile(file, counted(), signal);
  return bytes;
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new FolioError('cancelled', 'cancelled; nothing of it was stored');
}

/** What imported weights are called unless a person says so: as their file is. */
export function importedName(file: string): string {
  const stem = basename(file)
    .replace(/\.safetensors$/i, '')
    .trim();
  return stem === '' || meansAnotherRun(stem) ? `imported ${stem}`.trim() : stem.slice(0, MAX_DEFAULT_NAME);
}

const MAX_DEFAULT_NAME = 190;
