/** Tells, at most once a second for each run, that a training has something new in the record. */
import type { TrainingEvent } from '../../../shared/events.ts';

const EVERY_MS = 1000;
const NEWS: ReadonlySet<TrainingEvent['type']> = new Set(['epoch', 'sample', 'checkpoint', 'finished']);

export interface TellsEvents {
  onEvents(listener: (events: readonly TrainingEvent[]) => void): () => void;
}

/** Returns the way to stop. A run is told a second after its first news, so that what came with them is in the record, too. */
export function followTraining(training: TellsEvents, changed: (run: number) => void): () => void {
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  const leave = training.onEvents((events) => {
    for (const { run, type } of events) {
      if (!NEWS.has(type) || timers.has(run)) continue;
      timers.set(
        run,
        setTimeout(() => {
          timers.delete(run);
          changed(run);
        }, EVERY_MS),
      );
    }
  });
  return () => {
    leave();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
