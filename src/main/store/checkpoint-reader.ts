/** Reads checkpoints in a thread of its own: fetching and hashing 48 MB takes a fifth of a second, in which no window could be answered. */
import { pathToFileURL } from 'node:url';

import { FolioError } from '../../shared/errors.ts';
import { entryFile } from '../program-files.ts';
import { startThread } from '../start-thread.ts';
import { tellEnd } from './thread-end.ts';
import { AnsweringThread, type FailedAnswer } from './answering-thread.ts';
import type { ResumePoint, Store } from './types.ts';

/** Where the bytes of checkpoints come from. Both reject with what the store's methods of the same meaning throw. */
export interface CheckpointSource {
  /** See {@link Store.resumePoint}. */
  resumePoint(runId: number): Promise<ResumePoint | null>;
  /** See {@link Store.checkpointWeights}. */
  weights(checkpointId: number): Promise<Uint8Array>;
}

/** The same in the caller's own thread, which stands still meanwhile: for tests, and for a program with nobody to answer. */
export function checkpointsOf(store: Pick<Store, 'resumePoint' | 'checkpointWeights'>): CheckpointSource {
  return {
    resumePoint: async (runId) => store.resumePoint(runId),
    weights: async (checkpointId) => store.checkpointWeights(checkpointId),
  };
}

export interface ReaderThreadData {
  readonly path: string;
}

export type ToReaderThread =
  | { readonly type: 'resume-point'; readonly runId: number }
  | { readonly type: 'weights'; readonly checkpointId: number };

export type FromReaderThread =
  | { readonly type: 'resume-point'; readonly point: ResumePoint | null }
  | { readonly type: 'weights'; readonly weights: Uint8Array }
  | FailedAnswer;

type Answer = Exclude<FromReaderThread, FailedAnswer>;

export interface CheckpointReaderOptions {
  /** The thread's program; the file beside this one by default. */
  readonly entry?: URL;
}

/** Started by the first question. The thread opens the record anew for each, so that it holds up no other process in between. */
export class CheckpointReader implements CheckpointSource {
  readonly #thread: AnsweringThread<ToReaderThread, Answer>;

  /** @param path the record's file */
  constructor(path: string, options: CheckpointReaderOptions = {}) {
    const entry = options.entry ?? pathToFileURL(entryFile('store/checkpoint-read-worker'));
    const workerData: ReaderThreadData = { path };
    this.#thread = new AnsweringThread({
      start: () => startThread(entry, { workerData }),
      end: tellEnd,
      death: ({ reason }) => new FolioError('internal', `the thread that reads checkpoints ${reason}`),
    });
  }

  async resumePoint(runId: number): Promise<ResumePoint | null> {
    const answer = await this.#thread.ask({ type: 'resume-point', runId });
    if (answer.type !== 'resume-point') throw unexpected(answer.type);
    return answer.point;
  }

  async weights(checkpointId: number): Promise<Uint8Array> {
    const answer = await this.#thread.ask({ type: 'weights', checkpointId });
    if (answer.type !== 'weights') throw unexpected(answer.type);
    return answer.weights;
  }

  /** For good: whoever still waits, or asks later, is told that the record was closed. */
  close(): void {
    this.#thread.close(new FolioError('cancelled', 'the record was closed'));
  }
}

function unexpected(type: Answer['type']): FolioError {
  return new FolioError('internal', `the thread that reads checkpoints answered with "${type}"`);
}
