/** Bundles written and read in threads of their own: hashing and copying hundreds of megabytes takes seconds. */
import type { Worker } from 'node:worker_threads';
import { FolioError, fromErrorMessage, toErrorMessage, type ErrorMessage } from '../../shared/errors.ts';
import { startThread } from '../start-thread.ts';
import { doAside, type AsideOptions } from '../store/aside.ts';
import { endOf, tellEnd } from '../store/thread-end.ts';
import type { BundleOptions, WrittenBundle } from '../store/bundle-write.ts';
import type { BundleHead, BundlePiece } from './bundle-pieces.ts';

export type BundleTask =
  | {
      readonly type: 'write';
      readonly record: string;
      readonly to: string;
      readonly runId: number;
      readonly options: BundleOptions;
    }
  | { readonly type: 'read'; readonly file: string };

export interface ToBundleReader {
  readonly type: 'head' | 'next';
  /** Whether the text is wanted; what the first `next` says counts. */
  readonly storeText: boolean;
}

export type FromBundleReader =
  | { readonly type: 'head'; readonly head: BundleHead }
  | { readonly type: 'piece'; readonly piece: BundlePiece | null }
  | { readonly type: 'failed'; readonly error: ErrorMessage };

/** See writeBundle; what was written is read again and checked as a bundle from elsewhere is. */
export function writeBundleAside(
  entry: URL,
  task: Omit<Extract<BundleTask, { type: 'write' }>, 'type'>,
  options: AsideOptions,
): Promise<WrittenBundle> {
  return doAside(entry, { type: 'write', ...task } satisfies BundleTask, options);
}

/** A bundle that a thread reads, piece by piece, when it is asked for the next. */
export class BundleReader {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #waiting: PromiseWithResolvers<FromBundleReader> | null = null;
  #over: FolioError | null = null;

  /** @param entry the thread's program: bundle-worker.ts, or what was built from it */
  constructor(entry: URL, file: string) {
    this.#worker = startThread(entry, { workerData: { type: 'read', file } satisfies BundleTask });
    this.#ended = endOf(this.#worker);
    this.#worker.on('message', (message: FromBundleReader) => {
      if (message.type === 'failed') this.#waiting?.reject(fromErrorMessage(message.error));
      else this.#waiting?.resolve(message);
    });
    this.#worker.on('error', (error) => this.#end(died(`failed: ${toErrorMessage(error).message}`)));
    this.#worker.on('exit', (code) => this.#end(died(`ended with code ${code}`)));
  }

  /** Throws FolioError 'file' for what is no bundle, 'newer-database'. */
  async head(): Promise<BundleHead> {
    const answer = await this.#ask({ type: 'head', storeText: false });
    if (answer.type !== 'head') throw died(`answered with "${answer.type}"`);
    return answer.head;
  }

  /** Null after the last. Throws FolioError 'file' for what is wrong in it. */
  async next(storeText: boolean): Promise<BundlePiece | null> {
    const answer = await this.#ask({ type: 'next', storeText });
    if (answer.type !== 'piece') throw died(`answered with "${answer.type}"`);
    return answer.piece;
  }

  /** Resolves when its file is closed. */
  async close(): Promise<void> {
    tellEnd(this.#worker);
    await this.#ended;
  }

  #ask(message: ToBundleReader): Promise<FromBundleReader> {
    if (this.#over !== null) return Promise.reject(this.#over);
    this.#waiting = Promise.withResolvers();
    this.#worker.postMessage(message);
    return this.#waiting.promise;
  }

  #end(error: FolioError): void {
    this.#over = error;
    this.#waiting?.reject(error);
  }
}

function died(how: string): FolioError {
  return new FolioError('internal', `the thread for runs in files ${how}`);
}
