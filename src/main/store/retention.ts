import type { CheckpointInfo } from '../../shared/domain.ts';
import type { RetentionPolicy } from './types.ts';

export interface Thinning {
  /** Checkpoints that lose their weights (and so their optimizer's state). */
  readonly weights: readonly number[];
  /** Checkpoints that lose their optimizer's state. */
  readonly optimizer: readonly number[];
}

/**
 * What a run's checkpoints give up under a policy. The best epoch's newest checkpoint, the newest checkpoint of all, every
 * n-th epoch and those that keep their optimizer's state (a resume needs both) keep their weights. The newest epoch keeps its
 * optimizer's state whatever recovery checkpoints follow it: they go when the next epoch ends.
 *
 * @param checkpoints of one run, in the order of their steps
 */
export function thinning(
  checkpoints: readonly CheckpointInfo[],
  bestEpoch: number | null,
  policy: RetentionPolicy,
): Thinning {
  const resumable = checkpoints.filter((checkpoint) => checkpoint.resumable);
  const keepsOptimizer = new Set(resumable.slice(-Math.max(1, policy.optimizerStates)).map(({ id }) => id));
  const newestEpoch = resumable.findLast(({ kind }) => kind === 'epoch');
  if (newestEpoch !== undefined) keepsOptimizer.add(newestEpoch.id);
  const best = checkpoints.findLast((checkpoint) => checkpoint.kind === 'epoch' && checkpoint.epoch === bestEpoch);
  const keepsWeights = (checkpoint: CheckpointInfo): boolean =>
    checkpoint.id === best?.id ||
    checkpoint.id === checkpoints.at(-1)?.id ||
    (checkpoint.kind === 'epoch' && checkpoint.epoch % policy.everyNth === 0) ||
    keepsOptimizer.has(checkpoint.id);
  return {
    weights: checkpoints.filter((checkpoint) => !keepsWeights(checkpoint)).map((checkpoint) => checkpoint.id),
    optimizer: resumable.filter(({ id }) => !keepsOptimizer.has(id)).map(({ id }) => id),
  };
}
