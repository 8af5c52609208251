/** Long work on whole files of a record, each piece in a thread of its own that ends when it is done or no longer wanted. */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { FolioError, fromErrorMessage, toErrorMessage, type ErrorMessage } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { entryFile } from '../program-files.ts';
import type { CopiedRecord } from './record-copy.ts';
import type { ExaminedRecord } from './record-examine.ts';

export type FromAside<Result> =
  | { readonly type: 'progress'; readonly progress: CopyProgress }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly error: ErrorMessage };

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
  const worker = new Worker(entry, { workerData: task, execArgv: [] });
  const cancel = (): void => reject(cancelled());
  signal?.addEventListener('abort', cancel, { once: true });
  worker.on('message', (message: FromAside<Result>) => {
    if (message.type === 'progress') progress?.(message.progress);
    else if (message.type === 'failed') reject(fromErrorMessage(message.error));
    else resolve(message.result);
  });
  worker.on('error', (error) => reject(died(`failed: ${toErrorMessage(error).message}`)));
  worker.on('exit', (code) => reject(died(`ended with code ${code}`)));
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', cancel);
    await worker.terminate();
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

function cancelled(): FolioError {
  return new FolioError('cancelled', 'cancelled; nothing of it was kept');
}

function died(how: string): FolioError {
  return new FolioError('internal', `the thread that copies records ${how}`);
}
