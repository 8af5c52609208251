import type { RunBeginning } from '../../shared/beginning.ts';
import type { RunConfig } from '../../shared/config.ts';
import type { CorpusInfo, DeletedThing, RunDetail, RunStatus, RunSummary, Sample } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { readBeginning, writeBeginning } from './beginning.ts';
import { findDamage, findDamageQuickly } from './check.ts';
import { findResumePoint, hashedBlobs, readCheckpoints, readWeights, storedBytes } from './checkpoint.ts';
import { Connection, type StoreParts } from './connection.ts';
import * as corpora from './corpus.ts';
import { readEpochPositions, readEpochs } from './epoch.ts';
import { writeImportPiece } from './import-piece.ts';
import type { ImportPiece, ImportTarget } from './import-types.ts';
import { insertMetrics, readStepDetails, readMetricRows, readMetrics, readMetricSlice } from './metric.ts';
import { rewind, writeCheckpoint } from './record-checkpoint.ts';
import * as runs from './run.ts';
import { insertSample, readSample, readSamplePage, readSamples, readTrainingSamples } from './sample.ts';
import { readSetting, writeSetting } from './setting.ts';
import type { Sql } from './sql.ts';
import { storeInPieces, type Write } from './store-corpus.ts';
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

/** The record over one SQLite connection. Each method is one transaction; what SQLite raises is explained to people. */
export class SqliteStore implements Store {
  readonly path: string;
  readonly readOnlyReason: string;
  readonly backup: string | null;
  readonly #connection: Connection;
  /** Of the other thread that writes. */
  #busy: () => Promise<void> | null = () => null;

  readonly freeze: Store['freeze'] = (reason, isForGood) => this.#connection.freeze(reason, isForGood);
  readonly requireWritable = (): void => this.#connection.refuseReadOnly();

  constructor(parts: StoreParts) {
    this.#connection = new Connection(parts);
    parts.housekeeping?.takeTurns(() => this.writable());
    this.path = parts.path;
    this.readOnlyReason = parts.readOnlyReason;
    this.backup = parts.backup;
  }

  get readOnly(): boolean {
    return this.readOnlyReason !== '';
  }

  shareWith(busy: () => Promise<void> | null): void {
    this.#busy = busy;
  }

  writable(): Promise<void> | null {
    // When it is through it may have begun the next.
    return this.#busy()?.then(() => this.writable() ?? undefined) ?? null;
  }

