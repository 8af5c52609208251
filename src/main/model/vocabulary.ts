/** The alphabet of a run: characters (Unicode code points) and their ids, in both directions. */
import { describeCharacter, describeCharacters } from '../../shared/characters.ts';
import { FolioError } from '../../shared/errors.ts';

/** Ids fit in 16 bits: the text of a run is held as one or two bytes a character. */
export const MAX_VOCABULARY = 65_536;

/** Code points below this are looked up in a table, the rare ones above it in a map. */
const TABLE_SIZE = 0x1_0000;

/** The ids of a text, one element a character. */
export type CharacterIds = Uint8Array | Uint16Array;

/** What happens to characters that a vocabulary does not have. */
export type UnknownCharacters = 'refuse' | 'drop';

/** The distinct characters of a text and their ids, both ways. */
export class Vocabulary {
  /** In id order; each is one code point. */
  readonly characters: readonly string[];
  /** Code point -> id, or -1. */
  readonly #table = new Int32Array(TABLE_SIZE).fill(-1);
  readonly #astral = new Map<number, number>();

  /**
   * @param characters in id order: any order is kept, because imported weights have their own.
   * @throws FolioError 'vocabulary' when there are none or too many, when one is not exactly one code point or comes twice.
   */
  constructor(characters: readonly string[]) {
    if (characters.length === 0) throw new FolioError('vocabulary', 'the vocabulary is empty');
    if (characters.length > MAX_VOCABULARY) throw tooManyCharacters(characters.length);
    this.characters = [...characters];
    this.characters.forEach((character, id) => {
      const codePoint = singleCodePoint(character, id);
      if (this.idOf(codePoint) !== -1) {
        throw new FolioError('vocabulary', `the vocabulary has ${describeCharacter(character)} twice`);
      }
      if (codePoint < TABLE_SIZE) this.#table[codePoint] = id;
      else this.#astral.set(codePoint, id);
    });
  }

  /** The tutorial's order: distinct characters sorted by code point. Throws FolioError 'vocabulary' as the constructor does. */
  static fromCodePoints(codePoints: Iterable<number>): Vocabulary {
    const distinct = Uint32Array.from(new Set(codePoints)).sort();
    if (distinct.length > MAX_VOCABULARY) throw tooManyCharacters(distinct.length);
    return new Vocabulary(Array.from(distinct, (codePoint) => String.fromCodePoint(codePoint)));
  }

  /** The vocabulary of a text that fits in a string. */
  static fromText(text: string): Vocabulary {
    const codePoints = new Set<number>();
    for (const character of text) codePoints.add(codePointOf(character));
    return Vocabulary.fromCodePoints(codePoints);
  }

  /** Distinct characters, V. */
  get size(): number {
    return this.characters.length;
  }

  /** The id of a code point, or -1. */
  idOf(codePoint: number): number {
    if (codePoint < TABLE_SIZE) return this.#table[codePoint] ?? -1;
    return this.#astral.get(codePoint) ?? -1;
  }

  /** The distinct characters of a text that the vocabulary lacks, in order of appearance. */
  unknownIn(text: string): string[] {
    const unknown = new Set<string>();
    for (const character of text) if (this.idOf(codePointOf(character)) === -1) unknown.add(character);
    return [...unknown];
  }

  /**
   * The ids of a text's characters. `dropped` holds the distinct unknown characters that were left out.
   *
   * @throws FolioError 'prompt' that names each unknown character, unless `unknown` is 'drop'.
   */
  encode(text: string, options: { readonly unknown: UnknownCharacters }): { ids: number[]; dropped: string[] } {
    const dropped = this.unknownIn(text);
    if (dropped.length > 0 && options.unknown === 'refuse') throw unknownCharacters(dropped);
    const ids: number[] = [];
    for (const character of text) {
      const id = this.idOf(codePointOf(character));
      if (id !== -1) ids.push(id);
    }
    return { ids, dropped };
  }

  /** The text of these ids. Throws a RangeError for an id that is not one. */
  decode(ids: Iterable<number>): string {
    let text = '';
    for (const id of ids) {
      const character = this.characters[id];
      if (character === undefined) throw new RangeError(`no character has the id ${id} (of ${this.size})`);
      text += character;
    }
    return text;
  }
}

/** The error for text that a network cannot read: names what it has never seen. */
export function unknownCharacters(characters: readonly string[]): FolioError {
  const several = characters.length > 1;
  return new FolioError(
    'prompt',
    `the text has ${several ? 'characters' : 'a character'} that this network has never seen: ${describeCharacters(characters)}`,
    `Leave ${several ? 'them' : 'it'} out of the text, or use --unknown drop to have ${several ? 'them' : 'it'} left out.`,
  );
}

/** The error for a text with more distinct characters than a network may have; names their count. */
export function tooManyCharacters(count: number): FolioError {
  return new FolioError(
    'vocabulary',
    `the text has ${count.toLocaleString('en-US')} distinct characters; at most ${MAX_VOCABULARY.toLocaleString('en-US')} are possible`,
    'A text has at most a few thousand: see whether the file is text, and in the encoding that it was read as.',
  );
}

/** Of a string that an iterator over a string has returned: never empty. */
function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function singleCodePoint(character: string, id: number): number {
  const codePoint = codePointOf(character);
  if (character !== String.fromCodePoint(codePoint) || !character.isWellFormed()) {
    throw new FolioError(
      'vocabulary',
      `entry ${id} of the vocabulary is ${JSON.stringify(character)}, not a single character`,
      'Folio works on characters: each entry is one Unicode code point.',
    );
  }
  return codePoint;
}
