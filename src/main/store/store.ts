import type { RunConfig } from '../../shared/config.ts';
import type { CorpusInfo, RunDetail, RunStatus, RunSummary, Sample } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { findDamage } from './check.ts';
import { findResumePoint, readCheckpoints, readWeights, storedBytes } from './checkpoint.ts';
import { findCorpusByHash, insertCorpus, readCorpora, readCorpus, readCorpusChunks } from './corpus.ts';
import { readEpochs } from './epoch.ts';
import type { Housekeeping } from './housekeeping.ts';
import { insertMetrics, readMetrics } from './metric.ts';
import { rewind, writeCheckpoint } from './record-checkpoint.ts';
import * as runs from './run.ts';
import { insertSample, readSamples } from './sample.ts';
import { readSetting, writeSetting } from './setting.ts';
import type { Sql } from './sql.ts';
import { explained, explaining } from './sqlite-errors.ts';
import { sweep } from './sweep.ts';
import type { MetricPoint, NewCheckpoint, NewRun, NewSample, ResumePoint, RetentionPolicy, Store } from './types.ts';

/** What openStore hands over: the connection, and who is told when it closes. */
export interface StoreParts {
  readonly sql: Sql;
  readonly path: string;
  /** Empty when this process is the writer. */
  readonly readOnlyReason: string;
  /** Where the file was copied to before it was brought to this version; null when it was not. */
  readonly backup: string | null;
  /** Null when read-only. */
  readonly housekeeping: Housekeeping | null;
  readonly now: () => number;
  readonly closed: () => void;
}

