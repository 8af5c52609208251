/** What the tests of the record share: a folder of their own, a clock that counts, small checkpoints with known bytes. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Random } from '../../src/main/model/random.ts';
import { openStore, type OpenOptions } from '../../src/main/store/open.ts';
import type { SqliteStore } from '../../src/main/store/store.ts';
import type { MetricPoint, NewCheckpoint, NewSample, Store } from '../../src/main/store/types.ts';
import { PRESETS } from '../../src/shared/presets.ts';

export const KEEP_ALL = { everyNth: 1, optimizerStates: 2 };

/** Folders and stores that a test opened; `clean` closes and removes them. */
export class Scratch {
  readonly #folders: string[] = [];
  readonly #stores: Store[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'folio-store-'));
    this.#folders.push(folder);
    return folder;
  }

  open(folder = this.folder(), options: Partial<OpenOptions> = {}): SqliteStore {
    const store = openStore(folder, { mode: 'write', lockWait: 0, now: clock(), ...options });
    this.#stores.push(store);
    return store;
  }

  clean(): void {
    for (const store of this.#stores.splice(0)) store.close();
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

/** 1000, 1001, 1002, ... */
export function clock(): () => number {
  let time = 1000;
  return () => time++;
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Bytes that depend on nothing but the numbers that name them, and do not compress. */
export function bytes(length: number, ...name: number[]): Uint8Array {
  const random = new Random(1, ...name);
  return Uint8Array.from({ length }, () => random.below(256));
}

export function addText(store: Store, text = 'to be or not to be', name = 'text'): number {
  const data = Buffer.from(text);
  const vocabulary = [...new Set(text)].sort();
  const info = store.addCorpus({
    name,
    encoding: 'utf-8',
    vocabulary,
    characters: Array.from(text).length,
    sha256: sha256(data),
    chunks: [data],
  });
  return info.id;
}

export function addRun(store: Store, name = 'run'): number {
  const corpusId = addText(store);
  return store.createRun({
    name,
    preset: 'quick',
    corpusId,
    config: PRESETS.quick.config,
    vocabulary: store.corpus(corpusId).vocabulary,
    status: 'running',
  });
}

export function metric(step: number, epoch: number, loss = 4 - step / 100): MetricPoint {
  return { step, epoch, loss, gradientNorm: 1.5, learningRate: 1e-3, milliseconds: 12.5, activeSeconds: step / 10 };
}

export function sample(runId: number, epoch: number, text = `epoch ${epoch}`): NewSample {
  const settings = { temperature: 0.5, topK: 0, topP: 1, minP: 0, seed: 7, length: 20, stop: '' };
  return {
    runId,
    epoch,
    prompt: 'to',
    text,
    settings,
    stream: 0,
    streams: 1,
    origin: 'training',
    engine: 'wasm',
    appVersion: '0.1.0',
  };
}

/** The checkpoint at the end of an epoch of ten steps; `change` replaces parts of it. */
export function epochCheckpoint(runId: number, epoch: number, change: Partial<NewCheckpoint> = {}): NewCheckpoint {
  const step = change.step ?? epoch * 10;
  return {
    runId,
    kind: 'epoch',
    position: JSON.stringify({ step, epoch }),
    epoch,
    step,
    activeSeconds: step / 10,
    weights: bytes(500, runId, step, 1),
    optimizer: bytes(1000, runId, step, 2),
    epochRecord: {
      epoch,
      steps: 10,
      complete: true,
      trainLoss: 4 - epoch / 10,
      validationLoss: null,
      seconds: 1,
      charactersPerSecond: 1000,
      learningRate: 1e-3,
    },
    samples: [sample(runId, epoch)],
    metrics: [metric(step, epoch)],
    ...change,
  };
}

export function recoveryCheckpoint(runId: number, epoch: number, step: number): NewCheckpoint {
  return epochCheckpoint(runId, epoch, { kind: 'recovery', step, epochRecord: null, samples: [] });
}
