import { FolioError } from '../../shared/errors.ts';

/**
 * Something large on its way to whoever needs it once, at the beginning of something long: all who passed it on hold nothing of it
 * afterwards. (A function that waits holds its arguments until it is done.)
 */
export class Handover<T> {
  #held: { readonly what: T } | null;

  constructor(what: T) {
    this.#held = { what };
  }

  /** Throws FolioError 'internal' the second time. */
  take(): T {
    const held = this.#held;
    this.#held = null;
    if (held === null) throw new FolioError('internal', 'what was handed over once is gone');
    return held.what;
  }
}
