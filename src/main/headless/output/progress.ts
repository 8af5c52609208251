/** How far a run has come, without an epoch that has only begun looking like one that is done. */
import type { RunDetail, RunSummary } from '../../../shared/domain.ts';
import { plural } from './words.ts';

export interface Progress {
  /** Whole epochs. */
  readonly complete: number;
  /** Planned ones; null where the minutes or the steps decide. */
  readonly planned: number | null;
  /** The epoch of which only a part is done; null when there is none. */
  readonly inside: number | null;
}

type Run = Pick<RunDetail, 'epoch' | 'step' | 'epochs' | 'config'>;

/** Null for a run that has not taken a step, and for imported weights: there is nothing to say of epochs. */
export function progressOf(run: Run): Progress | null {
  if (run.step === 0) return null;
  const complete = Math.max(0, ...run.epochs.filter((record) => record.complete).map(({ epoch }) => epoch));
  return {
    complete,
    planned: run.config.minutes > 0 || run.config.maxSteps > 0 ? null : run.config.epochs,
    inside: run.epoch > complete ? run.epoch : null,
  };
}

/** "0/10, in 1" for a table, "0/-, in 1" where no number of epochs is planned; "-" where nothing was trained. */
export function shortProgress(run: Pick<RunSummary, 'epoch' | 'step' | 'completeEpochs' | 'plannedEpochs'>): string {
  const { epoch, step, completeEpochs, plannedEpochs } = run;
  if (step === 0) return '-';
  return `${completeEpochs}/${plannedEpochs ?? '-'}${epoch > completeEpochs ? `, in ${epoch}` : ''}`;
}

/** "3 of 10 epochs, in epoch 4"; null where nothing was trained. */
export function progressInWords(run: Run): string | null {
  const progress = progressOf(run);
  if (progress === null) return null;
  const { complete, planned, inside } = progress;
  const epochs = planned === null ? plural(complete, 'epoch') : `${complete} of ${plural(planned, 'epoch')}`;
  return inside === null ? epochs : `${epochs}, in epoch ${inside}`;
}
