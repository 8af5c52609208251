/** The nouns of Folio, as every part of it (and every transport) sees them. Times are milliseconds since 1970, losses nats a character. */
import type { RunConfig } from './config.ts';

export const ENGINE_NAMES = ['tensorflow', 'webgpu', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export type EngineChoice = EngineName | 'auto';

/** What is known of one engine on this machine, and how it is known. */
export interface EngineReport {
  readonly engine: EngineName;
  /** The device actually used, in words: "CPU, 2 threads, oneDNN" or an adapter's name. Empty when unavailable. */
  readonly device: string;
  readonly available: boolean;
  /** Why it is available or not, and what would change that. */
  readonly reason: string;
  readonly selfTest: 'passed' | 'failed' | 'not run';
  /**
   * Measured speed in a training step, 10^9 operations a second: those of its matrix products, over all the time that it takes. Null
   * when not measured.
   */
  readonly gflops: number | null;
  /** Whether bfloat16 products were measured to be faster here. */
  readonly mixedPays: boolean;
  /** Versions and paths, for the diagnosis that a person can paste. */
  readonly details: Readonly<Record<string, string>>;
}

export const RUN_STATUSES = [
  'queued',
  'running',
  'paused',
  'stopping',
  'finished',
  'stopped',
  'interrupted',
  'failed',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A run is active while a process works on it; a dead run in one of these states is turned into `interrupted` at start. */
export const ACTIVE_STATUSES = ['queued', 'running', 'paused', 'stopping'] as const satisfies readonly RunStatus[];

/** What a run of imported weights has in place of a preset's name. Nothing trains it, so it is active only while its weights are stored. */
export const IMPORTED = 'imported';

export interface CorpusInfo {
  readonly id: number;
  readonly name: string;
  /** SHA-256 of the text as UTF-8. */
  readonly sha256: string;
  /** Code points. */
  readonly characters: number;
  /** Encoding that the file was read as. */
  readonly encoding: string;
  readonly vocabularySize: number;
  readonly storedBytes: number;
  readonly createdAt: number;
}

/** What a run's network is made of, as far as a list shows it. */
export interface RunNetwork {
  readonly cell: 'gru' | 'lstm';
  readonly layers: number;
  readonly units: number;
}

export interface RunSummary {
  readonly id: number;
  readonly name: string;
  readonly status: RunStatus;
  /** Why it ended as it did, where there is more to say than the status. */
  readonly statusReason: string;
  readonly preset: string;
  /** The corpus's name; empty for imported weights. */
  readonly corpus: string;
  /** Null for imported weights: they came without their text. */
  readonly corpusId: number | null;
  /** Null where the stored configuration is damaged. */
  readonly network: RunNetwork | null;
  readonly engine: string;
  readonly device: string;
  /** The epoch that it is in, or was when it ended. */
  readonly epoch: number;
  readonly step: number;
  /** Whole epochs that were trained. */
  readonly completeEpochs: number;
  /** Epochs after which it ends; null where the minutes or the steps decide. */
  readonly plannedEpochs: number | null;
  /** Of the newest finished epoch; null before the first. */
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly bestEpoch: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it was put away from the list; null when it was not. */
  readonly archivedAt: number | null;
  /** Seconds of training without pauses. */
  readonly activeSeconds: number;
  readonly storedBytes: number;
  readonly notes: string;
  readonly tags: readonly string[];
  /** What of it can no longer be read from the record, in words; absent of a whole one. What cannot be read is empty here. */
  readonly damage?: string;
}

/** A run or a text that was deleted and can still be had back. */
export interface DeletedThing {
  readonly kind: 'run' | 'corpus';
  readonly id: number;
  readonly name: string;
  readonly deletedAt: number;
  /** What will be freed. */
  readonly bytes: number;
}

export interface EpochRecord {
  /** 1 for the first. A run that ended inside an epoch has a last record for its part. */
  readonly epoch: number;
  readonly steps: number;
  readonly complete: boolean;
  readonly trainLoss: number;
  readonly validationLoss: number | null;
  readonly seconds: number;
  readonly charactersPerSecond: number;
  readonly learningRate: number;
}

export interface CheckpointInfo {
  readonly id: number;
  /** `epoch`: at an epoch's end (or the run's). `recovery`: inside an epoch; the two newest are kept until it ends. */
  readonly kind: 'epoch' | 'recovery';
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly bytes: number;
  /** Whether the optimizer's state is still there, so that training can resume from it. */
  readonly resumable: boolean;
  readonly createdAt: number;
}

export interface SampleSettings {
  readonly temperature: number;
  /** 0 is off. */
  readonly topK: number;
  /** 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly minP: number;
  readonly seed: number;
  /** Characters to write after the prompt. */
  readonly length: number;
  /** Ends a text when it appears (and is kept in it); empty is off. */
  readonly stop: string;
}

export interface Sample {
  readonly id: number;
  readonly runId: number;
  readonly epoch: number;
  readonly prompt: string;
  readonly text: string;
  readonly settings: SampleSettings;
  /** Which of the streams of its batch it was, 0 first: with the seed it determines the text. */
  readonly stream: number;
  /** How many texts were written at once, because one alone is computed in another order than several; null where it was not noted. */
  readonly streams: number | null;
  /** `training` is written by the trainer after an epoch, `generate` on request. */
  readonly origin: 'training' | 'generate';
  readonly engine: string;
  readonly appVersion: string;
  readonly createdAt: number;
  /** As a run's. */
  readonly damage?: string;
}

export interface RunDetail extends RunSummary {
  readonly config: RunConfig;
  /** Of so many epochs one keeps its weights, beside the best and the last; null: all do. */
  readonly keepEvery: number | null;
  /** The text without which it was carried here: when the same is added, it can be trained further. Null for all others. */
  readonly awaitedText: { readonly sha256: string; readonly name: string } | null;
  readonly vocabulary: readonly string[];
  readonly epochs: readonly EpochRecord[];
  readonly checkpoints: readonly CheckpointInfo[];
}
