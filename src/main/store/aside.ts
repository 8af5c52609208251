/** Long work on whole files of a record, each piece in a thread of its own that ends when it is done or no longer wanted. */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { FolioError, fromErrorMessage, toErrorMessage, type ErrorMessage } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { entryFile } from '../program-files.ts';
import type { CopiedRecord } from './record-copy.ts';

/** What can be done aside: what it is told, and what comes of it. */
export interface AsideWork {
  /** See copyRecord. */
  readonly copy: { readonly task: { readonly from: string; readonly to: string }; readonly result: CopiedRecord };
}

export type AsideName = keyof AsideWork;

export type AsideTask = { readonly [Name in AsideName]: { readonly name: Name } & AsideWork[Name]['task'] }[AsideName];

export type FromAside =
  | { readonly type: 'progress'; readonly progress: CopyProgress }
  | { readonly type: 'done'; readonly result: AsideWork[AsideName]['result'] }
  | { readonly type: 'failed'; readonly error: ErrorMessage };

export interface AsideOptions {
  readonly progress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal | undefined;
  /** The thread's program; the file beside this one by default. */
  readonly entry?: URL;
}

/**
 * Rejects with what the work throws, and with FolioError 'cancelled' when the signal is aborted: the thread has ended then, and has
 * every file closed, so that what it began can be removed.
 */
export async function doAside<Name extends AsideName>(
  name: Name,
  task: AsideWork[Name]['task'],
  { progress, signal, entry }: AsideOptions = {},
): Promise<AsideWork[Name]['result']> {
  if (signal?.aborted === true) throw cancelled();
  const { promise, resolve, reject } = Promise.withResolvers<AsideWork[Name]['result']>();
  const worker = new Worker(entry ?? pathToFileURL(entryFile('store/aside-worker')), {
    workerData: { name, ...task },
    execArgv: [],
  });
  const cancel = (): void => reject(cancelled());
  signal?.addEventListener('abort', cancel, { once: true });
  worker.on('message', (message: FromAside) => {
    if (message.type === 'progress') progress?.(message.progress);
    else if (message.type === 'failed') reject(fromErrorMessage(message.error));
    else resolve(message.result); // that of the task it was given
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

function cancelled(): FolioError {
  return new FolioError('cancelled', 'cancelled; nothing of it was kept');
}

function died(how: string): FolioError {
  return new FolioError('internal', `the thread that copies records ${how}`);
}
