/** What the watch over one training is made of. */
import type { TrainingEvent } from '../../shared/events.ts';
import type { Store } from '../store/types.ts';
import type { FromTrainer, TrainRequest } from '../trainer/messages.ts';
import type { AutoEngines } from './auto-engines.ts';
import type { Recorder } from './recorder.ts';
import type { Timeouts } from './trainer-link.ts';
import type { Resumption } from './training-outcome.ts';
import type { TrainerProcess } from './types.ts';

export type FinishedEvent = Extract<TrainingEvent, { type: 'finished' }>;
export type Ready = Extract<FromTrainer, { type: 'ready' }>;
/** Without the run that it is told of. */
export type EventBody = TrainingEvent extends infer Event
  ? Event extends TrainingEvent
    ? Omit<Event, 'run'>
    : never
  : never;

/** What a training is watched over with. */
export interface Supervision {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly process: TrainerProcess;
  readonly autoEngines: AutoEngines;
  readonly runId: number;
  readonly corpusId: number;
  readonly request: TrainRequest;
  /** Of a run that goes on; null for a new one. */
  readonly resumption: Resumption | null;
  /** The last whole checkpoint that the run starts with, in words ("epoch 3, step 500"); null for none. */
  readonly resumable: string | null;
  readonly listener: (event: TrainingEvent) => void;
  readonly timeouts: Timeouts;
}
