/** Which checkpoint a person means. */
import type { CheckpointInfo, RunDetail } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { ranges } from '../../shared/ranges.ts';

/**
 * The checkpoint of a run that still has its weights: an epoch's by number, the `best` epoch's (by validation loss, or training
 * loss where nothing was validated) or the `last` one stored, inside an epoch or not. A run whose epochs have no loss yet, or that
 * was imported, has no best epoch: its last checkpoint is taken.
 *
 * @throws FolioError 'not-found' that names the epochs that can be had.
 */
export function resolveCheckpoint(
  run: Pick<RunDetail, 'id' | 'bestEpoch' | 'checkpoints'>,
  epoch: number | 'best' | 'last',
): CheckpointInfo {
  const stored = run.checkpoints.filter(({ bytes }) => bytes > 0).toSorted((a, b) => a.step - b.step || a.id - b.id);
  const last = stored.at(-1);
  if (last === undefined) {
    throw new FolioError(
      'not-found',
      `run ${run.id} has no stored weights yet`,
      `Weights are stored after every epoch: \`folio resume ${run.id}\` trains on.`,
    );
  }
  const wanted = epoch === 'best' ? run.bestEpoch : epoch;
  if (wanted === 'last' || wanted === null) return last;

  const found = stored.findLast((checkpoint) => checkpoint.kind === 'epoch' && checkpoint.epoch === wanted);
  if (found !== undefined) return found;
  const known = run.checkpoints.some((checkpoint) => checkpoint.epoch === wanted);
  const epochs = stored.filter(({ kind }) => kind === 'epoch').map((checkpoint) => checkpoint.epoch);
  throw new FolioError(
    'not-found',
    known
      ? `the weights of epoch ${wanted} of run ${run.id} are not stored (any more)`
      : `run ${run.id} has no epoch ${wanted}`,
    `Choose ${epochs.length === 0 ? '' : `one of the epochs ${ranges(epochs)}, or `}"last".`,
  );
}
