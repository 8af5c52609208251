/** Long work on whole files of a record, each piece in a thread of its own that ends when it is done or no longer wanted. */
import { pathToFileURL } from 'node:url';

import { FolioError, fromErrorMessage, toErrorMessage, type ErrorMessage } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { entryFile } from '../program-files.ts';
import { startThread } from '../start-thread.ts';
import type { CopiedRecord } from './record-copy.ts';
import type { ExaminedRecord } from './record-examine.ts';
import { endOf } from './thread-end.ts';

export type FromAside<Result> =
  | { readonly type: 'progress'; readonly progress: CopyProgress }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly error: ErrorMessage };

/** What the thread is started with, beside its task. */
export interface AsideThreadData {
  /** 1 once nobody wants it any more: the next time that it tells its progress it gives up. */
  readonly cancelled: Int32Array<SharedArrayBuffer>;
}

export interface AsideOptions {
  readonly progress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a thread with a task and waits for what comes of it. Rejects with what the work throws, and with FolioError 'cancelled' when the
 * signal is aborted: the thread has ended then and has every file closed, so that what it began can be removed.
 *
 * @param entry the thread's program, which answers with messages of FromAside
 */
export async function doAside<Result>(
  entry: URL,
  task: object,
  { progress, signal }: AsideOptions = {},
): Promise<Result> {
  if (signal?.aborted === true) throw cancelled();
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const unwanted = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { ...task, cancelled: unwanted } satisfies AsideThreadData;
  const worker = startThread(entry, { workerData });
  const ended = endOf(worker);
  const cancel = (): void => void Atomics.store(unwanted, 0, 1);
  signal?.addEventListener('abort', cancel, { once: true });
  worker.on('message', (message: FromAside<Result>) => {
    if (message.type === 'progress') progress?.(message.progress);
    else if (message.type === 'failed') reject(fromErrorMessage(message.error));
    else resolve(message.result);
  });
  worker.on('error', (error) => reject(died(`failed: ${toErrorMessage(error).message}`)));
  worker.on('exit', (code) => reject(died(`ended with code ${code}`)));
  try {
    const result = await promise;
    if (isAborted(signal)) throw cancelled();
    return result;
  } finally {
    signal?.removeEventListener('abort', cancel);
    await ended; // by itself: nothing is left for it to do
  }
}

export interface CopyTask {
  readonly from: string;
  readonly to: string;
}

export interface ExamineTask {
  readonly from: string;
  readonly to: null;
}

/** See examineRecord, which does it. */
export function examineRecordAside(file: string, options: AsideOptions = {}): Promise<ExaminedRecord> {
  const task: ExamineTask = { from: file, to: null };
  return doAside(pathToFileURL(entryFile('store/copy-worker')), task, options);
}

/** See copyRecord, which does it. */
export function copyRecordAside(task: CopyTask, options: AsideOptions = {}): Promise<CopiedRecord> {
  return doAside(pathToFileURL(entryFile('store/copy-worker')), task, options);
}

/** The compiler cannot know that it may have become so. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

export function cancelled(): FolioError {
  return new FolioError('cancelled', 'cancelled; nothing of it was kept');
}

function died(how: string): FolioError {
  return new FolioError('internal', `the thread that copies records ${how}`);
}
