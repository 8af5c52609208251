/** The record, as the services see it. Implemented over SQLite by store.ts and its tables; every write is one transaction. */
import type { RunBeginning } from '../../shared/beginning.ts';
import type { RunConfig } from '../../shared/config.ts';
import type {
  CheckpointInfo,
  CorpusInfo,
  DeletedThing,
  EpochRecord,
  RunDetail,
  RunStatus,
  RunSummary,
  Sample,
} from '../../shared/domain.ts';

import type { ImportPiece, ImportTarget } from './import-types.ts';

export interface NewRun {
  readonly name: string;
  readonly preset: string;
  /** Null for imported weights: they come without their text. */
  readonly corpusId: number | null;
  readonly config: RunConfig;
  readonly vocabulary: readonly string[];
  readonly status: RunStatus;
  /** Of so many epochs one keeps its weights, beside the best and the last; null or absent: all do. */
  readonly keepEvery?: number | null;
}

export interface ListRuns {
  readonly archived: 'without' | 'only' | 'all';
  /** Only those of these that there are. */
  readonly ids?: readonly number[];
}

/** One logged step, as charts need it. */
export interface MetricPoint {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly gradientNorm: number | null;
  readonly learningRate: number;
  readonly milliseconds: number;
  /** Active seconds since the run's first step. */
  readonly activeSeconds: number;
}

/** `streams` may be absent where it is not known. */
export type NewSample = Omit<Sample, 'id' | 'createdAt' | 'streams'> & { readonly streams?: number | null };

export interface SamplePageRequest {
  readonly origin: Sample['origin'] | 'all';
  readonly offset: number;
  readonly limit: number;
}

/** An epoch's record with its place in the run. */
export interface EpochPosition {
  readonly epoch: number;
  readonly steps: number;
  readonly complete: boolean;
  /** Counted from the run's start. */
  readonly lastStep: number;
  /** Active seconds behind that step; null where it was not logged. */
  readonly activeSeconds: number | null;
  /** Null is a loss that was not a number. */
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
}

/** A text to be stored. Chunks are UTF-8 cut at whole code points. */
export interface NewCorpus {
  readonly name: string;
  readonly encoding: string;
  readonly vocabulary: readonly string[];
  readonly characters: number;
  readonly sha256: string;
  readonly chunks: Iterable<Uint8Array>;
}

/** What can be deleted and had back. */
export type Deletable = 'run' | 'corpus' | 'sample';

/** What was freed for good. */
export interface Purged {
  readonly runs: number;
  readonly corpora: number;
  readonly samples: number;
  readonly bytesFreed: number;
}

export interface NewCheckpoint {
  readonly runId: number;
  readonly kind: 'epoch' | 'recovery';
  /** TrainingPosition as JSON: opaque here. */
  readonly position: string;
  readonly epoch: number;
  readonly step: number;
  readonly activeSeconds: number;
  readonly weights: Uint8Array;
  /** Absent for imported weights. */
  readonly optimizer: Uint8Array | null;
  /** Of both blobs where they were made, hexadecimal: what is stored must have them. Absent where nobody computed them. */
  readonly sha256?: { readonly weights: string; readonly optimizer: string };
  /** The epoch that ended with it; null for a recovery checkpoint. */
  readonly epochRecord: EpochRecord | null;
  readonly samples: readonly NewSample[];
  /** Steps logged since the last write, stored in the same transaction. */
  readonly metrics: readonly MetricPoint[];
}

/** The record's own names of what is logged at a step. */
export type MetricColumn =
  'step' | 'epoch' | 'loss' | 'gradient_norm' | 'learning_rate' | 'milliseconds' | 'active_seconds';

/** Part of a run's logged steps. */
export interface MetricSlice {
  /** The next slice begins after it. */
  readonly lastStep: number;
  /** As they were asked for, of one length; null for NaN. */
  readonly columns: readonly (readonly (number | null)[])[];
}

