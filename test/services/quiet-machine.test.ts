import { describe, expect, it } from 'vitest';
import { onDisturbance } from '../../src/main/services/quiet-machine.ts';
import type { ActiveTraining } from '../../src/main/services/types.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';

/** Trainings that the test tells of, and what a measurement hears of them. */
function watched() {
  const listeners = new Set<(event: TrainingEvent) => void>();
  let active: ActiveTraining | null = null;
  const told: string[] = [];
  const training = {
    active: () => active,
    subscribe: (listener: (event: TrainingEvent) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const leave = onDisturbance(training, (why) => void told.push(why.message));
  const say = (event: TrainingEvent): void => [...listeners].forEach((listen) => listen(event));
  const train = (phase: string): void => {
    active = { runId: 3, handle: {} as never, snapshot: { name: 'Hamlet', phase } as never }; // nothing else of it is looked at
  };
  return { listeners, told, leave, say, train };
}

describe('a measurement', () => {
  it('is told once of a training that begins, and listens no more', () => {
    const { listeners, told, say } = watched();
    say({ run: 3, type: 'created', name: 'Hamlet' });
    expect(listeners.size).toBe(0);
    say({ run: 4, type: 'created', name: 'Macbeth' });
    expect(told).toEqual([expect.stringContaining('"Hamlet" is being trained')]);
  });

  it('is told once of one that goes on, and not of one that is paused', () => {
    const { listeners, told, say, train } = watched();
    train('paused');
    say({ run: 3, type: 'phase', phase: 'paused' });
    expect([told, listeners.size]).toEqual([[], 1]);
    train('training');
    say({ run: 3, type: 'phase', phase: 'training' });
    expect([told.length, listeners.size]).toEqual([1, 0]);
  });

  it('that is over hears nothing any more', () => {
    const { listeners, told, leave, say } = watched();
    leave();
    say({ run: 3, type: 'created', name: 'Hamlet' });
    expect([told, listeners.size]).toEqual([[], 0]);
  });
});
