/** Corpora: text files read, checked and stored once, by the hash of their text. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CorpusInfo } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { MAX_VOCABULARY, tooManyCharacters } from '../model/vocabulary.ts';
import type { NewCorpus, Store } from '../store/types.ts';
import type { RecordOwner } from './replacing.ts';
import { inSlices } from './slices.ts';
import { Census } from './text/census.ts';
import { openTextFile, type TextFile } from './text/text-file.ts';
import type { AddCorpusOptions, CorpusService } from './types.ts';

export const BUILTIN_NAME = 'Shakespeare';
export const BUILTIN_SHA256 = '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed';

/** A text may have one undecodable place for each so many characters; beyond that its encoding is another, or it is damaged. */
const CHARACTERS_PER_UNDECODABLE = 10_000;
const REPLACEMENT = 0xfffd;

const MAX_NAME = 200;
/** Runs that a refusal names. */
const MOST_NAMED = 5;

/** A file of at most so many bytes is stored in one transaction. */
const SMALL_FILE = 256 * 1024;
/** Texts whose characters' counts are remembered. */
const REMEMBERED = 8;

type CorpusStore = Pick<
  Store,
  | 'addCorpus'
  | 'corpora'
  | 'corpus'
  | 'corpusChunks'
  | 'corpusUses'
  | 'findCorpus'
  | 'renameCorpus'
  | 'restore'
  | 'runsOfCorpus'
  | 'storeCorpus'
  | 'trash'
  | 'writable'
>;
type Progress = (doneBytes: number, totalBytes: number) => void;

/** @param owner knows of texts that are being added */
export function createCorpusService(
  store: CorpusStore,
  resourcesDir: string,
  owner: Pick<RecordOwner, 'during'> = { during: (_, work) => work() },
): CorpusService {
  const counted = new Map<number, Promise<ReadonlyMap<string, number>>>();
  return {
    async builtin() {
      const stored = store.findCorpus(BUILTIN_SHA256);
      if (stored !== null) return stored;
      const path = join(resourcesDir, 'corpora', 'shakespeare.txt');
      const refusal = (): FolioError =>
        new FolioError('damaged', `${path} is not the text that Folio came with`, 'Install Folio again.');
      return addFile(store, path, { name: BUILTIN_NAME, wanted: { sha256: BUILTIN_SHA256, refusal } });
    },
    add: (file, progress, options) => owner.during('text', () => addFile(store, file, { ...options, progress })),
    list() {
      const uses = store.corpusUses();
      return store
        .corpora()
        .map((corpus) => ({ ...corpus, runs: uses.get(corpus.id) ?? 0, builtin: corpus.sha256 === BUILTIN_SHA256 }));
    },
    counts(id) {
      const known = counted.get(id);
      if (known !== undefined) return known;
      const counting = countCharacters(store, id);
      counted.set(id, counting);
      counting.catch(() => counted.delete(id)); // a damaged text is looked at again the next time
      const [oldest] = counted.keys();
      if (counted.size > REMEMBERED && oldest !== undefined) counted.delete(oldest);
      return counting;
    },
    excerpt(id, maxCharacters) {
      store.corpus(id); // refuses one that is not there
      return opening(store.corpusChunks(id), maxCharacters);
    },
    rename(id, name) {
      const trimmed = name.trim();
      if (trimmed === '' || trimmed.length > MAX_NAME) {
        throw new FolioError(
          'usage',
          `a text's name has 1 to ${MAX_NAME} characters, not ${trimmed.length}`,
          'Choose another name.',
        );
      }
      store.renameCorpus(id, trimmed);
    },
    remove(id) {
      const { name, sha256 } = store.corpus(id);
      if (sha256 === BUILTIN_SHA256) {
        throw new FolioError(
          'usage',
          `the text "${name}" comes with Folio and is always there`,
          'Rename it if you like.',
        );
      }
      const runs = store.runsOfCorpus(id);
      if (runs.length > 0) throw inUse(name, runs);
      return store.trash('corpus', [id]);
    },
    restore(id) {
      store.restore('corpus', [id]);
    },
  };
}

function inUse(name: string, runs: readonly { readonly id: number; readonly name: string }[]): FolioError {
  const named = runs.slice(0, MOST_NAMED).map((run) => `${run.id} (${run.name})`);
  const more = runs.length > named.length ? ` and ${runs.length - named.length} more` : '';
  return new FolioError(
    'busy',
    `${runs.length === 1 ? 'a run uses' : `${runs.length} runs use`} the text "${name}": ${named.join(', ')}${more}`,
    'Delete those runs first.',
  );
}

async function countCharacters(store: CorpusStore, id: number): Promise<ReadonlyMap<string, number>> {
  const census = new Census();
  const decoder = new TextDecoder();
  for (const chunk of store.corpusChunks(id)) {
    for await (const slice of inSlices(chunk)) census.add(decoder.decode(slice, { stream: true }));
    await setImmediate();
  }
  return census.counts();
}

