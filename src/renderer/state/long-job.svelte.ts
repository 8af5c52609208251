/** Long work that goes on while one looks at another screen: how far it is, how it ended, and the way to cancel it. */
import { toErrorMessage } from '../../shared/errors.ts';
import type { ErrorMessage } from '../../shared/errors.ts';

export class LongJob<Progress, Result> {
  #abort: AbortController | null = $state.raw(null);
  #progress: Progress | null = $state.raw(null);
  #failure: ErrorMessage | null = $state.raw(null);
  #result: Result | null = $state.raw(null);

  get running(): boolean {
    return this.#abort !== null;
  }

  get progress(): Progress | null {
    return this.#progress;
  }

  /** Of the last time; what was cancelled did not fail. */
  get failure(): ErrorMessage | null {
    return this.#failure;
  }

  get result(): Result | null {
    return this.#result;
  }

  /** One at a time: nothing happens while one is under way. `work` resolves with null when the person thought better of it. */
  async start(
    work: (heard: (progress: Progress) => void, signal: AbortSignal) => Promise<Result | null>,
  ): Promise<void> {
    if (this.#abort !== null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#progress = null;
    this.#failure = null;
    this.#result = null;
    try {
      const heard = (progress: Progress): void => {
        this.#progress = progress;
      };
      this.#result = await work(heard, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) this.#failure = toErrorMessage(error);
    } finally {
      this.#abort = null;
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Puts away a failure that was read. */
  forget(): void {
    this.#failure = null;
  }

  /** Puts away a result that is true no more. */
  forgetResult(): void {
    this.#result = null;
  }

  /** Puts away how it ended. */
  reset(): void {
    this.#failure = null;
    this.#result = null;
  }
}
