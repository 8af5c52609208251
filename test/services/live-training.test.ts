import { beforeEach, describe, expect, it } from 'vitest';
import {
  INTERVAL_MS,
  liveAfter,
  MAX_STEPS,
  NewsFeed,
  startingTraining,
  STEPS_INTERVAL_MS,
  thinned,
} from '../../src/main/services/live-training.ts';
import type { FeedClock, TrainingNews } from '../../src/main/services/live-training.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { REPORT, stepMessage } from '../support/fake-trainer.ts';
import fc from '../property.ts';

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

  it('of steps the first at once, then once a second, nothing twice and nothing lost', () => {
    feed.subscribe((item) => news.push(item));
    for (let number = 1; number <= 900; number++) {
      say(number);
      clock.pass(4); // 250 steps in a second, of which none is left out
    }
    clock.pass(STEPS_INTERVAL_MS);
    expect(news.length).toBeGreaterThanOrEqual(4);
    expect(news.length).toBeLessThanOrEqual(5);
    expect(news[0]?.events).toHaveLength(1);
    const told = news.flatMap(({ events }) => events).flatMap((event) => (event.type === 'step' ? [event.step] : []));
    expect(told).toEqual(Array.from({ length: 900 }, (_, i) => i + 1));
    for (const { live, events } of news) expect(events.at(-1)).toMatchObject({ step: live.step });
  });

  it('of everything else within a tenth of a second, with the steps before it', () => {
    feed.subscribe((item) => news.push(item));
    say(1);
    clock.pass(0);
    say(2);
    clock.pass(300);
    expect(news).toHaveLength(1);
    const saving: TrainingEvent = { run, type: 'phase', phase: 'saving' };
    feed.take(saving, after(step(2), saving));
    clock.pass(0);
    expect(news[1]).toMatchObject({ live: { step: 2, phase: 'saving' }, events: [{ step: 2 }, saving] });
    feed.take(saving, after(step(2), saving));
    clock.pass(INTERVAL_MS - 1);
    expect(news).toHaveLength(2);
    clock.pass(1);
    expect(news).toHaveLength(3);
    clock.pass(STEPS_INTERVAL_MS); // what was put off for the steps is not told again
    expect(news).toHaveLength(3);
  });

  it('to everyone who listens then, and to nobody who has left', () => {
    const other: TrainingNews[] = [];
    const leave = feed.subscribe((item) => news.push(item));
    say(1);
    clock.pass(0);
    feed.subscribe((item) => other.push(item));
    say(2);
    clock.pass(STEPS_INTERVAL_MS);
    leave();
    say(3);
    clock.pass(STEPS_INTERVAL_MS);
    expect([news.length, other.length]).toEqual([2, 2]);
    feed.close();
    say(4);
    clock.pass(STEPS_INTERVAL_MS);
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
