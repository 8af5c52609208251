/** What is shown of one text: how it begins, and its characters once they are counted. */
import type { FolioClient } from '../../../shared/contract/index.ts';
import { toErrorMessage, type ErrorMessage } from '../../../shared/errors.ts';
import { pictureOf, type CharacterPicture } from './characters.ts';

/** Characters of the opening: a long text is never sent whole. */
const OPENING = 2400;

export class TextReading {
  #opening: string | null = $state(null);
  #picture: CharacterPicture | null = $state.raw(null);
  #error: ErrorMessage | null = $state.raw(null);

  constructor(client: FolioClient, corpus: number) {
    const failed = (error: unknown): void => {
      this.#error = toErrorMessage(error);
    };
    client.request('corpora:excerpt', { id: corpus, characters: OPENING }).then((text) => {
      this.#opening = text;
    }, failed);
    client.request('corpora:characters', { id: corpus }).then((counts) => {
      this.#picture = pictureOf(counts);
    }, failed);
  }

  /** Null while it is not there yet. */
  get opening(): string | null {
    return this.#opening;
  }

  get picture(): CharacterPicture | null {
    return this.#picture;
  }

  get error(): ErrorMessage | null {
    return this.#error;
  }
}
