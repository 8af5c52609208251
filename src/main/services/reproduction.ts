/** Writing a stored text again: from which weights, with how many beside it, and where the two begin to differ. */
import type { CheckpointInfo, RunDetail, Sample } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';

/**
 * The checkpoint that a stored text was written from.
 *
 * @throws FolioError 'not-found' when its weights were thinned out, or others of the same epoch have taken their place.
 */
export function checkpointOf(run: Pick<RunDetail, 'id' | 'checkpoints'>, sample: Sample): CheckpointInfo {
  const stored = run.checkpoints.filter(({ bytes, epoch }) => bytes > 0 && epoch === sample.epoch);
  // What training wrote is stored with its checkpoint; what a person asked for came from the newest that was there then.
  const found =
    sample.origin === 'training'
      ? stored.findLast(({ kind }) => kind === 'epoch')
      : stored.findLast(({ createdAt }) => createdAt <= sample.createdAt);
  if (found !== undefined) return found;
  throw new FolioError(
    'not-found',
    stored.length === 0
      ? `the weights of epoch ${sample.epoch}, which wrote this text, are not stored any more`
      : `the weights that wrote this text were replaced by later ones of epoch ${sample.epoch}`,
    'The text itself stays. Weights of other epochs write other texts.',
  );
}

/**
 * How many texts to write at once so that the numbers are computed as they were then. A text that was stored without this (its
 * `streams` is null) was alone, or at least had those before it beside it.
 */
export function streamsOf({ stream, streams }: Pick<Sample, 'stream' | 'streams'>): number {
  return Math.max(streams ?? 1, stream + 1);
}

/** Where two texts begin to differ, in characters (code points) from 0; null when they are the same. */
export function firstDifference(one: string, other: string): number | null {
  if (one === other) return null;
  const [left, right] = [Array.from(one), Array.from(other)];
  const at = left.findIndex((character, index) => character !== right[index]);
  return at === -1 ? left.length : at;
}
