import { FolioError } from '../../shared/errors.ts';
import { IdBuffer } from '../model/id-buffer.ts';
import { type CharacterIds, Vocabulary } from '../model/vocabulary.ts';

/** Takes a text that arrives in pieces and holds it once, as ids. */
export class TextReceiver {
  readonly vocabulary: Vocabulary;
  /** The whole text; rejected when it cannot be read. */
  readonly ids: Promise<CharacterIds>;
  readonly #buffer: IdBuffer;
  readonly #settle: { resolve(ids: CharacterIds): void; reject(error: unknown): void };

  /** @param characters code points that will arrive */
  constructor(vocabulary: readonly string[] | Vocabulary, characters: number) {
    this.vocabulary = vocabulary instanceof Vocabulary ? vocabulary : new Vocabulary(vocabulary);
    this.#buffer = new IdBuffer(this.vocabulary, characters);
    const { promise, ...settle } = Promise.withResolvers<CharacterIds>();
    this.ids = promise;
    // Nobody may be waiting yet when it fails; whoever asks later still gets the error.
    promise.catch(() => undefined);
    this.#settle = settle;
  }

  /** @param bytes UTF-8 of whole code points */
  take(bytes: Uint8Array, last: boolean): void {
    try {
      this.#buffer.append(bytes);
      if (!last) return;
      const { ids } = this.#buffer;
      this.#settle.resolve(ids);
    } catch (error) {
      this.#settle.reject(error);
    }
  }

  /** @throws FolioError 'damaged' when fewer characters came than were announced. */
  async whole(characters: number): Promise<CharacterIds> {
    const ids = await this.ids;
    if (ids.length === characters) return ids;
    throw new FolioError('damaged', `the text has ${ids.length} characters where ${characters} were announced`);
  }
}