/** The record over one SQLite connection. Each method is one transaction; what SQLite raises is explained to people. */
export class SqliteStore implements Store {
  readonly path: string;
  readonly readOnlyReason: string;
  readonly backup: string | null;
  readonly #parts: StoreParts;
  #isClosed = false;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.path = parts.path;
    this.readOnlyReason = parts.readOnlyReason;
    this.backup = parts.backup;
  }

  get readOnly(): boolean {
    return this.readOnlyReason !== '';
  }

  #read<T>(work: (sql: Sql) => T): T {
    // A transaction, so that all queries of one answer see the same state while another process writes.
    const { sql } = this.#parts;
    return explaining(this.path, () => sql.db.transaction(() => work(sql)).deferred());
  }

  #write<T>(work: (sql: Sql, now: number) => T): T {
    const { sql, now } = this.#parts;
    this.#refuseReadOnly();
    const result = explaining(this.path, () => sql.transaction(() => work(sql, now())));
    this.#parts.housekeeping?.wrote();
    return result;
  }

  #refuseReadOnly(): void {
    if (!this.readOnly) return;
    throw new FolioError(
      'read-only',
      `nothing can be stored: ${this.readOnlyReason}`,
      'Wait until it has ended, or name another folder with --data.',
    );
  }

  createRun(run: NewRun): number {
    return this.#write((sql, now) => {
      if (run.corpusId !== null) readCorpus(sql, run.corpusId);
      return runs.insertRun(sql, run, now);
    });
  }

  listRuns(): RunSummary[] {
    return this.#read(runs.readSummaries);
  }

  run(id: number): RunDetail {
    return this.#read((sql) => ({
      ...runs.readSummary(sql, id),
      ...runs.readRunBody(sql, id),
      epochs: readEpochs(sql, id),
      checkpoints: readCheckpoints(sql, id),
      samples: readSamples(sql, id),
    }));
  }

  setRunStatus(id: number, status: RunStatus, reason: string): void {
    this.#write((sql, now) => runs.updateStatus(sql, id, status, reason, now));
  }

  setRunEngine(id: number, engine: string, device: string): void {
    this.#write((sql, now) => runs.updateEngine(sql, id, engine, device, now));
  }

  setRunConfig(id: number, config: RunConfig): void {
    this.#write((sql, now) => runs.updateConfig(sql, id, config, now));
  }

  editRun(
    id: number,
    change: { readonly name?: string; readonly notes?: string; readonly tags?: readonly string[] },
  ): void {
    this.#write((sql) => runs.updateWords(sql, id, change));
  }

  deleteRun(id: number): number {
    const freed = this.#write((sql) => {
      const bytes = storedBytes(sql, id);
      runs.deleteRunRow(sql, id);
      return bytes;
    });
    this.#parts.housekeeping?.wroteBlobs(null);
    return freed;
  }

  sweepDeadRuns(): RunSummary[] {
    return this.#write(sweep);
  }

  appendMetrics(runId: number, points: readonly MetricPoint[]): void {
    this.#write((sql, now) => {
      insertMetrics(sql, runId, points);
      const last = points.at(-1);
      if (last !== undefined) runs.updateProgress(sql, runId, last, now);
    });
  }

  metrics(runId: number): MetricPoint[] {
    return this.#read((sql) => readMetrics(sql, runId));
  }

  recordCheckpoint(checkpoint: NewCheckpoint, policy: RetentionPolicy): ReturnType<Store['recordCheckpoint']> {
    const result = this.#write((sql, now) => writeCheckpoint(sql, checkpoint, policy, now));
    this.#parts.housekeeping?.wroteBlobs(result.info.bytes);
    return result;
  }

  resumePoint(runId: number): ResumePoint | null {
    return this.#read((sql) => {
      runs.readSummary(sql, runId);
      return findResumePoint(sql, runId);
    });
  }

  rewindTo(runId: number, checkpointId: number | null): void {
    const freed = this.#write((sql, now) => rewind(sql, runId, checkpointId, now));
    if (freed > 0) this.#parts.housekeeping?.wroteBlobs(null);
  }

  checkpointWeights(checkpointId: number): Uint8Array {
    return this.#read((sql) => readWeights(sql, checkpointId));
  }

  addSamples(samples: readonly NewSample[]): Sample[] {
    return this.#write((sql, now) => samples.map((sample) => insertSample(sql, sample, null, now)));
  }

  samples(runId: number): Sample[] {
    return this.#read((sql) => readSamples(sql, runId));
  }

  addCorpus(corpus: Parameters<Store['addCorpus']>[0]): CorpusInfo {
    const known = this.findCorpus(corpus.sha256);
    if (known !== null) return known;
    const added = this.#write((sql, now) => {
      const { vocabulary: _, ...info } = readCorpus(sql, insertCorpus(sql, corpus, now));
      return info;
    });
    this.#parts.housekeeping?.wroteBlobs(null);
    return added;
  }

  corpora(): CorpusInfo[] {
    return this.#read(readCorpora);
  }

  corpus(id: number): CorpusInfo & { readonly vocabulary: readonly string[] } {
    return this.#read((sql) => readCorpus(sql, id));
  }

  findCorpus(sha256: string): CorpusInfo | null {
    return this.#read((sql) => findCorpusByHash(sql, sha256));
  }

  *corpusChunks(id: number): Generator<Uint8Array, void, undefined> {
    try {
      yield* readCorpusChunks(this.#parts.sql, id);
    } catch (error) {
      throw explained(error, this.path);
    }
  }

  setting(key: string): string | null {
    return this.#read((sql) => readSetting(sql, key));
  }

  setSetting(key: string, value: string): void {
    this.#write((sql) => writeSetting(sql, key, value));
  }

  check(): string[] {
    const damage = this.#read(findDamage);
    const failure = this.#parts.housekeeping?.failure ?? null;
    return failure === null ? damage : [...damage, `free space could not be given back: ${failure}`];
  }

  /** Gives free space back, closes the file and lets go of the writer's lock, which it does even when the rest fails. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      explaining(this.path, () => this.#parts.housekeeping?.finish());
    } finally {
      this.#parts.sql.db.close();
      this.#parts.closed();
    }
  }
}
