/** Texts on their way into the record, one after the other: from a dialog, or dropped on the page. */
import { runJob } from '../../../shared/contract/client.ts';
import type { ChosenFile } from '../../../shared/contract/app.ts';
import type { CorpusInfo } from '../../../shared/domain.ts';
import { toErrorMessage, type ErrorMessage } from '../../../shared/errors.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { nameOf } from './name.ts';

export interface Arrival {
  readonly id: number;
  readonly name: string;
  readonly state: 'waiting' | 'reading' | 'failed';
  readonly doneBytes: number;
  /** 0 while unknown. */
  readonly totalBytes: number;
  readonly error: ErrorMessage | null;
}

export class TextArrivals {
  readonly #folio: Folio;
  readonly #added: (corpus: CorpusInfo, before: boolean) => void;
  readonly #controllers = new Map<number, AbortController>();
  #list: readonly Arrival[] = $state.raw([]);
  #lastId = 0;
  #queue: Promise<void> = Promise.resolve();

  /** @param added is told of each text that is there now, and whether it was there before */
  constructor(folio: Folio, added: (corpus: CorpusInfo, before: boolean) => void) {
    this.#folio = folio;
    this.#added = added;
  }

  /** Those that wait, that are being read and that failed. */
  get list(): readonly Arrival[] {
    return this.#list;
  }

  async choose(): Promise<void> {
    const file = await this.#folio.notices.guard(() => this.#folio.connection.openFile('text'));
    if (file !== null) await this.#take(file.name, () => Promise.resolve(file));
  }

  async drop(files: readonly File[]): Promise<void> {
    await Promise.all(files.map((file) => this.#take(file.name, () => this.#folio.connection.adopt(file))));
  }

  /** Stops one that is under way; puts away one that failed. */
  dismiss(id: number): void {
    this.#controllers.get(id)?.abort();
    this.#controllers.delete(id);
    this.#list = this.#list.filter((arrival) => arrival.id !== id);
  }

  /** Resolves when it is there, or has failed, or was cancelled. */
  #take(name: string, choose: () => Promise<ChosenFile>): Promise<void> {
    const id = ++this.#lastId;
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    this.#list = [...this.#list, { id, name, state: 'waiting', doneBytes: 0, totalBytes: 0, error: null }];
    this.#queue = this.#queue.then(() => this.#read(id, choose, controller.signal));
    return this.#queue;
  }

  async #read(id: number, choose: () => Promise<ChosenFile>, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
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
      this.#added(corpus, known.has(corpus.id));
    } catch (error) {
      if (handle !== null) void client.request('files:release', { handle }).catch(() => undefined); // it may be gone already
      if (signal.aborted) return; // cancelled, and put away with that
      this.#change(id, { state: 'failed', error: toErrorMessage(error) });
    }
  }

  #change(id: number, change: Partial<Arrival>): void {
    this.#list = this.#list.map((arrival) => (arrival.id === id ? { ...arrival, ...change } : arrival));
  }
}
