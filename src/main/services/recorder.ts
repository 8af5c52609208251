/** Writes what a training reports into the record: steps in batches, checkpoints each in one transaction. */
import { CheckpointParts } from '../store/checkpoint-parts.ts';
import type { CheckpointWriter, StoredCheckpoint } from '../store/checkpoint-writer.ts';
import type { MetricPoint, NewCheckpoint, RetentionPolicy, Store } from '../store/types.ts';
import type { CheckpointMessage, FromTrainer, StepMessage } from '../trainer/messages.ts';
import { formatPosition } from './training-position.ts';

/** Steps are written at most this often, and with every checkpoint. */
const FLUSH_INTERVAL_MS = 1000;

export interface RecorderOptions {
  readonly store: Store;
  /** Stores checkpoints in a thread of its own; null stores them in this one, before `checkpoint` returns. */
  readonly writer: Pick<CheckpointWriter, 'piece' | 'record'> | null;
  readonly runId: number;
  readonly policy: RetentionPolicy;
  readonly appVersion: string;
  /** Active seconds behind the first step to come. */
  readonly activeSeconds: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #parts = new CheckpointParts();
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

  /** Takes the next bytes of the checkpoint to come. */
  piece({ part, bytes }: Extract<FromTrainer, { type: 'checkpoint-piece' }>): void {
    const { writer } = this.#options;
    if (writer === null) this.#parts.add(part, bytes);
    else writer.piece(part, bytes);
  }

  /**
   * The checkpoint, its epoch, its samples and the steps that wait, whole or not at all. Throws, or rejects with, what the store
   * throws. Nothing else is to be recorded until a promise is settled.
   */
  checkpoint(message: CheckpointMessage, engine: string): StoredCheckpoint | Promise<StoredCheckpoint> {
    const { store, writer, policy } = this.#options;
    const sizes = message.inPieces ?? null;
    const checkpoint = this.#checkpointOf(message, engine);
    this.#pending = [];
    this.#lastFlush = this.#options.now();
    // The trainer's own count: it knows of validation and sampling too.
    this.#activeSeconds = Math.max(this.#activeSeconds, message.position.activeSeconds);
    if (writer !== null) return writer.record(checkpoint, policy, sizes);
    return store.recordCheckpoint(sizes === null ? checkpoint : { ...checkpoint, ...this.#parts.take(sizes) }, policy);
  }

  #checkpointOf(message: CheckpointMessage, engine: string): NewCheckpoint {
    const { runId, appVersion } = this.#options;
    const { kind, position, weights, optimizer, sha256, epoch: epochRecord } = message;
    const epoch = epochRecord?.epoch ?? position.epoch;
    return {
      runId,
      kind,
      position: formatPosition(position),
      epoch,
      step: position.step,
      activeSeconds: position.activeSeconds,
      weights,
      optimizer,
      ...(sha256 === undefined ? {} : { sha256 }),
      epochRecord,
      samples: message.samples.map((sample) => ({ ...sample, runId, epoch, origin: 'training', engine, appVersion })),
      metrics: this.#pending,
    };
  }
}
