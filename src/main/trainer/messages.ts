/**
 * What passes between the main process and the process that owns the tensors. Both ends are our own code, so these are
 * types and not schemas. Byte arrays travel by structured clone (child_process `serialization: 'advanced'`, or Electron's).
 */
import type { RunConfig } from '../../shared/config.ts';
import type { EngineInventory, PackProgress } from '../../shared/contract/packs.ts';
import type { Trial } from '../../shared/contract/training.ts';
import type { EngineChoice, EngineName, EngineReport, EpochRecord, SampleSettings } from '../../shared/domain.ts';
import type { ErrorMessage } from '../../shared/errors.ts';
import type { PlannedKey } from '../../shared/presets.ts';

/** Where training stands: with weights and optimizer state, all that is needed to go on as if it had never stopped. */
export interface TrainingPosition {
  /** Optimizer steps taken, in all. */
  readonly step: number;
  /** The epoch under way (or about to begin), 1 for the first. */
  readonly epoch: number;
  /** Steps taken in that epoch. Every random number is derived from seed, epoch and step, so no generator state is kept. */
  readonly stepInEpoch: number;
  /** Seconds of training so far, pauses excluded. */
  readonly activeSeconds: number;
  /** Of the epoch under way: sum of the step losses, and seconds spent in it. */
  readonly lossSum: number;
  readonly epochSeconds: number;
  readonly bestValidationLoss: number | null;
  readonly bestEpoch: number | null;
  /** Epochs since the validation loss last improved. */
  readonly epochsWithoutImprovement: number;
}

/** Both blobs are safetensors files: Keras's names and layouts; `optimizer` holds Adam's slots and the carried hidden state. */
export interface CheckpointBytes {
  readonly weights: Uint8Array;
  readonly optimizer: Uint8Array;
}

/** The bytes of both blobs, of each that came before in `checkpoint-piece` messages and is empty where it belongs. */
export type CheckpointSizes = { readonly [Part in keyof CheckpointBytes]: number };

/** The next bytes of a checkpoint that follows: in pieces, so that none of them holds the main process up. */
export interface CheckpointPiece {
  readonly type: 'checkpoint-piece';
  readonly part: keyof CheckpointBytes;
  readonly bytes: Uint8Array;
  /** What came before belongs to a checkpoint that was never completed. */
  readonly first?: boolean;
}

/** SHA-256 of both blobs, hexadecimal, computed where they were made: what is stored is compared with it. */
export type CheckpointHashes = { readonly [Part in keyof CheckpointBytes]: string };

export interface WrittenSample {
  readonly prompt: string;
  readonly text: string;
  readonly settings: SampleSettings;
  readonly stream: number;
  /** Texts that were written at once with it. */
  readonly streams: number;
}

export interface TrainRequest {
  readonly type: 'train';
  readonly config: RunConfig;
  readonly vocabulary: readonly string[];
  /** Code points in the text that follows in `text` messages. */
  readonly characters: number;
  readonly engine: EngineChoice;
  /** What `auto` does not open in this process, with the reasons; nothing when left out. So in the other requests. */
  readonly leftOut?: readonly EngineReport[];
  /**
   * Complete the configuration for its `minutes` from the measured speed (preset `best`), but for what the person has named; null: it is
   * complete.
   */
  readonly plan: { readonly named: readonly PlannedKey[] } | null;
  readonly resume: ResumeFrom | null;
}

export interface ResumeFrom extends CheckpointBytes {
  readonly position: TrainingPosition;
  /** Whether the part of an epoch that ends there has its record: the run had come to its end inside that epoch. */
  readonly recorded: boolean;
  readonly inPieces?: CheckpointSizes;
}

export interface GenerateRequest {
  readonly type: 'generate';
  /** Names this generation in its events and in `cancel`. */
  readonly id: number;
  readonly prompt: string;
  readonly settings: SampleSettings;
  /** Texts written at once in one batch. */
  readonly count: number;
}

/** A few steps with exactly these settings. The beginning of the text follows in `text` messages. */
export interface TrialRequest {
  readonly type: 'trial';
  readonly config: RunConfig;
  readonly vocabulary: readonly string[];
  /** Code points that follow. */
  readonly characters: number;
  readonly engine: EngineChoice;
  readonly leftOut?: readonly EngineReport[];
}

export type PackSource =
  { readonly address: string } | { readonly files: readonly string[] } | { readonly folder: string };

/** About the builds of TensorFlow that this computer has. `verify` reads every byte of them, which takes seconds a gigabyte. */
export type BuildsQuestion =
  | { readonly what: 'list' }
  | { readonly what: 'verify' }
  | { readonly what: 'remove'; readonly id: string }
  | { readonly what: 'discard-download' };

export type ToTrainer =
  | { readonly type: 'probe'; readonly engines: readonly EngineName[] }
  | { readonly type: 'install'; readonly build: 'cpu' | 'cuda' }
  /** Read every file of the native engine and compare it with what was installed. */
  | { readonly type: 'verify-engine' }
  /** Installs the CUDA pack from an address, or from files on this computer. */
  | { readonly type: 'install-pack'; readonly source: PackSource }
  | { readonly type: 'builds'; readonly ask: BuildsQuestion }
  /** Before `train` or `load`. */
  | CheckpointPiece
  | TrainRequest
  | TrialRequest
  /** A piece of the text (UTF-8, whole code points), in order; after `train`, `trial` or `evaluate`. */
  | { readonly type: 'text'; readonly bytes: Uint8Array; readonly last: boolean }
  | { readonly type: 'pause' }
  | { readonly type: 'continue' }
  /** Save where you are, then end. */
  | { readonly type: 'stop' }
  /** The last checkpoint is stored. */
  | { readonly type: 'stored' }
  | {
      readonly type: 'load';
      readonly weights: Uint8Array;
      readonly inPieces?: CheckpointSizes;
      readonly vocabulary: readonly string[];
      readonly engine: EngineChoice;
      readonly leftOut?: readonly EngineReport[];
    }
  | GenerateRequest
  | { readonly type: 'cancel'; readonly id: number }
  /** Mean loss of the loaded weights on the text that follows, read as one stream from a zero state. */
  | { readonly type: 'evaluate'; readonly characters: number };

