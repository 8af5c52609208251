/** Short words at the edge of the window: what was done (with a way back), and what went wrong. */
import { toErrorMessage } from '../../shared/errors.ts';
import type { ErrorMessage } from '../../shared/errors.ts';

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly error: ErrorMessage | null;
  /** Takes it back; the words on its button are the catalogue's. */
  readonly undo: (() => void) | null;
}

const STAY_MS = 8000;
const MOST = 4;

export class Notices {
  #lastId = 0;
  #list: readonly Notice[] = $state.raw([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  get list(): readonly Notice[] {
    return this.#list;
  }

  say(text: string, undo: (() => void) | null = null): void {
    this.#add({ text, error: null, undo });
  }

  /** Errors stay until they are put away. */
  fail(error: unknown): void {
    const message = toErrorMessage(error);
    if (message.code === 'cancelled') return;
    this.#add({ text: '', error: message, undo: null });
  }

  /** Runs what may fail, and says so when it does; resolves with null then. */
  async guard<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }

  /** While the pointer or the focus rests on it, a notice stays. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  release(id: number): void {
    const notice = this.#list.find((candidate) => candidate.id === id);
    if (notice !== undefined && notice.error === null) this.#startTimer(id);
  }

  #add(notice: Omit<Notice, 'id'>): void {
    const id = ++this.#lastId;
    this.#list = [...this.#list, { ...notice, id }].slice(-MOST);
    if (notice.error === null) this.#startTimer(id);
  }

  #startTimer(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), STAY_MS),
    );
  }
}
