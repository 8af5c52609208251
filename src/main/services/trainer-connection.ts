/** Questions to a process that owns tensors, one at a time, each with its answer or the reason why there is none. */
import { FolioError, fromErrorMessage } from '../../shared/errors.ts';
import type { FromTrainer, ToTrainer } from '../trainer/messages.ts';
import { trainerDied } from './trainer-exit.ts';
import type { TrainerExit } from './trainer-exit.ts';
import type { TrainerProcess } from './types.ts';

interface Waiting {
  readonly take: (message: FromTrainer) => void;
  readonly reject: (error: unknown) => void;
}

export class TrainerConnection {
  readonly #process: TrainerProcess;
  /** "the generation process", for messages. */
  readonly #who: string;
  /** Resolves when the process is gone. */
  readonly #gone: Promise<void>;
  #isGone = false;
  #waiting: Waiting | null = null;
  #exit: TrainerExit | null = null;
  /** Why it no longer answers: it died, or this side ended it. */
  #end: FolioError | null = null;

  constructor(process: TrainerProcess, who: string) {
    this.#process = process;
    this.#who = who;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gone = promise;
    process.onMessage((message) => {
      if (message.type === 'error') this.#fail(fromErrorMessage(message.error));
      else this.#waiting?.take(message);
    });
    process.onExit((code, signal, stderr) => {
      // One that this side ended did not die.
      if (this.#end === null) this.#exit = { code, signal, stderr };
      this.#end ??= trainerDied(who, { code, signal, stderr });
      this.#isGone = true;
      this.#fail(this.#end);
      resolve();
    });
  }

  /** Whether questions can still be asked. */
  get alive(): boolean {
    return this.#end === null;
  }

  /** How it ended by itself; null when it did not. */
  get exit(): TrainerExit | null {
    return this.#exit;
  }

  /** For what needs no answer. A process that is gone is found out by the question that waits. */
  tell(message: ToTrainer): void {
    this.#process.send(message).catch(() => undefined);
  }

  /**
   * Asks, and resolves with the first value that `answer` makes of a message (undefined: not this one).
   *
   * @throws FolioError the error that the process reports, 'trainer-died' when it dies, whatever `send` or `answer` throws.
   */
  async ask<T>(
    send: (send: TrainerProcess['send']) => Promise<void>,
    answer: (message: FromTrainer) => T | undefined,
  ): Promise<T> {
    if (this.#waiting !== null) throw new FolioError('internal', `${this.#who} was asked two things at once`);
    if (this.#end !== null) throw this.#end;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const take = (message: FromTrainer): void => {
      try {
        const value = answer(message);
        if (value !== undefined) resolve(value);
      } catch (error) {
        reject(error);
      }
    };
    const waiting: Waiting = { take, reject };
    this.#waiting = waiting;
    const stillAsking = async (message: ToTrainer): Promise<void> => {
      // Thrown into the sender, whom nobody waits for any more.
      if (this.#waiting !== waiting)
        throw new FolioError('cancelled', 'the question was answered before it was all asked');
      await this.#process.send(message);
    };
    try {
      // What stops the sending (a text that cannot be read, say) stops the question.
      send(stillAsking).catch((error: unknown) => {
        reject(error);
      });
      return await promise;
    } finally {
      this.#waiting = null;
    }
  }

  /** Ends the process; a question that waits is rejected with the reason. Resolves when it is gone. */
  end(reason: FolioError, signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    this.#end ??= reason;
    if (!this.#isGone) this.#process.kill(signal);
    return this.#gone;
  }

  #fail(error: unknown): void {
    this.#waiting?.reject(error);
  }
}
