import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followTraining } from '../../../src/renderer/screens/compare/follow.ts';
import type { TrainingEvent } from '../../../src/shared/events.ts';

describe('following a training', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function start() {
    const listeners = new Set<(events: readonly TrainingEvent[]) => void>();
    const told: number[] = [];
    const leave = followTraining(
      {
        onEvents(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      (run) => told.push(run),
    );
    const say = (run: number, type: TrainingEvent['type']): void => {
      for (const listener of listeners) listener([{ run, type } as TrainingEvent]);
    };
    return { told, leave, say, listeners };
  }

  it('tells of each run at most once a second', () => {
    const { told, say } = start();
    for (const type of ['sample', 'sample', 'epoch', 'checkpoint'] as const) say(1, type);
    say(2, 'finished');
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([1, 2]);
    say(1, 'sample');
    vi.advanceTimersByTime(999);
    expect(told).toEqual([1, 2]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([1, 2, 1]);
  });

  it('passes over steps, which bring no text', () => {
    const { told, say } = start();
    say(1, 'step');
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([]);
  });

  it('says nothing after it was left', () => {
    const { told, say, leave, listeners } = start();
    say(1, 'epoch');
    leave();
    vi.advanceTimersByTime(5000);
    expect([told, listeners.size]).toEqual([[], 0]);
  });
});
