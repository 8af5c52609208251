/** What a resume was refused with: the run stays as it was, so that neither its state nor its page tell it. */
import type { ErrorMessage } from '../../shared/errors.ts';
import type { TrainingEvent } from '../../shared/events.ts';

/** The errors among these events that their runs' own reasons do not say. */
export function refusalsIn(events: readonly TrainingEvent[]): ErrorMessage[] {
  return events.flatMap((event) =>
    event.type === 'finished' && event.error !== null && event.error.message !== event.reason ? [event.error] : [],
  );
}
