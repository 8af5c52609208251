/** Plays a filmstrip: one step after the other, until the end. */

export const SPEEDS = { slow: 1000, medium: 400, fast: 125 } as const;
export type Speed = keyof typeof SPEEDS;

export class Player {
  readonly #advance: (restart: boolean) => boolean;
  #timer: ReturnType<typeof setTimeout> | null = $state.raw(null);
  speed: Speed = $state('medium');

  /** @param advance shows the next epoch and says whether there is one after it; `restart`: from the beginning when at the end. */
  constructor(advance: (restart: boolean) => boolean) {
    this.#advance = advance;
  }

  get playing(): boolean {
    return this.#timer !== null;
  }

  toggle(): void {
    if (this.playing) this.stop();
    else this.#step(true);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #step(restart: boolean): void {
    this.#timer = this.#advance(restart) ? setTimeout(() => this.#step(false), SPEEDS[this.speed]) : null;
  }
}
