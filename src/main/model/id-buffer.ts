/** A large text as ids: filled from UTF-8 chunks, one or two bytes a character, no string in between. */
import { FolioError } from '../../shared/errors.ts';
import { type CharacterIds, type UnknownCharacters, type Vocabulary, unknownCharacters } from './vocabulary.ts';

/** The ids of a text that arrives in pieces. */
export class IdBuffer {
  readonly #vocabulary: Vocabulary;
  readonly #unknown: UnknownCharacters;
  readonly #ids: CharacterIds;
  readonly #dropped = new Set<number>();
  #length = 0;
  #bytes = 0;
  #droppedCount = 0;

  /**
   * @param characters code points that will be appended, at most.
   * @param unknown what happens to characters outside of the vocabulary.
   */
  constructor(vocabulary: Vocabulary, characters: number, unknown: UnknownCharacters = 'refuse') {
    this.#vocabulary = vocabulary;
    this.#unknown = unknown;
    this.#ids = vocabulary.size <= 256 ? new Uint8Array(characters) : new Uint16Array(characters);
  }

  /** Characters so far, without dropped ones. */
  get length(): number {
    return this.#length;
  }

  /** How many characters were dropped. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** The distinct characters that were dropped. */
  get dropped(): string[] {
    return Array.from(this.#dropped, (codePoint) => String.fromCodePoint(codePoint));
  }

  /** The ids so far: a view of the buffer, not a copy. */
  get ids(): CharacterIds {
    return this.#ids.subarray(0, this.#length);
  }

  /**
   * Appends UTF-8 of whole code points.
   *
   * @throws FolioError 'prompt' for unknown characters (unless they are dropped); 'damaged' for bytes that are not UTF-8 or are
   * more characters than announced. The buffer is unchanged then.
   */
  append(utf8: Uint8Array): void {
    const ids = this.#ids;
    const end = utf8.length;
    let length = this.#length;
    let droppedCount = 0;
    const dropped = new Set<number>();
    let i = 0;
    while (i < end) {
      // Reads past the end give undefined, which the masks turn into 0; `i > end` is found below.
      let codePoint = utf8[i++] as number;
      if (codePoint >= 0x80) {
        const following = codePoint < 0xe0 ? 1 : codePoint < 0xf0 ? 2 : 3;
        let valid = codePoint >= 0xc2 && codePoint <= 0xf4;
        codePoint &= 0x3f >> following;
        for (let k = 0; k < following; k++) {
          const next = utf8[i++] as number;
          valid &&= (next & 0xc0) === 0x80;
          codePoint = (codePoint << 6) | (next & 0x3f);
        }
        if (!valid || codePoint > 0x10_ffff) {
          throw new FolioError('damaged', `the text is not UTF-8 at byte ${this.#bytes + i - 1 - following}`);
        }
      }
      const id = this.#vocabulary.idOf(codePoint);
      if (id === -1) {
        dropped.add(codePoint);
        droppedCount++;
      } else {
        if (length === ids.length) {
          throw new FolioError('damaged', `the text has more than the ${ids.length} characters that were announced`);
        }
        ids[length++] = id;
      }
    }
    if (dropped.size > 0) {
      if (this.#unknown === 'refuse') {
        throw unknownCharacters(Array.from(dropped, (codePoint) => String.fromCodePoint(codePoint)));
      }
      for (const codePoint of dropped) this.#dropped.add(codePoint);
      this.#droppedCount += droppedCount;
    }
    this.#length = length;
    this.#bytes += end;
  }
}
