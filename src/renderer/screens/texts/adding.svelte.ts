/** Texts on their way into the record, one after the other: from a dialog, or dropped on the page. */
import { runJob } from '../../../shared/contract/client.ts';
import type { ChosenFile } from '../../../shared/contract/app.ts';
import type { CorpusInfo } from '../../../shared/domain.ts';
import { toErrorMessage, type ErrorMessage } from '../../../shared/errors.ts';
import { isWeights, nameOf } from '../../lib/text-name.ts';
import type { Folio } from '../../state/folio.svelte.ts';

export interface Arrival {
  readonly id: number;
  readonly name: string;
  readonly state: 'waiting' | 'reading' | 'failed';
  readonly doneBytes: number;
  /** 0 while unknown. */
  readonly totalBytes: number;
  readonly error: ErrorMessage | null;
}

/** A text that is there now, and whether it was there before. */
export interface Arrived {
  readonly corpus: CorpusInfo;
  readonly before: boolean;
}

export class TextArrivals {
  readonly #folio: Folio;
  readonly #arrived: (texts: readonly Arrived[]) => void;
  readonly #controllers = new Map<number, AbortController>();
  #list: readonly Arrival[] = $state.raw([]);
  #onItsWay: string | null = $state(null);
  #lastId = 0;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param arrived is told of the texts that were chosen together, once all of them have come or failed */
  constructor(folio: Folio, arrived: (texts: readonly Arrived[]) => void) {
    this.#folio = folio;
    this.#arrived = arrived;
  }

  /** Those that wait, that are being read and that failed. */
  get list(): readonly Arrival[] {
    return this.#list;
  }

  /** The name of a chosen file that a browser is handing over; null when none is. */
  get onItsWay(): string | null {
    return this.#onItsWay;
  }

  async choose(): Promise<void> {
    const { connection, notices } = this.#folio;
    const file = await notices.guard(() => connection.openFile('text', (name) => (this.#onItsWay = name)));
    this.#onItsWay = null;
    if (file !== null) await this.#take([{ name: file.name, choose: () => Promise.resolve(file) }]);
  }

  async drop(files: readonly File[]): Promise<void> {
    const { connection, notices, words } = this.#folio;
    const weights = files.filter(({ name }) => isWeights(name));
    const texts = files.filter((file) => !weights.includes(file));
    if (weights.length > 0)
      notices.say(words.texts.weightsElsewhere(words.common.listed(weights.map(({ name }) => name))));
    await this.#take(texts.map((file) => ({ name: file.name, choose: () => connection.adopt(file) })));
  }

  /** Stops one that is under way; puts away one that failed. */
  dismiss(id: number): void {
    this.#controllers.get(id)?.abort();
    this.#controllers.delete(id);
    this.#list = this.#list.filter((arrival) => arrival.id !== id);
  }

  /** Puts away those that failed: all of them, or those of this file. */
  forgetFailed(file?: string): void {
    this.#list = this.#list.filter(({ name, state }) => state !== 'failed' || (file !== undefined && name !== file));
  }

  /** Stops all that wait. */
  dismissWaiting(): void {
    for (const { id, state } of this.#list) if (state === 'waiting') this.dismiss(id);
  }

  async #take(files: readonly { readonly name: string; readonly choose: () => Promise<ChosenFile> }[]): Promise<void> {
    const coming = files.map(({ name, choose }) => {
      this.forgetFailed(name); // it is tried again
      const id = ++this.#lastId;
      const controller = new AbortController();
      this.#controllers.set(id, controller);
      this.#list = [...this.#list, { id, name, state: 'waiting', doneBytes: 0, totalBytes: 0, error: null }];
      const reading = this.#queue.then(() => this.#read(id, choose, controller.signal));
      this.#queue = reading;
      return reading;
    });
    const texts = (await Promise.all(coming)).filter((text) => text !== null);
    if (texts.length > 0) this.#arrived(texts);
  }

  /** Null when it failed, which is shown, or was cancelled. */
  async #read(id: number, choose: () => Promise<ChosenFile>, signal: AbortSignal): Promise<Arrived | null> {
    if (signal.aborted) return null;
    const { client, corpora } = this.#folio;
    let handle: string | null = null;
    try {
      this.#change(id, { state: 'reading' });
      const file = await choose();
      handle = file.handle;
      this.#change(id, { totalBytes: file.bytes ?? 0 });
      const known = new Set(corpora.list.map((corpus) => corpus.id));
      const payload = { file: file.handle, name: nameOf(file.name) };
      const corpus = await runJob(client, 'corpora:add', payload, (read) => this.#change(id, read), signal);
      this.dismiss(id);
      return { corpus, before: known.has(corpus.id) };
    } catch (error) {
      if (handle !== null) void client.request('files:release', { handle }).catch(() => undefined); // it may be gone already
      // A cancelled one was put away with that.
      if (!signal.aborted) this.#change(id, { state: 'failed', error: toErrorMessage(error) });
      return null;
    }
  }

  #change(id: number, change: Partial<Arrival>): void {
    this.#list = this.#list.map((arrival) => (arrival.id === id ? { ...arrival, ...change } : arrival));
  }
}
