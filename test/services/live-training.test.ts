import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { liveAfter, MAX_STEPS, NewsFeed, startingTraining, thinned } from '../../src/main/services/live-training.ts';
import type { FeedClock, TrainingNews } from '../../src/main/services/live-training.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { REPORT, stepMessage } from '../support/fake-trainer.ts';

const run = 7;
const step = (number: number, change: Partial<ReturnType<typeof stepMessage>> = {}): TrainingEvent => ({
  ...stepMessage(number, change),
  run,
});
const after = (...events: readonly TrainingEvent[]) => events.reduce(liveAfter, startingTraining(run, 'hamlet'));
const plan = (change: object = {}): TrainingEvent => ({
  run,
  type: 'plan',
  config: { ...PRESETS.tutorial.config, ...change },
  stepsPerEpoch: 10,
  totalSteps: 100,
  trainingCharacters: 1,
  validationCharacters: 0,
  reason: null,
});

describe('where a training stands', () => {
  it('before anything has come, and with its engine and plan', () => {
    expect(after()).toMatchObject({
      run,
      name: 'hamlet',
      status: 'queued',
      phase: 'starting',
      loss: null,
      progress: null,
    });
    const live = after({ run, type: 'engine', report: REPORT, rejected: [] }, plan());
    expect(live).toMatchObject({
      engine: 'wasm',
      device: 'a test',
      epochs: 10,
      stepsPerEpoch: 10,
      totalSteps: 100,
      progress: 0,
    });
    expect(after(plan({ minutes: 3 })).epochs).toBeNull();
    expect(after(plan({ maxSteps: 3 })).epochs).toBeNull();
  });

  it('after steps: the last loss, a smoothed pace, the time, the share of the whole', () => {
    const live = after(
      plan(),
      step(1, { charactersPerSecond: 1000 }),
      step(2, { loss: 1.5, charactersPerSecond: 3000 }),
    );
    expect(live).toMatchObject({ step: 2, stepInEpoch: 2, loss: 1.5, charactersPerSecond: 1100, progress: 0.02 });
    expect(live.activeSeconds).toBeCloseTo(0.2, 12);
    const timed = after({ ...plan({ minutes: 1 }), totalSteps: null } as TrainingEvent, step(1, { secondsLeft: 0.3 }));
    expect(timed.progress).toBeCloseTo(0.25, 12);
  });

  it('at the end: its status, why, and the error', () => {
    const error = { code: 'diverged', message: 'NaN', hint: 'smaller steps' } as const;
    const end = { run, type: 'finished', reason: 'NaN', epochs: 1, steps: 14, seconds: 9, error } as const;
    expect(after(plan(), step(13), { ...end, status: 'failed' })).toMatchObject({
      status: 'failed',
      statusReason: 'NaN',
      phase: 'ended',
      step: 14,
      activeSeconds: 9,
      progress: 0.13,
      secondsLeft: null,
      error,
    });
    expect(after({ ...end, status: 'finished', error: null })).toMatchObject({ progress: 1, error: null });
  });
});

class FakeClock implements FeedClock {
  time = 0;
  #timers: { readonly at: number; readonly work: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.time + milliseconds, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.time);
    this.#timers = this.#timers.filter(({ at }) => at > this.time);
    for (const { work } of due) work();
  }
}

describe('what windows are told', () => {
  let clock: FakeClock;
  let feed: NewsFeed;
  let news: TrainingNews[];

  beforeEach(() => {
    clock = new FakeClock();
    feed = new NewsFeed(clock);
    news = [];
  });

  const say = (number: number): void => {
    feed.take(step(number), after(step(number)));
  };

  it('the first at once, then at most ten a second, nothing twice and nothing lost', () => {
    feed.subscribe((item) => news.push(item));
    for (let number = 1; number <= 1000; number++) {
      say(number);
      clock.pass(1); // 1000 steps in a second
    }
    clock.pass(100);
    expect(news.length).toBeGreaterThanOrEqual(10);
    expect(news.length).toBeLessThanOrEqual(12);
    expect(news[0]?.events).toHaveLength(1);
    const told = news.flatMap(({ events }) => events).flatMap((event) => (event.type === 'step' ? [event.step] : []));
    expect(told).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    for (const { live, events } of news) expect(events.at(-1)).toMatchObject({ step: live.step });
  });

  it('to everyone who listens then, and to nobody who has left', () => {
    const other: TrainingNews[] = [];
    const leave = feed.subscribe((item) => news.push(item));
    say(1);
    clock.pass(0);
    feed.subscribe((item) => other.push(item));
    say(2);
    clock.pass(100);
    leave();
    say(3);
    clock.pass(100);
    expect([news.length, other.length]).toEqual([2, 2]);
    feed.close();
    say(4);
    clock.pass(1000);
    expect(other).toHaveLength(2);
  });

  it('of very many steps the lowest and the highest of each stretch, every other event, all in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 50, arbitrary: fc.double({ min: 0, max: 9, noNaN: true }) }, fc.constant(null)), {
          minLength: 0,
          maxLength: 2000,
          size: 'max',
        }),
        (losses) => {
          const events = losses.map((loss, i): TrainingEvent =>
            loss === null ? { run, type: 'phase', phase: 'saving' } : step(i + 1, { loss }),
          );
          const kept = thinned(events);
          const steps = kept.filter((event) => event.type === 'step');
          expect(steps.length).toBeLessThanOrEqual(MAX_STEPS);
          expect(kept.filter(({ type }) => type === 'phase')).toHaveLength(
            losses.filter((loss) => loss === null).length,
          );
          expect(kept).toEqual(events.filter((event) => kept.includes(event)));
          const numbers = losses.filter((loss) => loss !== null);
          if (numbers.length === 0) return;
          const shown = steps.map(({ loss }) => loss);
          expect([Math.min(...shown), Math.max(...shown)]).toEqual([Math.min(...numbers), Math.max(...numbers)]);
        },
      ),
      { numRuns: 30 },
    );
  });
});
