/** The runs that were put away from the list, kept current while somebody looks. */
import type { FolioClient } from '../../../shared/contract/index.ts';
import type { RunSummary } from '../../../shared/domain.ts';

export class ArchivedRuns {
  readonly #client: FolioClient;
  #list: readonly RunSummary[] = $state.raw([]);
  #asked = 0;

  constructor(client: FolioClient) {
    this.#client = client;
  }

  get list(): readonly RunSummary[] {
    return this.#list;
  }

  /** Reads them now and after every change that may concern them; returns the way to stop. */
  watch(failed: (error: unknown) => void): () => void {
    const read = (): void => void this.#read().catch(failed);
    const leave = this.#client.subscribe('runs:changed', {}, (delivery) => {
      if (delivery.kind !== 'event') return;
      const { changed, gone } = delivery.event;
      // A run that leaves the list may have been archived, one that comes may have been brought back.
      const known = new Set(this.#list.map(({ id }) => id));
      if (gone.length > 0 || changed.some(({ id }) => known.has(id))) read();
    });
    read();
    return leave;
  }

  async #read(): Promise<void> {
    const asked = ++this.#asked;
    const list = await this.#client.request('runs:list', { archived: 'only' });
    if (asked === this.#asked) this.#list = list; // an answer that was overtaken is old
  }
}
