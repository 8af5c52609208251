/** The heavy work on files of weights, in a thread that ends when it is done or no longer wanted: a gigabyte takes seconds. */
import { readFile } from 'node:fs/promises';
import { FolioError } from '../../shared/errors.ts';
import { startThread } from '../start-thread.ts';
import { AnsweringThread, type FailedAnswer, type ThreadEnd } from '../store/answering-thread.ts';
import { readExchangeFile, toExchangeFile, type ForeignWeights, type NetworkIdentity } from './exchange-format.ts';
import { requireKind } from './import-kind.ts';
import { explaining, requireWeightsFile } from './weights-file.ts';

export interface ExchangeWork {
  /** Reads a file and checks everything that it says. Throws FolioError 'file' or 'vocabulary', or 'cancelled'. */
  fromFile(file: string, signal?: AbortSignal): Promise<ForeignWeights>;
  /** See {@link toExchangeFile}. The weights are handed over: the caller has them no more. Throws 'cancelled' too. */
  toFile(weights: Uint8Array, network: NetworkIdentity, signal?: AbortSignal): Promise<Uint8Array>;
}

/** In the caller's own thread. */
export const workHere: ExchangeWork = {
  async fromFile(file) {
    await requireKind(file, 'weights');
    await requireWeightsFile(file);
    return readExchangeFile(await explaining(file, () => readFile(file)));
  },
  toFile: async (weights, network) => toExchangeFile(weights, network),
};

export type ExchangeTask =
  | { readonly type: 'from-file'; readonly file: string }
  | { readonly type: 'to-file'; readonly weights: Uint8Array; readonly network: NetworkIdentity };

export type ExchangeAnswer =
  | { readonly type: 'from-file'; readonly found: ForeignWeights }
  | { readonly type: 'to-file'; readonly bytes: Uint8Array }
  | FailedAnswer;

type Answer = Exclude<ExchangeAnswer, FailedAnswer>;

/** Each piece of work in a thread of its own. @param entry the thread's program: exchange-worker.ts, or what was built from it */
export function workAside(entry: URL): ExchangeWork {
  return {
    async fromFile(file, signal) {
      const answer = await done(entry, { type: 'from-file', file }, [], signal);
      if (answer.type !== 'from-file') throw unexpected(answer.type);
      return answer.found;
    },
    async toFile(weights, network, signal) {
      const moved = weights.buffer instanceof ArrayBuffer ? [weights.buffer] : [];
      const answer = await done(entry, { type: 'to-file', weights, network }, moved, signal);
      if (answer.type !== 'to-file') throw unexpected(answer.type);
      return answer.bytes;
    },
  };
}

function done(
  entry: URL,
  task: ExchangeTask,
  moved: readonly ArrayBuffer[],
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (signal?.aborted === true) return Promise.reject(cancelled());
  const thread = new AnsweringThread<ExchangeTask, Answer>({
    start: () => startThread(entry),
    end: (worker) => void worker.terminate(), // there is no addon in it, and seconds of work that nobody wants any more
    death,
  });
  const cancel = (): void => thread.close(cancelled());
  signal?.addEventListener('abort', cancel, { once: true });
  // (When it has answered it ends by itself.)
  return thread.ask(task, moved).finally(() => signal?.removeEventListener('abort', cancel));
}

function cancelled(): FolioError {
  return new FolioError('cancelled', 'cancelled; nothing of it was stored');
}

function death({ reason }: ThreadEnd): FolioError {
  return new FolioError(
    'internal',
    `the thread that reads and makes files of weights ${reason}`,
    'A large file needs three times its size of memory.',
  );
}

function unexpected(type: Answer['type']): FolioError {
  return new FolioError('internal', `the thread that reads and makes files of weights answered with "${type}"`);
}
