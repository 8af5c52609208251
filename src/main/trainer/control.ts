/** What the person asked of a running job, as the job sees it between two steps. */
export class Control {
  #paused = false;
  #stopped = false;
  #wake: (() => void) | null = null;

  get paused(): boolean {
    return this.#paused && !this.#stopped;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  pause(): void {
    this.#paused = true;
  }

  continue(): void {
    this.#paused = false;
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Resolves when training is to go on, or to end. */
  async whilePaused(): Promise<void> {
    while (this.paused) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets waiting messages in: a step leaves the event loop no time of its own. */
  static breathe(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
