/** The record, as the services see it. Implemented over SQLite by store.ts and its tables; every write is one transaction. */
import type { RunConfig } from '../../shared/config.ts';
import type {
  CheckpointInfo,
  CorpusInfo,
  EpochRecord,
  RunDetail,
  RunStatus,
  RunSummary,
  Sample,
} from '../../shared/domain.ts';

export interface NewRun {
  readonly name: string;
  readonly preset: string;
  /** Null for imported weights: they come without their text. */
  readonly corpusId: number | null;
  readonly config: RunConfig;
  readonly vocabulary: readonly string[];
  readonly status: RunStatus;
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

export type NewSample = Omit<Sample, 'id' | 'createdAt'>;

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
  /** The epoch that ended with it; null for a recovery checkpoint. */
  readonly epochRecord: EpochRecord | null;
  readonly samples: readonly NewSample[];
  /** Steps logged since the last write, stored in the same transaction. */
  readonly metrics: readonly MetricPoint[];
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

  createRun(run: NewRun): number;
  listRuns(): RunSummary[];
  /** Throws FolioError 'not-found'. */
  run(id: number): RunDetail;
  setRunStatus(id: number, status: RunStatus, reason: string): void;
  setRunEngine(id: number, engine: string, device: string): void;
  setRunConfig(id: number, config: RunConfig): void;
  editRun(
    id: number,
    change: { readonly name?: string; readonly notes?: string; readonly tags?: readonly string[] },
  ): void;
  /** Bytes freed. */
  deleteRun(id: number): number;
  /** Turns runs that no living process works on into `interrupted`; returns them. Called once, by the only writer. */
  sweepDeadRuns(): RunSummary[];

  appendMetrics(runId: number, points: readonly MetricPoint[]): void;
  metrics(runId: number): MetricPoint[];

  /** Epoch row, checkpoint, blobs, samples and metrics in one transaction; the two newest recovery checkpoints stay. */
  recordCheckpoint(
    checkpoint: NewCheckpoint,
    policy: RetentionPolicy,
  ): { readonly info: CheckpointInfo; readonly bytesFreed: number };
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

  addSamples(samples: readonly NewSample[]): Sample[];
  samples(runId: number): Sample[];

  /** Stores a text once: the same SHA-256 gives the corpus that is there already. Chunks are UTF-8 cut at whole code points. */
  addCorpus(corpus: {
    readonly name: string;
    readonly encoding: string;
    readonly vocabulary: readonly string[];
    readonly characters: number;
    readonly sha256: string;
    readonly chunks: Iterable<Uint8Array>;
  }): CorpusInfo;
  corpora(): CorpusInfo[];
  corpus(id: number): CorpusInfo & { readonly vocabulary: readonly string[] };
  findCorpus(sha256: string): CorpusInfo | null;
  /** The text as UTF-8 chunks of whole code points, one in memory at a time. */
  corpusChunks(id: number): Iterable<Uint8Array>;

  setting(key: string): string | null;
  setSetting(key: string, value: string): void;

  /** PRAGMA quick_check, foreign_key_check and every blob's hash; empty when all is well. */
  check(): string[];
  close(): void;
}
