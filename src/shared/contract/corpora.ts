/** The texts that networks learn from. */
import { z } from 'zod';
import type { CorpusInfo } from '../domain.ts';
import { feed, job, request } from './define.ts';
import { fileHandle, id, none, one, runName } from './fields.ts';

export interface CorpusListing extends CorpusInfo {
  /** Runs that learnt from it. */
  readonly runs: number;
  readonly builtin: boolean;
}

/** A character and how often it occurs. */
export type CharacterCount = readonly [character: string, occurrences: number];

export const corpora = {
  /** The built-in text is among them, always. */
  'corpora:list': request<readonly CorpusListing[]>()(none),
  'corpora:excerpt': request<string>()(z.strictObject({ id, characters: z.number().int().min(1).max(20_000) })),
  /** Of the whole text, the most frequent first. */
  'corpora:characters': request<readonly CharacterCount[]>()(one),
  'corpora:rename': request<null>()(z.strictObject({ id, name: runName })),
  /** Refused while runs use it. Can be undone with `corpora:restore`. Answers with the bytes that it takes. */
  'corpora:remove': request<{ readonly bytes: number }>()(one),
  'corpora:restore': request<null>()(one),
} as const;

export interface BytesProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export const corporaTopics = {
  'corpora:changed': feed<{ readonly corpora: readonly CorpusListing[] }>()(none),
  /** Reads, decodes, checks and stores a file that the person chose. */
  'corpora:add': job<BytesProgress, CorpusInfo>()(z.strictObject({ file: fileHandle, name: runName.optional() })),
} as const;