  createRun(run: NewRun): number {
    return this.#connection.write((sql, now) => {
      if (run.corpusId !== null) corpora.readCorpus(sql, run.corpusId);
      return runs.insertRun(sql, run, now);
    });
  }

  listRuns(options: ListRuns = { archived: 'all' }): RunSummary[] {
    return this.#connection.read((sql) => runs.readSummaries(sql, options));
  }

  run(id: number): RunDetail {
    return this.#connection.read((sql) => ({
      ...runs.readSummary(sql, id),
      ...runs.readRunBody(sql, id),
      epochs: readEpochs(sql, id),
      checkpoints: readCheckpoints(sql, id),
    }));
  }

  setRunStatus(id: number, status: RunStatus, reason: string): void {
    this.#connection.write((sql, now) => runs.updateStatus(sql, id, status, reason, now));
  }

  setRunEngine(id: number, engine: string, device: string): void {
    this.#connection.write((sql, now) => runs.updateEngine(sql, id, engine, device, now));
  }

  setRunConfig(id: number, config: RunConfig): void {
    this.#connection.write((sql, now) => runs.updateConfig(sql, id, config, now));
  }

  editRun(
    id: number,
    change: { readonly name?: string; readonly notes?: string; readonly tags?: readonly string[] },
  ): void {
    this.#connection.write((sql) => runs.updateWords(sql, id, change));
  }

  archiveRuns(ids: readonly number[], archived: boolean): void {
    this.#connection.write((sql, now) => {
      for (const id of ids) runs.updateArchived(sql, id, archived, now);
    });
  }

  deleteRun(id: number): number {
    return this.#connection.writeBlobs((sql) => {
      const bytes = storedBytes(sql, id);
      runs.deleteRunRow(sql, id);
      return bytes;
    });
  }

  sweepDeadRuns(): RunSummary[] {
    this.#connection.refuseReadOnly();
    return this.#connection.read(runs.readActive).flatMap((run) => {
      try {
        const swept = this.#connection.write((sql, now) => sweep(sql, run, now));
        return swept === null ? [] : [swept];
      } catch (error) {
        // A row that cannot be changed any more must not keep all others from being opened: lists show it as damaged.
        if (error instanceof FolioError && error.code === 'damaged') return [];
        throw error;
      }
    });
  }

  appendMetrics(runId: number, points: readonly MetricPoint[]): void {
    this.#connection.write((sql, now) => {
      insertMetrics(sql, runId, points);
      const last = points.at(-1);
      if (last !== undefined) runs.updateProgress(sql, runId, last, now);
    });
  }

  metrics(runId: number): MetricPoint[] {
    return this.#connection.read((sql) => readMetrics(sql, runId));
  }

  metricRows(runId: number, columns: readonly MetricColumn[], afterStep: number, limit: number): (number | null)[][] {
    return this.#connection.read((sql) => readMetricRows(sql, runId, columns, afterStep, limit));
  }

  metricSlice(runId: number, columns: readonly MetricColumn[], afterStep: number, limit: number): MetricSlice | null {
    return this.#connection.read((sql) => readMetricSlice(sql, runId, columns, afterStep, limit));
  }

  stepDetails(runId: number, steps: readonly number[]): ReturnType<Store['stepDetails']> {
    return this.#connection.read((sql) => readStepDetails(sql, runId, steps));
  }

  epochPositions(runId: number): EpochPosition[] {
    return this.#connection.read((sql) => {
      runs.requireRun(sql, runId);
      return readEpochPositions(sql, runId);
    });
  }

  recordCheckpoint(checkpoint: NewCheckpoint, policy: RetentionPolicy): ReturnType<Store['recordCheckpoint']> {
    const blobs = hashedBlobs(checkpoint);
    return this.#connection.writeBlobs(
      (sql, now) => writeCheckpoint(sql, checkpoint, blobs, policy, now),
      ({ info }) => info.bytes,
    );
  }

  resumePoint(runId: number): ResumePoint | null {
    return this.#connection.read((sql) => {
      runs.requireRun(sql, runId);
      return findResumePoint(sql, runId);
    });
  }

  noteBeginning(runId: number, told: Partial<RunBeginning>): void {
    this.#connection.write((sql) => writeBeginning(sql, runId, told));
  }

  beginning(runId: number): RunBeginning {
    return this.#connection.read((sql) => {
      runs.readSummary(sql, runId);
      return readBeginning(sql, runId);
    });
  }

  rewindTo(runId: number, checkpointId: number | null): void {
    const freed = this.#connection.write((sql, now) => rewind(sql, runId, checkpointId, now));
    if (freed > 0) this.#connection.freedBlobs();
  }

  checkpointWeights(checkpointId: number): Uint8Array {
    return this.#connection.read((sql) => readWeights(sql, checkpointId));
  }

  addSamples(samples: readonly NewSample[]): Sample[] {
    return this.#connection.write((sql, now) => {
      for (const id of new Set(samples.map(({ runId }) => runId))) runs.requireRestorable(sql, id);
      return samples.map((sample) => insertSample(sql, sample, null, now));
    });
  }

  sample(runId: number, sampleId: number): Sample {
    return this.#connection.read((sql) => readSample(sql, runId, sampleId));
  }

  samples(runId: number): Sample[] {
    return this.#connection.read((sql) => readSamples(sql, runId));
  }

  trainingSamples(runId: number): Sample[] {
    return this.#connection.read((sql) => readTrainingSamples(sql, runId));
  }

  samplePage(runId: number, page: SamplePageRequest): { readonly samples: Sample[]; readonly total: number } {
    return this.#connection.read((sql) => {
      runs.requireRun(sql, runId);
      return readSamplePage(sql, runId, page);
    });
  }

  trash(what: Deletable, ids: readonly number[]): number {
    return this.#connection.write((sql, now) => bin.trash(sql, what, ids, now));
  }

  trashed(): DeletedThing[] {
    return this.#connection.read((sql) => bin.trashed(sql));
  }

  restore(what: Deletable, ids: readonly number[]): void {
    this.#connection.write((sql) => bin.restore(sql, what, ids));
  }

  condemn(deletedBefore: number): void {
    this.#connection.write((sql) => bin.condemn(sql, deletedBefore));
  }

  anyToPurge(): boolean {
    return this.#connection.read(bin.anyToPurge);
  }

  discardRun(id: number): void {
    this.#connection.write((sql) => bin.discardRun(sql, id));
  }

  purgeNext(): Purged | null {
    const purged = this.#connection.write(bin.purgeNext);
    if (purged !== null) this.#connection.freedBlobs();
    return purged;
  }

  importPiece(piece: ImportPiece, target: ImportTarget | null): ImportTarget {
    return this.#connection.writeBlobs((sql, now) => writeImportPiece(sql, piece, target, now));
  }

  addCorpus(corpus: NewCorpus): CorpusInfo {
    return (
      this.#known(corpus) ??
      this.#connection.writeBlobs((sql, now) => info(sql, corpora.insertCorpus(sql, corpus, now)))
    );
  }

  async storeCorpus(corpus: NewCorpus, signal?: AbortSignal): Promise<CorpusInfo> {
    await this.writable();
    const known = this.#known(corpus);
    if (known !== null) return known;
    const write: Write = async (work) => {
      await this.writable();
      return this.#connection.writeBlobs(work);
    };
    const id = await storeInPieces(write, corpus, signal);
    return this.#connection.read((sql) => info(sql, id));
  }

  /** The text if it is there already, be it deleted. */
  #known({ sha256 }: NewCorpus): CorpusInfo | null {
    return this.findCorpus(sha256) ?? this.#connection.write((sql) => corpora.takeBack(sql, sha256));
  }

  corpora(): CorpusInfo[] {
    return this.#connection.read(corpora.readCorpora);
  }

  corpus(id: number): CorpusInfo & { readonly vocabulary: readonly string[] } {
    return this.#connection.read((sql) => corpora.readCorpus(sql, id));
  }

  findCorpus(sha256: string): CorpusInfo | null {
    return this.#connection.read((sql) => corpora.findCorpusByHash(sql, sha256));
  }

  renameCorpus(id: number, name: string): void {
    this.#connection.write((sql) => {
      corpora.renameCorpus(sql, id, name);
    });
  }

  corpusUses(): ReadonlyMap<number, number> {
    return this.#connection.read(corpora.readCorpusUses);
  }

  runsOfCorpus(id: number): { readonly id: number; readonly name: string }[] {
    return this.#connection.read((sql) => corpora.readRunsOfCorpus(sql, id));
  }

  corpusChunks(id: number): Generator<Uint8Array, void, undefined> {
    return this.#connection.iterate((sql) => corpora.readCorpusChunks(sql, id));
  }

  setting(key: string): string | null {
    return this.#connection.read((sql) => readSetting(sql, key));
  }

  setSetting(key: string, value: string): void {
    this.#connection.write((sql) => writeSetting(sql, key, value));
  }

  quickCheck(): string[] {
    return this.#connection.read(findDamageQuickly);
  }

  check(): string[] {
    const damage = this.#connection.read(findDamage);
    const failure = this.#connection.housekeepingFailure;
    return failure === null ? damage : [...damage, `free space could not be given back: ${failure}`];
  }

  /** Gives free space back and lets go of the record. */
  close(): void {
    this.#connection.close();
  }
}

function info(sql: Sql, corpusId: number): CorpusInfo {
  const { vocabulary: _, ...rest } = corpora.readCorpus(sql, corpusId);
  return rest;
}
