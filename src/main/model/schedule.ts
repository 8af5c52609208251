import type { RunConfig } from '../../shared/config.ts';
import { assertNever } from '../../shared/errors.ts';

/** Where in a run a learning rate is asked for. */
export interface ScheduleMoment {
  /** Optimizer steps taken before this one. */
  readonly step: number;
  /** 1 for the first. */
  readonly epoch: number;
  /** Share of the whole run that is over, by its minutes, steps or epochs: 0 to 1. */
  readonly progress: number;
}

/** char-rnn's decay: times 0.97 after each epoch from the tenth on. */
const EXPONENTIAL = { rate: 0.97, after: 10 } as const;

/** The learning rate of the next step. */
export function learningRateAt(
  config: Pick<RunConfig, 'learningRate' | 'schedule' | 'warmupSteps'>,
  moment: ScheduleMoment,
): number {
  const warmup = config.warmupSteps > 0 ? Math.min(1, (moment.step + 1) / config.warmupSteps) : 1;
  return config.learningRate * warmup * decayAt(config.schedule, moment);
}

function decayAt(schedule: RunConfig['schedule'], { epoch, progress }: ScheduleMoment): number {
  const done = Math.min(1, Math.max(0, progress));
  switch (schedule) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - done;
    case 'cosine':
      return 0.5 * (1 + Math.cos(Math.PI * done));
    case 'exponential':
      return EXPONENTIAL.rate ** Math.max(0, epoch - EXPONENTIAL.after);
    default:
      return assertNever(schedule, 'schedule');
  }
}
