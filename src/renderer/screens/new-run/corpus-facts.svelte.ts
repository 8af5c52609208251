/** What is known of the chosen text beyond its listing: its characters with their counts, and how it begins. */
import type { FolioClient } from '../../../shared/contract/index.ts';

export interface CorpusFacts {
  readonly corpus: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly vocabulary: ReadonlySet<string>;
  readonly opening: string;
}

const OPENING = 1200;

/** Facts of texts do not change: each is asked for once. */
export class CorpusLibrary {
  readonly #client: FolioClient;
  readonly #known = new Map<number, Promise<CorpusFacts>>();

  constructor(client: FolioClient) {
    this.#client = client;
  }

  facts(corpus: number): Promise<CorpusFacts> {
    const known = this.#known.get(corpus);
    if (known !== undefined) return known;
    const asked = this.#ask(corpus);
    this.#known.set(corpus, asked);
    asked.catch(() => this.#known.delete(corpus));
    return asked;
  }

  async #ask(corpus: number): Promise<CorpusFacts> {
    const [characters, opening] = await Promise.all([
      this.#client.request('corpora:characters', { id: corpus }),
      this.#client.request('corpora:excerpt', { id: corpus, characters: OPENING }),
    ]);
    const counts = new Map(characters);
    return { corpus, counts, vocabulary: new Set(counts.keys()), opening };
  }
}
