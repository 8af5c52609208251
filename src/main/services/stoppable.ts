/** Work that a person began and can cancel, and that the program can stop as well: what is told then is why. */
import type { FolioError } from '../../shared/errors.ts';

interface Work {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

export class Stoppable {
  readonly #work = new Set<Work>();

  /**
   * Does work that ends early when either is aborted: the person's signal, or its own by {@link stop}.
   *
   * @param work is given both in one signal, and asks `stopped` why it was stopped: null when it was not
   * @throws the reason, where it was stopped and has nothing to show for it, and what `work` throws
   */
  async during<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal, stopped: () => FolioError | null) => Promise<T>,
  ): Promise<T> {
    const stop = new AbortController();
    const stopped = (): FolioError | null => (stop.signal.aborted ? (stop.signal.reason as FolioError) : null); // see below
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const own: Work = { stop, ended: promise };
    this.#work.add(own);
    try {
      return await work(AbortSignal.any([signal, stop.signal]), stopped);
    } catch (error) {
      throw stopped() ?? error;
    } finally {
      this.#work.delete(own);
      resolve(undefined);
    }
  }

  /**
   * Stops all that is under way.
   *
   * @param reason what is told of it
   * @returns settles when it has ended, with what it had; null when there is none
   */
  stop(reason: FolioError): Promise<void> | null {
    if (this.#work.size === 0) return null;
    const all = [...this.#work];
    for (const { stop } of all) stop.abort(reason);
    return Promise.all(all.map(({ ended }) => ended)).then(() => undefined);
  }
}