/** What a training can go on from. */
export interface ResumePoint {
  readonly checkpoint: CheckpointInfo;
  readonly position: string;
  readonly weights: Uint8Array;
  readonly optimizer: Uint8Array;
  /** Newer checkpoints that were passed over because they are damaged, in words. */
  readonly damaged: readonly string[];
}

/** Which checkpoints keep their weights when a new one arrives. Best and last are always kept. */
export interface RetentionPolicy {
  /** Keep every n-th epoch; 1 keeps all. */
  readonly everyNth: number;
  /** Newest checkpoints that keep the optimizer's state (so that a damaged one has a predecessor). */
  readonly optimizerStates: number;
}

export interface Store {
  readonly path: string;
  readonly readOnly: boolean;

  /**
   * Null when a write is done at once. Otherwise another thread of this process is storing something: SQLite has one writer at a time, and
   * the thread that calls a second one stands still until the first is through. Resolves when it is, well or not; whoever can wait, does.
   */
  writable(): Promise<void> | null;
  /** Names the other thread: what {@link writable} waits for. */
  shareWith(busy: () => Promise<void> | null): void;

  /**
   * While the record is being replaced: writes are refused with this reason; null allows them again. Threads that write ask
   * {@link requireWritable}. Only the record's owner calls it, see services/replacing.ts. @param isForGood until the program starts again
   */
  freeze(reason: string | null, isForGood?: boolean): void;
  /** Throws FolioError 'read-only' where every write would. */
  requireWritable(): void;

  createRun(run: NewRun): number;
  /** Never deleted ones; archived ones too unless told otherwise. */
  listRuns(options?: ListRuns): RunSummary[];
  /** Throws FolioError 'not-found', for a deleted run too. */
  run(id: number): RunDetail;
  setRunStatus(id: number, status: RunStatus, reason: string): void;
  setRunEngine(id: number, engine: string, device: string): void;
  setRunConfig(id: number, config: RunConfig): void;
  /** Replaces what is named of what the run told when it began; {@link rewindTo} its start forgets all of it. */
  noteBeginning(runId: number, told: Partial<RunBeginning>): void;
  /** Throws FolioError 'not-found', for a deleted run too, and 'damaged'. */
  beginning(runId: number): RunBeginning;
  editRun(
    id: number,
    change: { readonly name?: string; readonly notes?: string; readonly tags?: readonly string[] },
  ): void;
  /** All or none. Throws FolioError 'not-found'. */
  archiveRuns(ids: readonly number[], archived: boolean): void;
  /** At once and for good. Bytes freed. */
  deleteRun(id: number): number;
  /**
   * Turns runs that no living process works on into `interrupted`, but for those whose rows are damaged; returns them. Runs whose weights
   * were still being imported are discarded. Called once, by the only writer.
   */
  sweepDeadRuns(): RunSummary[];

  appendMetrics(runId: number, points: readonly MetricPoint[]): void;
  metrics(runId: number): MetricPoint[];
  /**
   * Columns of logged steps as rows of numbers (null for NaN), in the order of their steps: at most `limit` of those after a step. For
   * long runs, which are read in slices.
   */
  metricRows(runId: number, columns: readonly MetricColumn[], afterStep: number, limit: number): (number | null)[][];
  /** The same as {@link metricRows}, column by column, several times as fast; null when nothing was logged after that step. */
  metricSlice(runId: number, columns: readonly MetricColumn[], afterStep: number, limit: number): MetricSlice | null;
  /** What else was logged at these steps; a step that is not logged (any more) is left out. */
  stepDetails(
    runId: number,
    steps: readonly number[],
  ): ReadonlyMap<number, { readonly learningRate: number; readonly activeSeconds: number }>;
  /** Throws FolioError 'not-found'. */
  epochPositions(runId: number): EpochPosition[];

