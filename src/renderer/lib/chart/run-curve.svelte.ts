/** One run's curve as a chart wants it: asked for in the detail that the pixels show, grown live, asked for again when it has grown too long. */
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { FolioClient } from '../../../shared/contract/index.ts';
import type { Curve, CurveAxis } from '../../../shared/curve.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { appendEpoch, appendSteps, type StepEvent } from './live-curve.ts';
import type { ChartRange } from './series.ts';

export interface CurveWish {
  readonly axis: CurveAxis;
  /** Weight of the past in the moving average. */
  readonly smoothing: number;
  /** About twice the pixels of the chart's width. */
  readonly points: number;
  /** Null for all of it. */
  readonly range: ChartRange | null;
}

/** Steps that were told before the answer came, and are newer than it: no more than these are remembered. */
const MOST_HEARD = 4000;

export class RunCurve {
  readonly #client: FolioClient;
  readonly run: number;
  #curve: Curve | null = $state.raw(null);
  #error: ErrorMessage | null = $state.raw(null);
  #wish: CurveWish | null = null;
  #asking = false;
  #again = false;
  #heard: StepEvent[] = [];

  constructor(client: FolioClient, run: number) {
    this.#client = client;
    this.run = run;
  }

  /** Null until it was read. While another part or axis is read, the last one stays. */
  get curve(): Curve | null {
    return this.#curve;
  }

  get error(): ErrorMessage | null {
    return this.#error;
  }

  /** Says what is to be shown; asking for the same twice asks once. */
  ask(wish: CurveWish): void {
    if (JSON.stringify(wish) === JSON.stringify(this.#wish)) return;
    this.#wish = wish;
    void this.#read();
  }

  /** Reads it again: after a run went back to a checkpoint, say. */
  refresh(): void {
    if (this.#wish !== null) void this.#read();
  }

  /** Takes what a training tells; events of other runs are passed over. */
  hear(events: readonly TrainingEvent[]): void {
    const steps: StepEvent[] = [];
    for (const event of events) {
      if (event.run !== this.run) continue;
      if (event.type === 'step') steps.push(event);
      else if (event.type === 'created' || event.type === 'plan') {
        this.#heard = [];
        this.refresh();
      } else if (event.type === 'epoch' && this.#curve !== null) {
        this.#grow(steps.splice(0));
        this.#curve = appendEpoch(this.#curve, event);
      } else if (event.type === 'finished') this.refresh();
    }
    if (steps.length > 0) this.#grow(steps);
  }

  #grow(steps: readonly StepEvent[]): void {
    this.#heard.push(...steps);
    if (this.#heard.length > MOST_HEARD) this.#heard.splice(0, this.#heard.length - MOST_HEARD);
    const wish = this.#wish;
    if (this.#curve === null || wish === null || wish.range !== null) return; // a part of the past does not grow
    this.#curve = appendSteps(this.#curve, steps, wish.smoothing);
    if (this.#curve.x.length > 2 * wish.points) void this.#read();
  }

  async #read(): Promise<void> {
    const wish = this.#wish;
    if (wish === null) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      const { axis: x, smoothing, points, range } = wish;
      const beyond = range === null ? 0 : (range.to - range.from) / 50; // so that lines run on to the edges
      const part = range === null ? {} : { from: Math.max(0, range.from - beyond), to: Math.max(0, range.to + beyond) };
      const curve = await this.#client.request('runs:curve', { id: this.run, x, smoothing, points, ...part });
      const last = curve.step.at(-1) ?? 0;
      if (range === null) this.#heard = this.#heard.filter(({ step }) => step > last);
      this.#curve = range === null ? appendSteps(curve, this.#heard, smoothing) : curve;
      this.#error = null;
    } catch (error) {
      this.#error = toErrorMessage(error);
    } finally {
      this.#asking = false;
    }
    if (!this.#again) return;
    this.#again = false;
    void this.#read();
  }
}
