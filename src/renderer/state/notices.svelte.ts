/** Short words at the edge of the window: what was done (with a way back), and what went wrong. */
import { toErrorMessage } from '../../shared/errors.ts';
import type { ErrorMessage } from '../../shared/errors.ts';
import type { ScreenName } from '../lib/routes.ts';

/** What a notice is about. When that is gone, so is the notice: its way back would lead nowhere. */
export type Subject = 'screen' | 'trash' | `run ${number}` | `corpus ${number}`;

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly error: ErrorMessage | null;
  /** Takes it back; the words on its button are the catalogue's. */
  readonly undo: (() => void) | null;
  readonly about: readonly Subject[];
}

/** What keeps a notice from going by itself. */
export type Hold = 'pointer' | 'focus';

const STAY_MS = 8000;
const MOST = 4;

export class Notices {
  #lastId = 0;
  #list: readonly Notice[] = $state.raw([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #screen: ScreenName | null = null;
  readonly #held = new Map<number, ReadonlySet<Hold>>();

  /** The newest last. */
  get list(): readonly Notice[] {
    return this.#list;
  }

  say(text: string, undo: (() => void) | null = null, about: readonly Subject[] = []): void {
    this.#add({ text, error: null, undo, about });
  }

  /** Errors stay until they are put away. */
  fail(error: unknown): void {
    this.failWith(toErrorMessage(error));
  }

  /** The same of an error that was told, not thrown. */
  failWith(error: ErrorMessage): void {
    if (error.code === 'cancelled') return;
    this.#add({ text: '', error, undo: null, about: [] });
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
    this.#held.delete(id);
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }

  /** Takes back what a notice tells of, and puts it away. */
  undo(id: number): void {
    this.#list.find((notice) => notice.id === id)?.undo?.();
    this.dismiss(id);
  }

  /** Puts away what was said of something that is gone, or has changed since. */
  withdraw(...gone: readonly Subject[]): void {
    for (const { id, about } of this.#list) if (about.some((subject) => gone.includes(subject))) this.dismiss(id);
  }

  /** Says where the person is now. The address also changes while they stay: what was said of the screen goes with the screen only. */
  at(screen: ScreenName): void {
    if (screen === this.#screen) return;
    const first = this.#screen === null;
    this.#screen = screen;
    if (!first) this.withdraw('screen');
  }

  /** While the pointer or the focus rests on it, a notice stays. */
  hold(id: number, by: Hold): void {
    clearTimeout(this.#timers.get(id));
    this.#held.set(id, new Set([...(this.#held.get(id) ?? []), by]));
  }

  /** Its time begins anew when nothing holds it any more. */
  release(id: number, by: Hold): void {
    const notice = this.#list.find((candidate) => candidate.id === id);
    if (notice === undefined) return;
    const held = new Set(this.#held.get(id) ?? []);
    held.delete(by);
    this.#held.set(id, held);
    if (held.size === 0 && notice.error === null) this.#startTimer(id);
  }

  #add(notice: Omit<Notice, 'id'>): void {
    const id = ++this.#lastId;
    for (const { id: old } of [...this.#list].slice(0, Math.max(0, this.#list.length - MOST + 1))) this.dismiss(old);
    this.#list = [...this.#list, { ...notice, id }];
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