  /**
   * Epoch row, checkpoint, blobs, samples and metrics in one transaction; the two newest recovery checkpoints stay. Returns the samples
   * with their ids.
   */
  recordCheckpoint(
    checkpoint: NewCheckpoint,
    policy: RetentionPolicy,
  ): { readonly info: CheckpointInfo; readonly bytesFreed: number; readonly samples: readonly Sample[] };
  /**
   * The newest undamaged checkpoint with optimizer state, or null when there is none. Does not change anything.
   */
  resumePoint(runId: number): ResumePoint | null;
  /**
   * Forgets what training did after a checkpoint (metrics, epochs, its own samples, checkpoints of later steps; null: all of it),
   * before it goes on from there. Texts that a person asked for stay.
   */
  rewindTo(runId: number, checkpointId: number | null): void;
  /** Throws FolioError 'damaged' when the stored SHA-256 does not match, 'not-found' when the weights were thinned out. */
  checkpointWeights(checkpointId: number): Uint8Array;

  /** All or none. Throws FolioError 'not-found' when a run is gone for good. */
  addSamples(samples: readonly NewSample[]): Sample[];
  /** Throws FolioError 'not-found' when it is not one of the run's, or deleted. */
  sample(runId: number, sampleId: number): Sample;
  /** All that a run wrote, texts that a person asked for too, in the order in which they were written. */
  samples(runId: number): Sample[];
  /** What training wrote, epoch by epoch, in the order of the run's prompts and temperatures. */
  trainingSamples(runId: number): Sample[];
  /** The newest first, with the number of all. Throws FolioError 'not-found'. */
  samplePage(runId: number, page: SamplePageRequest): { readonly samples: Sample[]; readonly total: number };

  /**
   * Marks as deleted: nothing shows it any more, and nothing is lost yet. All or none. Returns the bytes of weights and text that a
   * purge will free. Throws FolioError 'not-found'.
   */
  trash(what: Deletable, ids: readonly number[]): number;
  /** Takes {@link trash} back; a run brings its text back too. Throws FolioError 'not-found' for what was purged. */
  restore(what: Deletable, ids: readonly number[]): void;
  /** Runs and texts that {@link restore} can bring back, the last deleted first. */
  trashed(): DeletedThing[];
  /** What was deleted at this time or before can no longer be had back; {@link purgeNext} frees it. */
  condemn(deletedBefore: number): void;
  /** The same of one run, at once, be it deleted or not. Throws FolioError 'not-found'. */
  discardRun(id: number): void;
  /** Whether something was condemned and is not yet freed. */
  anyToPurge(): boolean;
  /** Frees a piece of what was condemned, in a fraction of a second; null when there is nothing left. */
  purgeNext(): Purged | null;

  /**
   * Stores a piece of a run from elsewhere, in one transaction; nothing shows the run before the last. What a dead process leaves of one is
   * discarded by the next start. @param target what the first piece gave; null with that
   */
  importPiece(piece: ImportPiece, target: ImportTarget | null): ImportTarget;

  /** Stores a text once, in one transaction: the same SHA-256 gives the corpus that is there already, be it deleted. */
  addCorpus(corpus: NewCorpus): CorpusInfo;
  /**
   * The same for a long text, a piece at a time with other work in between. It becomes visible when it is whole; what an aborted
   * signal, an error or a dead process leaves behind is removed, by the next start at the latest.
   */
  storeCorpus(corpus: NewCorpus, signal?: AbortSignal): Promise<CorpusInfo>;
  renameCorpus(id: number, name: string): void;
  /** How many runs that are not deleted use each corpus; those without any are left out. */
  corpusUses(): ReadonlyMap<number, number>;
  /** The names of the runs that use it, deleted ones left out. */
  runsOfCorpus(id: number): { readonly id: number; readonly name: string }[];
  corpora(): CorpusInfo[];
  corpus(id: number): CorpusInfo & { readonly vocabulary: readonly string[] };
  findCorpus(sha256: string): CorpusInfo | null;
  /** The text as UTF-8 chunks of whole code points, one in memory at a time. */
  corpusChunks(id: number): Iterable<Uint8Array>;

  setting(key: string): string | null;
  setSetting(key: string, value: string): void;

  /** The structure of the small tables: no weights, texts or curves are read. Empty when all is well. */
  quickCheck(): string[];
  /** PRAGMA quick_check, foreign_key_check and every blob's hash; empty when all is well. */
  check(): string[];
  close(): void;
}
