/** A trainer in this process, for tests that decide themselves what it says and when it dies. */
import type { TrainerProcess } from '../../src/main/services/types.ts';
import type { CheckpointMessage, FromTrainer, StepMessage, ToTrainer } from '../../src/main/trainer/messages.ts';
import type { EngineReport } from '../../src/shared/domain.ts';

export const REPORT: EngineReport = {
  engine: 'wasm',
  device: 'a test',
  available: true,
  reason: '',
  selfTest: 'passed',
  gflops: 1,
  mixedPays: false,
  details: {},
};

export class FakeTrainer implements TrainerProcess {
  readonly pid = 4711;
  readonly sent: ToTrainer[] = [];
  readonly kills: string[] = [];
  /** What every `send` waits for. */
  gate: Promise<void> = Promise.resolve();
  /** Whether SIGTERM ends it, as SIGKILL does. */
  deaf = false;
  #onMessage: (message: FromTrainer) => void = () => undefined;
  #onExit: (code: number | null, signal: string | null, stderr: string) => void = () => undefined;
  #onSent: () => void = () => undefined;
  #gone = false;

  async send(message: ToTrainer): Promise<void> {
    this.sent.push(message);
    this.#onSent();
    await this.gate;
  }

  onMessage(listener: (message: FromTrainer) => void): void {
    this.#onMessage = listener;
  }

  onExit(listener: (code: number | null, signal: string | null, stderr: string) => void): void {
    this.#onExit = listener;
  }

  kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void {
    this.kills.push(signal);
    if (!this.deaf || signal === 'SIGKILL') {
      queueMicrotask(() => {
        this.exit(null, signal);
      });
    }
  }

  /** As if the process had said it. */
  say(...messages: readonly FromTrainer[]): void {
    for (const message of messages) this.#onMessage(message);
  }

  exit(code: number | null, signal: string | null = null, stderr = ''): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#onExit(code, signal, stderr);
  }

  /** The first message of a type, now or when it comes. */
  async received<T extends ToTrainer['type']>(type: T): Promise<Extract<ToTrainer, { type: T }>> {
    for (;;) {
      const found = this.sent.find((message) => message.type === type);
      if (found !== undefined) return found as Extract<ToTrainer, { type: T }>;
      await new Promise<void>((resolve) => (this.#onSent = resolve));
    }
  }
}

export const READY: FromTrainer = { type: 'ready', report: REPORT, rejected: [] };

export function stepMessage(step: number, change: Partial<StepMessage> = {}): StepMessage {
  return {
    type: 'step',
    epoch: 1,
    step,
    stepInEpoch: step,
    loss: 4 / step,
    gradientNorm: null,
    learningRate: 0.001,
    milliseconds: 100,
    charactersPerSecond: 1000,
    secondsLeft: null,
    ...change,
  };
}

/** At the end of an epoch of 10 steps; or, without an epoch, a recovery checkpoint at `step`. */
export function checkpointMessage(
  at: { readonly epoch: number } | { readonly step: number },
  change: Partial<CheckpointMessage> = {},
): CheckpointMessage {
  const ended = 'epoch' in at ? at.epoch : null;
  const step = 'epoch' in at ? at.epoch * 10 : at.step;
  return {
    type: 'checkpoint',
    kind: ended === null ? 'recovery' : 'epoch',
    position: {
      step,
      epoch: (ended ?? Math.floor(step / 10)) + 1,
      stepInEpoch: ended === null ? step % 10 : 0,
      activeSeconds: step,
      lossSum: 0,
      epochSeconds: 0,
      bestValidationLoss: null,
      bestEpoch: null,
      epochsWithoutImprovement: 0,
    },
    epoch:
      ended === null
        ? null
        : {
            epoch: ended,
            steps: 10,
            complete: true,
            trainLoss: 2,
            validationLoss: null,
            seconds: 10,
            charactersPerSecond: 1000,
            learningRate: 0.001,
          },
    samples: [],
    weights: new Uint8Array([1, step]),
    optimizer: new Uint8Array([2, step]),
    ...change,
  };
}
