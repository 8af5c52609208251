import type { RunConfig } from '../../shared/config.ts';
import type { CorpusInfo, RunDetail, RunStatus, RunSummary, Sample } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { findDamage, findDamageQuickly } from './check.ts';
import { findResumePoint, hashedBlobs, readCheckpoints, readWeights, storedBytes } from './checkpoint.ts';
import * as corpora from './corpus.ts';
import { readEpochPositions, readEpochs } from './epoch.ts';
import type { Housekeeping } from './housekeeping.ts';
import { insertMetrics, readStepDetails, readMetricRows, readMetrics, readMetricSlice } from './metric.ts';
import { rewind, writeCheckpoint } from './record-checkpoint.ts';
import * as runs from './run.ts';
import { insertSample, readSamplePage, readSamples, readTrainingSamples } from './sample.ts';
import { readSetting, writeSetting } from './setting.ts';
import type { Sql } from './sql.ts';
import { explained, explaining } from './sqlite-errors.ts';
import { storeInPieces } from './store-corpus.ts';
import { sweep } from './sweep.ts';
import * as bin from './trash.ts';
import type {
  Deletable,
  EpochPosition,
  ListRuns,
  MetricColumn,
  MetricPoint,
  MetricSlice,
  NewCheckpoint,
  NewCorpus,
  NewRun,
  NewSample,
  Purged,
  ResumePoint,
  RetentionPolicy,
  SamplePageRequest,
  Store,
} from './types.ts';

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
    this.#refuseClosed();
    return explaining(this.path, () => sql.db.transaction(() => work(sql)).deferred());
  }

  #write<T>(work: (sql: Sql, now: number) => T): T {
    const { sql, now } = this.#parts;
    this.#refuseClosed();
    this.#refuseReadOnly();
    const result = explaining(this.path, () => sql.transaction(() => work(sql, now())));
    this.#parts.housekeeping?.wrote();
    return result;
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new FolioError('cancelled', `${this.path} has been closed`);
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
      if (run.corpusId !== null) corpora.readCorpus(sql, run.corpusId);
      return runs.insertRun(sql, run, now);
    });
  }

  listRuns(options: ListRuns = { archived: 'all' }): RunSummary[] {
    return this.#read((sql) => runs.readSummaries(sql, options));
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

  archiveRuns(ids: readonly number[], archived: boolean): void {
    this.#write((sql, now) => {
      for (const id of ids) runs.updateArchived(sql, id, archived, now);
    });
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

  metricRows(runId: number, columns: readonly MetricColumn[], afterStep: number, limit: number): (number | null)[][] {
    return this.#read((sql) => readMetricRows(sql, runId, columns, afterStep, limit));
  }

  metricSlice(runId: number, columns: readonly MetricColumn[], afterStep: number, limit: number): MetricSlice | null {
    return this.#read((sql) => readMetricSlice(sql, runId, columns, afterStep, limit));
  }

  stepDetails(runId: number, steps: readonly number[]): ReturnType<Store['stepDetails']> {
    return this.#read((sql) => readStepDetails(sql, runId, steps));
  }

  epochPositions(runId: number): EpochPosition[] {
    return this.#read((sql) => {
      runs.readSummary(sql, runId);
      return readEpochPositions(sql, runId);
    });
  }

  recordCheckpoint(checkpoint: NewCheckpoint, policy: RetentionPolicy): ReturnType<Store['recordCheckpoint']> {
    const blobs = hashedBlobs(checkpoint);
    const result = this.#write((sql, now) => writeCheckpoint(sql, checkpoint, blobs, policy, now));
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
    return this.#write((sql, now) => {
      for (const id of new Set(samples.map(({ runId }) => runId))) runs.requireRestorable(sql, id);
      return samples.map((sample) => insertSample(sql, sample, null, now));
    });
  }

  samples(runId: number): Sample[] {
    return this.#read((sql) => readSamples(sql, runId));
  }

  trainingSamples(runId: number): Sample[] {
    return this.#read((sql) => readTrainingSamples(sql, runId));
  }

  samplePage(runId: number, page: SamplePageRequest): { readonly samples: Sample[]; readonly total: number } {
    return this.#read((sql) => {
      runs.readSummary(sql, runId);
      return readSamplePage(sql, runId, page);
    });
  }

  trash(what: Deletable, ids: readonly number[]): number {
    return this.#write((sql, now) => bin.trash(sql, what, ids, now));
  }

  restore(what: Deletable, ids: readonly number[]): void {
    this.#write((sql) => bin.restore(sql, what, ids));
  }

  condemn(deletedBefore: number): void {
    this.#write((sql) => bin.condemn(sql, deletedBefore));
  }

  purgeNext(): Purged | null {
    const purged = this.#write(bin.purgeNext);
    if (purged !== null) this.#parts.housekeeping?.wroteBlobs(null);
    return purged;
  }

  addCorpus(corpus: NewCorpus): CorpusInfo {
    const added = this.#known(corpus) ?? this.#write((sql, now) => info(sql, corpora.insertCorpus(sql, corpus, now)));
    this.#parts.housekeeping?.wroteBlobs(null);
    return added;
  }

  async storeCorpus(corpus: NewCorpus, signal?: AbortSignal): Promise<CorpusInfo> {
    const known = this.#known(corpus);
    if (known !== null) return known;
    const id = await storeInPieces(
      (work) => {
        const result = this.#write(work);
        this.#parts.housekeeping?.wroteBlobs(null);
        return result;
      },
      corpus,
      signal,
    );
    return this.#read((sql) => info(sql, id));
  }

  /** The text if it is there already, be it deleted. */
  #known({ sha256 }: NewCorpus): CorpusInfo | null {
    return this.findCorpus(sha256) ?? this.#write((sql) => corpora.takeBack(sql, sha256));
  }

  corpora(): CorpusInfo[] {
    return this.#read(corpora.readCorpora);
  }

  corpus(id: number): CorpusInfo & { readonly vocabulary: readonly string[] } {
    return this.#read((sql) => corpora.readCorpus(sql, id));
  }

  findCorpus(sha256: string): CorpusInfo | null {
    return this.#read((sql) => corpora.findCorpusByHash(sql, sha256));
  }

  renameCorpus(id: number, name: string): void {
    this.#write((sql) => {
      corpora.renameCorpus(sql, id, name);
    });
  }

  corpusUses(): ReadonlyMap<number, number> {
    return this.#read(corpora.readCorpusUses);
  }

  runsOfCorpus(id: number): { readonly id: number; readonly name: string }[] {
    return this.#read((sql) => corpora.readRunsOfCorpus(sql, id));
  }

  *corpusChunks(id: number): Generator<Uint8Array, void, undefined> {
    try {
      yield* corpora.readCorpusChunks(this.#parts.sql, id);
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

  quickCheck(): string[] {
    return this.#read(findDamageQuickly);
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

function info(sql: Sql, corpusId: number): CorpusInfo {
  const { vocabulary: _, ...rest } = corpora.readCorpus(sql, corpusId);
  return rest;
}
