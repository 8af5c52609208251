/**
 * Where the training under way stands, and what windows are told of it: its steps once a second, however fast they are, and everything
 * else within a tenth of a second.
 */
import { assertNever } from '../../shared/errors.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import type { LiveTraining } from '../../shared/live.ts';

type StepEvent = Extract<TrainingEvent, { type: 'step' }>;

/** Between two notifications. */
export const INTERVAL_MS = 100;
/**
 * The same where there is nothing new but steps. A window that draws them anew takes a hundredth of a second of a processor that the
 * training computes on, and nobody follows a number that changes more often.
 */
export const STEPS_INTERVAL_MS = 1000;
/** Steps in one notification: of more, the lowest and the highest loss of each stretch are kept. */
export const MAX_STEPS = 400;
/** Weight of the newest step in the pace: single steps jump about on a busy machine. */
const NEWEST = 1 / 20;

/** A training before its process has said anything. */
export function startingTraining(run: number, name: string): LiveTraining {
  return {
    run,
    name,
    status: 'queued',
    statusReason: '',
    phase: 'starting',
    epoch: 1,
    epochs: null,
    step: 0,
    stepInEpoch: 0,
    stepsPerEpoch: 0,
    totalSteps: null,
    progress: null,
    loss: null,
    charactersPerSecond: 0,
    secondsLeft: null,
    engine: '',
    device: '',
    activeSeconds: 0,
    error: null,
  };
}

/** The state after one more event of the same run. */
export function liveAfter(live: LiveTraining, event: TrainingEvent): LiveTraining {
  switch (event.type) {
    case 'created':
      return { ...live, run: event.run, name: event.name };
    case 'engine':
      return {
        ...live,
        engine: event.report.engine,
        device: event.report.device,
        phase: live.phase === 'trying-graphics' ? 'starting' : live.phase,
      };
    case 'plan': {
      const { epochs, minutes, maxSteps } = event.config;
      return {
        ...live,
        epochs: minutes > 0 || maxSteps > 0 ? null : epochs,
        stepsPerEpoch: event.stepsPerEpoch,
        totalSteps: event.totalSteps,
        progress: progressOf(live.step, event.totalSteps, live.activeSeconds, live.secondsLeft),
      };
    }
    case 'first-look':
      return live;
    case 'step':
      return afterStep(live, event);
    case 'phase':
      return { ...live, phase: event.phase };
    case 'epoch':
    case 'checkpoint':
      return live;
    case 'sample':
      return live;
    case 'status':
      return { ...live, status: event.status, statusReason: event.reason };
    case 'finished':
      return {
        ...live,
        status: event.status,
        statusReason: event.reason,
        phase: 'ended',
        step: event.steps,
        progress: event.status === 'finished' ? 1 : live.progress,
        secondsLeft: null,
        activeSeconds: event.seconds,
        error: event.error,
      };
    default:
      return assertNever(event, 'training event');
  }
}

function afterStep(live: LiveTraining, event: StepEvent): LiveTraining {
  const pace = live.charactersPerSecond;
  const activeSeconds = live.activeSeconds + event.milliseconds / 1000;
  return {
    ...live,
    epoch: event.epoch,
    step: event.step,
    stepInEpoch: event.stepInEpoch,
    progress: progressOf(event.step, live.totalSteps, activeSeconds, event.secondsLeft),
    loss: event.loss,
    charactersPerSecond: pace === 0 ? event.charactersPerSecond : pace + (event.charactersPerSecond - pace) * NEWEST,
    secondsLeft: event.secondsLeft,
    activeSeconds,
  };
}

function progressOf(step: number, totalSteps: number | null, active: number, left: number | null): number | null {
  if (totalSteps !== null) return totalSteps === 0 ? null : Math.min(1, step / totalSteps);
  return left === null || active + left === 0 ? null : active / (active + left);
}

export interface TrainingNews {
  readonly live: LiveTraining;
  /** In their order, since the last notification. */
  readonly events: readonly TrainingEvent[];
}

export interface FeedClock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls `work` after so many milliseconds; returns the way to cancel that. */
  after(milliseconds: number, work: () => void): () => void;
}

const SYSTEM_CLOCK: FeedClock = {
  now: () => performance.now(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Gathers events and hands them on together: at once when nothing was told for as long as they may wait, else when that has passed. */
export class NewsFeed {
  readonly #clock: FeedClock;
  readonly #listeners = new Set<(news: TrainingNews) => void>();
  #events: TrainingEvent[] = [];
  #live: LiveTraining | null = null;
  #lastTold = -Infinity;
  /** When the next notification is due; null while nothing waits. */
  #due: number | null = null;
  #cancel: () => void = () => undefined;

  constructor(clock: FeedClock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  /** Returns the way to leave. What happened before is in the state, not told again. */
  subscribe(listener: (news: TrainingNews) => void): () => void {
    const own = (news: TrainingNews): void => {
      listener(news);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  take(event: TrainingEvent, live: LiveTraining): void {
    if (this.#listeners.size === 0) return;
    this.#events.push(event);
    this.#live = live;
    const now = this.#clock.now();
    const due = Math.max(now, this.#lastTold + (event.type === 'step' ? STEPS_INTERVAL_MS : INTERVAL_MS));
    if (this.#due !== null && this.#due <= due) return;
    this.#cancel();
    this.#due = due;
    // (After this turn even when nothing has to be waited for: what comes together is told together.)
    this.#cancel = this.#clock.after(due - now, () => {
      this.#tell();
    });
  }

  close(): void {
    this.#cancel();
    this.#due = null;
    this.#events = [];
    this.#listeners.clear();
  }

  #tell(): void {
    this.#due = null;
    this.#lastTold = this.#clock.now();
    const live = this.#live;
    const events = thinned(this.#events);
    this.#events = [];
    if (live === null) return;
    for (const listener of this.#listeners) listener({ live, events });
  }
}

/** The events with at most {@link MAX_STEPS} steps: of every stretch of equally many its lowest and its highest loss stay. */
export function thinned(events: readonly TrainingEvent[]): readonly TrainingEvent[] {
  const steps = events.filter((event) => event.type === 'step');
  if (steps.length <= MAX_STEPS) return events;
  const kept = new Set<TrainingEvent>();
  const stretches = MAX_STEPS / 2;
  for (let i = 0; i < stretches; i++) {
    const stretch = steps.slice(
      Math.floor((i * steps.length) / stretches),
      Math.floor(((i + 1) * steps.length) / stretches),
    );
    kept.add(stretch.reduce((lowest, step) => (step.loss < lowest.loss ? step : lowest)));
    kept.add(stretch.reduce((highest, step) => (step.loss > highest.loss ? step : highest)));
  }
  return events.filter((event) => event.type !== 'step' || kept.has(event));
}
