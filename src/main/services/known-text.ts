/** A text file as a network can read it: counted first, then sent in pieces, without what its vocabulary lacks. */
import { setImmediate as otherWork } from 'node:timers/promises';
import { FolioError } from '../../shared/errors.ts';
import { unknownCharacters } from '../model/vocabulary.ts';
import type { UnknownCharacters, Vocabulary } from '../model/vocabulary.ts';
import { Census } from './text/census.ts';
import { openTextFile } from './text/text-file.ts';
import type { TextFile } from './text/text-file.ts';

export interface KnownText {
  /** Code points of the text that `chunks` gives. */
  readonly characters: number;
  /** The distinct characters that were left out. */
  readonly dropped: readonly string[];
  /** UTF-8 of whole code points, in order. */
  chunks(): Generator<Uint8Array>;
  close(): void;
}

/** A first character has nothing before it: the second is the first that can be predicted. */
const LEAST_CHARACTERS = 2;

/**
 * Opens and counts a text file; the caller closes it.
 *
 * @throws FolioError 'cancelled' when the signal is aborted while it is counted, 'file' or 'corpus' when it cannot be read as text, 'prompt' when it has characters that the vocabulary
 *   lacks and `unknown` is 'refuse'.
 */
export async function openKnownText(
  path: string,
  vocabulary: Vocabulary,
  unknown: UnknownCharacters,
  signal?: AbortSignal,
): Promise<KnownText> {
  const file = await openTextFile(path);
  try {
    const census = new Census();
    for (const { text } of file.pieces()) {
      census.add(text);
      if (signal?.aborted === true) throw new FolioError('cancelled', `${path} was not read: it was cancelled`);
      await otherWork(); // a large file takes seconds, and this process has a window to serve
    }
    const dropped: string[] = [];
    let characters = 0;
    for (const [character, count] of census.counts()) {
      if (vocabulary.unknownIn(character).length > 0) dropped.push(character);
      else characters += count;
    }
    if (dropped.length > 0 && unknown === 'refuse') throw unknownCharacters(dropped);
    if (characters < LEAST_CHARACTERS) {
      throw new FolioError(
        'corpus',
        `${path} has ${characters} ${characters === 1 ? 'character' : 'characters'} that the network knows; its loss is measured on at least ${LEAST_CHARACTERS}`,
        'Choose a text in the language of the training text.',
      );
    }
    return { characters, dropped, chunks: () => chunks(file, new Set(dropped)), close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

function* chunks(file: TextFile, dropped: ReadonlySet<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const { text } of file.pieces()) yield encoder.encode(dropped.size === 0 ? text : without(text, dropped));
}

function without(text: string, dropped: ReadonlySet<string>): string {
  let kept = '';
  for (const character of text) if (!dropped.has(character)) kept += character;
  return kept;
}
