/** A word on the epoch that a person may have wanted. */
import type { RunDetail } from '../../shared/domain.ts';
import { resolveCheckpoint } from '../services/checkpoints.ts';
import type { CommandContext } from './context.ts';

/** Says on stderr when the last epoch is taken although the best one predicted the held-out text better. */
export function noteBetterEpoch({ output }: CommandContext, run: RunDetail, epoch: number | 'best' | 'last'): void {
  if (epoch !== 'last' || run.bestEpoch === null) return;
  const last = resolveCheckpoint(run, 'last');
  const best = run.checkpoints.find(
    ({ kind, bytes, epoch: of }) => kind === 'epoch' && bytes > 0 && of === run.bestEpoch,
  );
  if (best === undefined || best.validationLoss === null || last.validationLoss === null) return;
  if (best.validationLoss >= last.validationLoss) return;
  const numbers = `${best.validationLoss.toFixed(4)}, the last epoch's (${last.epoch}) is ${last.validationLoss.toFixed(4)}`;
  output.note(`--epoch best has the lower validation loss: epoch ${best.epoch}'s is ${numbers}.`);
}
