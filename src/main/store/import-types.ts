/** A run from elsewhere on its way into the record, in pieces that are a transaction each. Nothing shows it before the last. */
import type { RunConfig } from '../../shared/config.ts';
import type { RunStatus } from '../../shared/domain.ts';
import type { HashedBlob } from './checkpoint-blob.ts';
import type { PackedChunk } from './compression.ts';
import type { Value } from './sql.ts';

/** What of a run's row comes along; the rest is the record's own. */
export interface ImportedRun {
  readonly name: string;
  readonly status: RunStatus;
  readonly statusReason: string;
  readonly preset: string;
  readonly engine: string;
  readonly device: string;
  readonly epoch: number;
  readonly step: number;
  readonly activeSeconds: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly keepEvery: number | null;
  readonly tags: readonly string[];
  readonly notes: string;
  readonly config: RunConfig;
  readonly vocabulary: readonly string[];
  /** What it told at its beginning, as JSON; null where it told nothing. */
  readonly beginning: { readonly rejected: string; readonly firstLook: string | null } | null;
  /** The text that it learnt from; null for weights of other programs. */
  readonly text: { readonly sha256: string; readonly name: string } | null;
}

/** The text that comes along, before its chunks. */
export interface ImportedText {
  readonly name: string;
  readonly encoding: string;
  readonly vocabulary: readonly string[];
  readonly characters: number;
  readonly sha256: string;
}

export interface ImportedCheckpoint {
  /** Columns of the table from `kind` to `optimizer_bytes`, then `created_at`, `position_sha256` and `position`. */
  readonly row: readonly Value[];
  readonly weights: HashedBlob | null;
  readonly optimizer: HashedBlob | null;
}

/** Rows are the columns of their bundle's table. All of it has been checked. */
export type ImportPiece =
  | { readonly type: 'run'; readonly run: ImportedRun; readonly text: ImportedText | null }
  | { readonly type: 'chunk'; readonly position: number; readonly chunk: PackedChunk }
  | {
      readonly type: 'rows';
      readonly table: 'metric' | 'epoch' | 'sample';
      readonly rows: readonly (readonly Value[])[];
    }
  | { readonly type: 'checkpoint'; readonly checkpoint: ImportedCheckpoint }
  | { readonly type: 'end'; readonly text: ImportedText | null; readonly awaited: ImportedRun['text'] }
  | { readonly type: 'discard' };

/** Where the pieces go. */
export interface ImportTarget {
  readonly runId: number;
  /** The text that is being stored; null when none comes along, or it is there already. */
  readonly corpusId: number | null;
}