export interface StepMessage {
  readonly type: 'step';
  readonly epoch: number;
  readonly step: number;
  readonly stepInEpoch: number;
  readonly loss: number;
  /** Global norm of the gradient before clipping; null when it is not computed. */
  readonly gradientNorm: number | null;
  readonly learningRate: number;
  /**
   * Until the step's figures were known, from its beginning or, where the step before was still under way then, from the moment that
   * one's were known: what it added to the run's time.
   */
  readonly milliseconds: number;
  readonly charactersPerSecond: number;
  /** Estimate to the end of the run; null while unknown. */
  readonly secondsLeft: number | null;
}

export interface CheckpointMessage extends CheckpointBytes {
  readonly type: 'checkpoint';
  readonly kind: 'epoch' | 'recovery';
  readonly position: TrainingPosition;
  /** Of the epoch that just ended; null for a recovery checkpoint. */
  readonly epoch: EpochRecord | null;
  readonly samples: readonly WrittenSample[];
  readonly sha256?: CheckpointHashes;
  readonly inPieces?: CheckpointSizes;
}

export type FromTrainer =
  | { readonly type: 'probed'; readonly reports: readonly EngineReport[] }
  | {
      readonly type: 'install-progress';
      readonly phase: 'wait' | 'download' | 'verify' | 'unpack' | 'compile' | 'check';
      /** Bytes (or 0 where there is no total). */
      readonly done: number;
      readonly total: number;
    }
  /** Before `auto` opens an engine to compute with: what it loads may end the process before another word. */
  | { readonly type: 'opening'; readonly engine: EngineName }
  | { readonly type: 'trial-phase'; readonly phase: 'measuring' | 'writing' }
  | { readonly type: 'tried'; readonly trial: Trial }
  | { readonly type: 'installed'; readonly details: Readonly<Record<string, string>> }
  | {
      readonly type: 'engine-verified';
      /** TensorFlow's version, and the build that would be loaded; null when there is none. */
      readonly version: string | null;
      readonly build: string | null;
      readonly files: number;
      readonly bytes: number;
      /** What is wrong with it; null when nothing is. */
      readonly wrong: string | null;
      /** Why there is no build, and what would change that; null when there is one. */
      readonly missing: string | null;
    }
  | { readonly type: 'pack-progress'; readonly progress: PackProgress }
  /** Answers to `builds`: `wrong` says by folder what is not as it was installed. */
  | { readonly type: 'inventory'; readonly inventory: EngineInventory }
  | { readonly type: 'verified'; readonly wrong: Readonly<Record<string, string>> }
  | { readonly type: 'freed'; readonly bytes: number }
  /** The engine chosen, why, and what was passed over and why. */
  | { readonly type: 'ready'; readonly report: EngineReport; readonly rejected: readonly EngineReport[] }
  | {
      readonly type: 'plan';
      readonly config: RunConfig;
      readonly stepsPerEpoch: number;
      /** Null when the minutes decide. */
      readonly totalSteps: number | null;
      readonly trainingCharacters: number;
      readonly validationCharacters: number;
      /** How the configuration was completed for its minutes, in words; null when nothing was planned. */
      readonly reason: string | null;
    }
  /** The tutorial's first look: the untrained model run on one batch. */
  | {
      readonly type: 'first-look';
      readonly inputShape: readonly number[];
      readonly logitsShape: readonly number[];
      readonly loss: number;
      /** ln V: the loss of knowing nothing. */
      readonly uniformLoss: number;
      readonly input: string;
      readonly target: string;
      readonly prediction: string;
    }
  | StepMessage
  | { readonly type: 'phase'; readonly phase: 'training' | 'validating' | 'sampling' | 'saving' | 'paused' }
  | CheckpointPiece
  | CheckpointMessage
  /** Sent after the last checkpoint. */
  | { readonly type: 'ended'; readonly outcome: 'finished' | 'stopped' | 'diverged'; readonly reason: string }
  | { readonly type: 'loaded'; readonly report: EngineReport; readonly rejected: readonly EngineReport[] }
  /** Text that one stream of generation `id` has grown by. */
  | { readonly type: 'text-grown'; readonly id: number; readonly stream: number; readonly text: string }
  | {
      readonly type: 'generated';
      readonly id: number;
      readonly texts: readonly string[];
      readonly charactersPerSecond: number;
      readonly cancelled: boolean;
    }
  | { readonly type: 'evaluate-progress'; readonly done: number; readonly total: number }
  | { readonly type: 'evaluated'; readonly nats: number; readonly characters: number }
  | { readonly type: 'error'; readonly error: ErrorMessage };

/** Hands a message to the main process; resolves when it is on its way. */
export type Send = (message: FromTrainer) => Promise<void>;

/** What a process sends that does not train: whoever closes a `switch` over what a training says names these with it. */
export type FromOtherPurposes = Extract<
  FromTrainer,
  {
    type:
      | 'probed'
      | 'install-progress'
      | 'installed'
      | 'engine-verified'
      | 'pack-progress'
      | 'inventory'
      | 'verified'
      | 'freed'
      | 'trial-phase'
      | 'tried'
      | 'loaded'
      | 'text-grown'
      | 'generated'
      | 'evaluate-progress'
      | 'evaluated';
  }
>;
