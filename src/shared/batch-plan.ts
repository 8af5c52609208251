/** How many batches a text gives: arithmetic only, shared by the batcher and by everything that announces its numbers. */
import type { RunConfig } from './config.ts';

export type BatchingConfig = Pick<RunConfig, 'batching' | 'sequenceLength' | 'batchSize'>;

/** Part of a text, in characters: from `start` up to, not including, `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface BatchPlan {
  /** Shuffled: pieces of T + 1 characters. Contiguous: windows of T characters over all lanes. */
  readonly sequences: number;
  readonly stepsPerEpoch: number;
  /** Characters that are a target once an epoch: stepsPerEpoch * B * T. */
  readonly targetsPerEpoch: number;
}

/**
 * Batches in one pass over `characters` characters; what does not fill a batch is left out.
 *
 * - shuffled (the tutorial): floor(N / (T + 1)) pieces, floor(pieces / B) batches;
 * - contiguous (char-rnn): B lanes of floor(N / B) characters, floor((lane - 1) / T) windows of each, because the last
 *   target of a window is the character after it.
 */
export function planBatches(characters: number, config: BatchingConfig): BatchPlan {
  const { batching, sequenceLength: T, batchSize: B } = config;
  if (batching === 'shuffled') {
    const sequences = Math.floor(characters / (T + 1));
    const stepsPerEpoch = Math.floor(sequences / B);
    return { sequences, stepsPerEpoch, targetsPerEpoch: stepsPerEpoch * B * T };
  }
  const lane = Math.floor(characters / B);
  const stepsPerEpoch = Math.max(0, Math.floor((lane - 1) / T));
  return { sequences: stepsPerEpoch * B, stepsPerEpoch, targetsPerEpoch: stepsPerEpoch * B * T };
}

/** Characters that one batch needs: B (T + 1), for either way of batching. */
export function charactersPerBatch(config: Omit<BatchingConfig, 'batching'>): number {
  return config.batchSize * (config.sequenceLength + 1);
}

/**
 * The part that is trained on, and the last part of the text, which never is. The border is floor(N (1 - fraction)),
 * nanoGPT's: for Shakespeare and 0.1 it leaves 1,003,854 and 111,540 characters.
 */
export function splitForValidation(
  characters: number,
  fraction: number,
): { readonly training: TextRange; readonly validation: TextRange } {
  const border = Math.floor(characters * (1 - fraction));
  return { training: { start: 0, end: border }, validation: { start: border, end: characters } };
}
