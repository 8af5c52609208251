/** Where a run stands, in figures and in what can be done next. */
import type { LiveTraining } from '../../../shared/live.ts';
import type { CheckpointInfo, EpochRecord, RunDetail, RunStatus } from '../../../shared/domain.ts';
import type { Curve } from '../../../shared/curve.ts';
import { finite } from '../../lib/chart/live-curve.ts';

export interface Figures {
  readonly training: number | null;
  /** The epoch whose mean that is; null where it is the end of the smoothed line. */
  readonly meanOf: number | null;
  readonly validation: number | null;
  /** The loss that perplexity is told of: on held-out text where there is any. */
  readonly told: number | null;
  /** The first logged loss. */
  readonly start: number | null;
}

/** While it trains the smoothed line's end is where it stands; afterwards the last epoch's own mean is. */
export function figuresOf(epochs: readonly EpochRecord[], curve: Curve | null, training: boolean): Figures {
  const smooth = finite(curve?.smooth.findLast((loss) => loss !== null) ?? null);
  const last = epochs.at(-1) ?? null;
  const mean = finite(last?.trainLoss ?? null);
  const validation = finite(
    epochs.findLast(({ validationLoss }) => finite(validationLoss) !== null)?.validationLoss ?? null,
  );
  const loss = training ? (smooth ?? mean) : (mean ?? smooth);
  const started = curve !== null && (curve.step[0] ?? Infinity) <= 1;
  return {
    training: loss,
    meanOf: mean !== null && (!training || smooth === null) ? (last?.epoch ?? null) : null,
    validation,
    told: validation ?? loss,
    start: started ? (curve.loss.find((value) => value !== null) ?? null) : null,
  };
}

/** Between which whole numbers of characters a loss hesitates; null above ten, where nobody counts. */
export function hesitation(loss: number | null): readonly [number, number] | null {
  if (loss === null) return null;
  const perplexity = Math.exp(loss);
  const low = Math.max(1, Math.floor(perplexity));
  return perplexity > 10 ? null : [low, Math.max(2, Math.ceil(perplexity))];
}

/** The epoch since which held-out text has only become harder, when that is two epochs ago or more: the network learns by heart. */
export function learningByHeartSince(epochs: readonly EpochRecord[]): number | null {
  const measured = epochs.flatMap(({ epoch, validationLoss, trainLoss }) => {
    const validation = finite(validationLoss);
    return validation === null ? [] : [{ epoch, validation, training: finite(trainLoss) ?? Infinity }];
  });
  const best = measured.reduce<(typeof measured)[number] | null>(
    (lowest, one) => (lowest === null || one.validation < lowest.validation ? one : lowest),
    null,
  );
  const last = measured.at(-1);
  if (best === null || last === undefined || last.epoch - best.epoch < 2) return null;
  return last.validation > best.validation + 0.005 && last.training < best.training ? best.epoch : null;
}

/** The newest checkpoint from which training can go on; null when none was stored. */
export function resumePoint(checkpoints: readonly CheckpointInfo[]): CheckpointInfo | null {
  return checkpoints
    .filter(({ resumable }) => resumable)
    .reduce<CheckpointInfo | null>((newest, one) => (newest === null || one.step > newest.step ? one : newest), null);
}

export type Ending = 'none' | 'finished' | 'resumable' | 'diverged' | 'failed' | 'imported' | 'unresumable';

/** What a run's end asks of the page. */
export function endingOf(
  run: Pick<RunDetail, 'status' | 'statusReason' | 'corpusId' | 'checkpoints' | 'step'>,
): Ending {
  if (isActive(run.status)) return 'none';
  if (run.corpusId === null) return 'imported';
  if (run.status === 'failed') return isDiverged(run.statusReason) ? 'diverged' : 'failed';
  if (run.status === 'finished') return 'finished';
  return resumePoint(run.checkpoints) === null && run.checkpoints.length > 0 ? 'unresumable' : 'resumable';
}

/** Steps before which a loss above guessing says little: the first ones of a large network leap. */
const STEPS_TO_JUDGE = 50;

/** Whether a loss above that of guessing is worth a word: not at the beginning, and not when only an average still holds an early leap. */
export function isVerdict(live: Pick<LiveTraining, 'step' | 'loss'> | null, step: number, uniform: number): boolean {
  return (live?.step ?? step) >= STEPS_TO_JUDGE && (live?.loss ?? Infinity) > uniform;
}

export function isActive(status: RunStatus): boolean {
  return status === 'queued' || status === 'running' || status === 'paused' || status === 'stopping';
}

/** The trainer's own words (trainer/stepper.ts, trainer/checkpointing.ts) for a loss or a weight that is not a number. */
function isDiverged(reason: string): boolean {
  return /became (?:NaN|-?Infinity)|not finite|diverged/.test(reason);
}

/** Smaller steps, and none that one bad batch can throw far off. */
export function gentler(config: { readonly learningRate: number; readonly clipNorm: number }): {
  readonly learningRate: number;
  readonly clipNorm: number;
} {
  const { learningRate, clipNorm } = config;
  return {
    learningRate: Math.max(1e-8, Number((learningRate / 2).toPrecision(6))),
    clipNorm: clipNorm > 0 ? Math.min(clipNorm, 1) : 1,
  };
}

/** In what a run that is trained on is given more of: what ended it. */
export function unitOfMore({ minutes }: Pick<RunDetail['config'], 'minutes'>): 'epochs' | 'minutes' {
  return minutes > 0 ? 'minutes' : 'epochs';
}

/** The changes that let a finished run go on for so many epochs (or minutes) behind the epoch that it has reached. */
export function laterEnd(
  run: Pick<RunDetail, 'config' | 'activeSeconds'>,
  epoch: number,
  more: number,
): { readonly epochs?: number; readonly minutes?: number; readonly maxSteps?: number } {
  const { config, activeSeconds } = run;
  if (unitOfMore(config) === 'minutes') return { minutes: Math.ceil(activeSeconds / 6 + more * 10) / 10 };
  // A limit of steps would end it at once.
  return { epochs: Math.min(100_000, epoch + more), ...(config.maxSteps > 0 ? { maxSteps: 0 } : {}) };
}
