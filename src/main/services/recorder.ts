/** Writes what a training reports into the record: steps in batches, checkpoints each in one transaction. */
import type { CheckpointInfo, Sample } from '../../shared/domain.ts';
import type { MetricPoint, RetentionPolicy, Store } from '../store/types.ts';
import type { CheckpointMessage, StepMessage } from '../trainer/messages.ts';
import { formatPosition } from './training-position.ts';

/** Steps are written at most this often, and with every checkpoint. */
const FLUSH_INTERVAL_MS = 1000;

export interface RecorderOptions {
  readonly store: Store;
  readonly runId: number;
  readonly policy: RetentionPolicy;
  readonly appVersion: string;
  /** Active seconds behind the first step to come. */
  readonly activeSeconds: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export interface RecordedCheckpoint {
  readonly info: CheckpointInfo;
  readonly bytesFreed: number;
  /** With the ids that the record gave them. */
  readonly samples: readonly Sample[];
}

export class Recorder {
  readonly #options: RecorderOptions;
  #pending: MetricPoint[] = [];
  #lastFlush: number;
  #activeSeconds: number;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#lastFlush = options.now();
    this.#activeSeconds = options.activeSeconds;
  }

  /** Seconds of training behind the last step or checkpoint, pauses excluded. */
  get activeSeconds(): number {
    return this.#activeSeconds;
  }

  /** Throws what the store throws. */
  step(message: StepMessage): void {
    this.#activeSeconds += message.milliseconds / 1000;
    this.#pending.push({
      step: message.step,
      epoch: message.epoch,
      loss: message.loss,
      gradientNorm: message.gradientNorm,
      learningRate: message.learningRate,
      milliseconds: message.milliseconds,
      activeSeconds: this.#activeSeconds,
    });
    if (this.#options.now() - this.#lastFlush >= FLUSH_INTERVAL_MS) this.flush();
  }

  /** Writes the steps that wait. Throws what the store throws. */
  flush(): void {
    this.#lastFlush = this.#options.now();
    if (this.#pending.length === 0) return;
    this.#options.store.appendMetrics(this.#options.runId, this.#pending);
    this.#pending = [];
  }

  /** The checkpoint, its epoch, its samples and the steps that wait, whole or not at all. Throws what the store throws. */
  checkpoint(message: CheckpointMessage, engine: string): RecordedCheckpoint {
    const { store, runId, policy, appVersion } = this.#options;
    const epoch = message.epoch?.epoch ?? message.position.epoch;
    const { info, bytesFreed } = store.recordCheckpoint(
      {
        runId,
        kind: message.kind,
        position: formatPosition(message.position),
        epoch,
        step: message.position.step,
        activeSeconds: message.position.activeSeconds,
        weights: message.weights,
        optimizer: message.optimizer,
        epochRecord: message.epoch,
        samples: message.samples.map((sample) => ({ ...sample, runId, epoch, origin: 'training', engine, appVersion })),
        metrics: this.#pending,
      },
      policy,
    );
    this.#pending = [];
    this.#lastFlush = this.#options.now();
    // The trainer's own count: it knows of validation and sampling too.
    this.#activeSeconds = Math.max(this.#activeSeconds, message.position.activeSeconds);
    return { info, bytesFreed, samples: this.#stored(message.samples.length) };
  }

  #stored(count: number): Sample[] {
    if (count === 0) return [];
    const training = this.#options.store.samples(this.#options.runId).filter(({ origin }) => origin === 'training');
    return training.sort((a, b) => a.id - b.id).slice(-count);
  }
}
