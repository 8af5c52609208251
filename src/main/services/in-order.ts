/** Does one thing after the other, in the order in which they came: what takes time holds up what comes after it. */
export class InOrder {
  readonly #waiting: (() => Promise<void> | undefined)[] = [];
  #busy = false;

  /** @param work done at once where nothing is under way; undefined when it is done on return. A promise that it returns never rejects. */
  do(work: () => Promise<void> | undefined): void {
    this.#waiting.push(work);
    if (!this.#busy) this.#next();
  }

  #next(): void {
    for (let work = this.#waiting.shift(); work !== undefined; work = this.#waiting.shift()) {
      this.#busy = true;
      const taking = work();
      if (taking !== undefined) {
        void taking.then(() => {
          this.#busy = false;
          this.#next();
        });
        return;
      }
      this.#busy = false;
    }
  }
}
