/** What was asked of the record about each run, by its id: kept while the screen is open, asked again when something changed. */
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';

export type Entry<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'failed'; readonly error: ErrorMessage };

export class ByRun<Value> {
  readonly #ask: (run: number) => Promise<Value>;
  #entries: ReadonlyMap<number, Entry<Value>> = $state.raw(new Map());
  readonly #asked = new Map<number, number>();
  #count = 0;

  constructor(ask: (run: number) => Promise<Value>) {
    this.#ask = ask;
  }

  entry(run: number): Entry<Value> {
    return this.#entries.get(run) ?? { state: 'loading' };
  }

  value(run: number): Value | null {
    const entry = this.#entries.get(run);
    return entry?.state === 'ready' ? entry.value : null;
  }

  /** Asks for what was not asked for yet. */
  async need(run: number): Promise<void> {
    if (!this.#asked.has(run)) await this.refresh(run);
  }

  /** Asks again; what is there stays until the answer comes. Only the newest answer counts. */
  async refresh(run: number): Promise<void> {
    const turn = ++this.#count;
    this.#asked.set(run, turn);
    let entry: Entry<Value>;
    try {
      entry = { state: 'ready', value: await this.#ask(run) };
    } catch (error) {
      entry = { state: 'failed', error: toErrorMessage(error) };
    }
    if (this.#asked.get(run) === turn) this.#entries = new Map(this.#entries).set(run, entry);
  }

  /** Asks again for all that was asked for of this run. */
  async renew(run: number): Promise<void> {
    if (this.#asked.has(run)) await this.refresh(run);
  }
}