/** Takes no more chunks than it needs. */
function opening(chunks: Iterable<Uint8Array>, maxCharacters: number): string {
  let text = '';
  let characters = 0;
  for (const chunk of chunks) {
    // A character has at most four bytes; one that is cut is further than was asked for.
    for (const character of new TextDecoder().decode(chunk.subarray(0, 4 * (maxCharacters - characters)))) {
      if (characters === maxCharacters) return text;
      text += character;
      characters++;
    }
  }
  return text;
}

interface AddOptions extends AddCorpusOptions {
  readonly progress?: Progress | undefined;
}

/**
 * Reads the file twice, a piece at a time, so that not even one copy of it is held: first to count and to hash, then to
 * store. What is stored is what was hashed, else nothing is.
 */
async function addFile(store: CorpusStore, path: string, options: AddOptions): Promise<CorpusInfo> {
  const { signal } = options;
  const file = await openTextFile(path);
  try {
    const survey = await surveyText(file, (done) => options.progress?.(Math.floor(done / 2), file.bytes), signal);
    const { wanted } = options;
    if (wanted !== undefined && survey.sha256 !== wanted.sha256) throw wanted.refusal(survey.sha256);
    const stored = store.findCorpus(survey.sha256);
    if (stored !== null) {
      options.progress?.(file.bytes, file.bytes);
      return stored;
    }
    const corpus: NewCorpus = {
      name: options.name ?? file.name,
      encoding: survey.encoding,
      vocabulary: survey.vocabulary,
      characters: survey.characters,
      sha256: survey.sha256,
      chunks: verifiedChunks(file, survey.sha256, (done) =>
        options.progress?.(Math.floor((file.bytes + done) / 2), file.bytes),
      ),
    };
    if (file.bytes > SMALL_FILE) return await store.storeCorpus(corpus, signal);
    await store.writable();
    refuseAborted(path, signal);
    return store.addCorpus(corpus);
  } finally {
    file.close();
  }
}

function refuseAborted(path: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new FolioError('cancelled', `${path} was not added: it was cancelled`);
}

export interface TextSurvey {
  readonly characters: number;
  /** Distinct characters sorted by code point. */
  readonly vocabulary: readonly string[];
  /** Of the normalized text as UTF-8. */
  readonly sha256: string;
  /** In words, with the number of undecodable places where there are any. */
  readonly encoding: string;
}

/**
 * Counts and hashes a text. Other work goes on in between.
 *
 * @param progress is given the bytes read so far.
 * @throws FolioError 'cancelled' when the signal is aborted, 'corpus' when it is no text after all or is not in the encoding that it seemed to be in, 'vocabulary' when it has
 * too many distinct characters.
 */
export async function surveyText(
  file: TextFile,
  progress?: (doneBytes: number) => void,
  signal?: AbortSignal,
): Promise<TextSurvey> {
  const census = new Census();
  const hash = createHash('sha256');
  for (const { text, done } of file.pieces()) {
    census.add(text);
    hash.update(text, 'utf8');
    if (census.count(0) > 0) {
      throw new FolioError(
        'corpus',
        `${file.path} is a binary file, not text: it has a NUL character among the first ${census.characters.toLocaleString('en-US')}`,
        'Save it as plain text, in UTF-8.',
      );
    }
    progress?.(done);
    await setImmediate();
    refuseAborted(file.path, signal);
  }
  const { characters } = census;
  if (characters === 0) throw new FolioError('corpus', `${file.path} is empty`, 'Choose a file with text in it.');
  const undecodable = file.encoding.valid === true ? 0 : census.count(REPLACEMENT);
  if (undecodable > 1 + characters / CHARACTERS_PER_UNDECODABLE) throw await tooManyUndecodable(file, undecodable);
  const vocabulary = [...census.counts().keys()];
  if (vocabulary.length > MAX_VOCABULARY) throw tooManyCharacters(vocabulary.length);
  const { label } = file.encoding;
  const encoding =
    undecodable === 0 ? label : `${label}, ${undecodable} undecodable ${undecodable === 1 ? 'place' : 'places'}`;
  return { characters, vocabulary, sha256: hash.digest('hex'), encoding };
}

async function tooManyUndecodable(file: TextFile, count: number): Promise<FolioError> {
  let before = 0;
  let line = 1;
  for (const { text } of file.pieces()) {
    const index = text.indexOf('\ufffd');
    const intact = index === -1 ? text : text.slice(0, index);
    before += Array.from(intact).length;
    line += intact.split('\n').length - 1;
    if (index !== -1) break;
    await setImmediate();
  }
  return new FolioError(
    'corpus',
    `${file.path} read as ${file.encoding.label} has ${count.toLocaleString('en-US')} undecodable places, the first at character ${before + 1} (line ${line})`,
    'Open it in an editor that shows it right and save it as UTF-8.',
  );
}

/** The text as UTF-8; ends with an error when it is not the text that was hashed. */
function* verifiedChunks(file: TextFile, sha256: string, progress: (done: number) => void): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const { text, done } of file.pieces()) {
    const bytes = Buffer.from(text, 'utf8');
    hash.update(bytes);
    yield bytes;
    progress(done);
  }
  if (hash.digest('hex') !== sha256) {
    throw new FolioError(
      'file',
      `${file.path} changed while it was being read`,
      'Try again when nothing writes to it.',
    );
  }
}
