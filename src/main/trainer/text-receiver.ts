import { FolioError } from '../../shared/errors.ts';
import { IdBuffer } from '../model/id-buffer.ts';
import { type CharacterIds, Vocabulary } from '../model/vocabulary.ts';

/** Takes a text that arrives in pieces and holds it once, as ids. */
export class TextReceiver {
  readonly vocabulary: Vocabulary;
  /** The whole text; rejected with a FolioError when it cannot be read or fewer characters came than were announced. */
  readonly ids: Promise<CharacterIds>;
  readonly #buffer: IdBuffer;
  readonly #characters: number;
  readonly #settle: { resolve(ids: CharacterIds): void; reject(error: unknown): void };

  /** @param characters code points that will arrive */
  constructor(vocabulary: readonly string[] | Vocabulary, characters: number) {
    this.vocabulary = vocabulary instanceof Vocabulary ? vocabulary : new Vocabulary(vocabulary);
    this.#buffer = new IdBuffer(this.vocabulary, characters);
    this.#characters = characters;
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
      if (ids.length < this.#characters) throw tooShort(ids.length, this.#characters);
      this.#settle.resolve(ids);
    } catch (error) {
      this.#settle.reject(error);
    }
  }
}

function tooShort(characters: number, announced: number): FolioError {
  return new FolioError('damaged', `the text has ${characters} characters where ${announced} were announced`);
}
