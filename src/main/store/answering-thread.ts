/** The side of a thread that asks: it is started by the first question and answers one after the other. */
import type { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';

import { fromErrorMessage, toErrorMessage, type ErrorMessage, type FolioError } from '../../shared/errors.ts';

type Thread = Pick<Worker, 'postMessage' | 'ref' | 'unref'> & Pick<EventEmitter, 'on'>;

/** How a thread ended by itself. */
export interface ThreadEnd {
  /** "ended with code 3" */
  readonly reason: string;
}

/** What a thread says when it cannot do what it was asked. */
export interface FailedAnswer {
  readonly type: 'failed';
  readonly error: ErrorMessage;
}

export interface AnsweringThreadOptions<T extends Thread> {
  /** Starts it: at the first message, and at the next one after it died. */
  readonly start: () => T;
  /** Ends it when it is closed, see thread-end.ts. */
  readonly end: (thread: T) => void;
  /** What those are told whose question it died over. */
  readonly death: (end: ThreadEnd) => FolioError;
  /** Is told when it has died by itself, be it that nobody had asked anything. */
  readonly died?: (error: FolioError) => void;
}

export class AnsweringThread<ToThread, Answer extends { readonly type: string }, T extends Thread = Worker> {
  readonly #options: AnsweringThreadOptions<T>;
  #thread: T | null = null;
  /** Why it is over for good. */
  #closed: FolioError | null = null;
  /** Answered in their order. */
  readonly #waiting: PromiseWithResolvers<Answer>[] = [];

  constructor(options: AnsweringThreadOptions<T>) {
    this.#options = options;
  }

  /**
   * Rejects with what the thread says, with `death` when it dies over this question, and with what `close` was given when that was
   * called, be it before.
   *
   * @param moved buffers of the question that are handed over instead of copied
   */
  ask(question: ToThread, moved: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    const waiting = Promise.withResolvers<Answer>();
    const thread = this.#post(question, moved);
    this.#waiting.push(waiting);
    thread.ref(); // the process lives until it has its answer
    return waiting.promise;
  }

  /** Says what needs no answer; nothing once it is closed. */
  tell(message: ToThread, moved: readonly ArrayBuffer[] = []): void {
    if (this.#closed === null) this.#post(message, moved);
  }

  /** The answer to the last question; null when none is waited for. */
  get lastAnswer(): Promise<Answer> | null {
    return this.#waiting.at(-1)?.promise ?? null;
  }

  /** Ends it for good. Who waits, or asks later, is told why. @param farewell what is to be done before that, when it runs */
  close(why: FolioError, farewell: () => void = () => undefined): void {
    if (this.#closed !== null) return;
    if (this.#thread !== null) farewell();
    this.#closed = why;
    if (this.#thread !== null) this.#options.end(this.#thread);
    this.#thread = null;
    this.#fail(why);
  }

  #post(message: ToThread, moved: readonly ArrayBuffer[]): T {
    const thread = (this.#thread ??= this.#start());
    thread.postMessage(message, moved);
    return thread;
  }

  #start(): T {
    const { start, death, died } = this.#options;
    const thread = start();
    thread.unref();
    thread.on('message', (message: Answer | FailedAnswer) => {
      if (this.#thread !== thread) return; // its end was told already, and the next answer is another's
      const waiting = this.#waiting.shift();
      if (this.#waiting.length === 0) thread.unref();
      if (isFailed(message)) waiting?.reject(fromErrorMessage(message.error));
      else waiting?.resolve(message);
    });
    const ended = (end: ThreadEnd): void => {
      if (this.#thread !== thread) return;
      this.#thread = null;
      const error = death(end);
      this.#fail(error);
      died?.(error);
    };
    thread.on('error', (error) => ended({ reason: `failed: ${toErrorMessage(error).message}` }));
    thread.on('exit', (code: number) => ended({ reason: `ended with code ${code}` }));
    return thread;
  }

  #fail(error: FolioError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function isFailed(message: { readonly type: string }): message is FailedAnswer {
  return message.type === 'failed';
}
