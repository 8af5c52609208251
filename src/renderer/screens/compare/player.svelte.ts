/** Plays a filmstrip: one step after the other, until the end. */

export const SPEEDS = { slow: 1000, medium: 400, fast: 125 } as const;
export type Speed = keyof typeof SPEEDS;

/**
 * The index that playing goes to from `here` among `count` frames; null where there is none.
 *
 * @param restart from the beginning when it is at the end: someone pressed play there
 */
export function nextFrame(here: number, count: number, restart: boolean): number | null {
  if (count < 2) return null;
  if (here < count - 1) return here + 1;
  return restart ? 0 : null;
}

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
