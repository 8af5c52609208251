/** Where a training stands, for everything that shows it: the strip at the bottom of the window, the page of the run. */
import type { RunStatus } from './domain.ts';
import type { ErrorMessage } from './errors.ts';

export type LivePhase =
  'starting' | 'trying-graphics' | 'training' | 'validating' | 'sampling' | 'saving' | 'paused' | 'ended';

export interface LiveTraining {
  readonly run: number;
  readonly name: string;
  readonly status: RunStatus;
  readonly statusReason: string;
  readonly phase: LivePhase;
  /** The epoch under way, 1 for the first. */
  readonly epoch: number;
  /** Epochs that the configuration names; null when the minutes or the steps decide. */
  readonly epochs: number | null;
  readonly step: number;
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  /** Null when the minutes decide. */
  readonly totalSteps: number | null;
  /** Share of the whole that is done, 0 to 1; null while unknown. */
  readonly progress: number | null;
  /** Of the last step; null before the first. */
  readonly loss: number | null;
  readonly charactersPerSecond: number;
  readonly secondsLeft: number | null;
  readonly engine: string;
  readonly device: string;
  readonly activeSeconds: number;
  readonly error: ErrorMessage | null;
}
