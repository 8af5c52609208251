/** One question to a process that is started for it and ended after it. */
import { FolioError } from '../../../shared/errors.ts';
import type { FromTrainer, ToTrainer } from '../../trainer/messages.ts';
import { TrainerConnection } from '../trainer-connection.ts';
import type { StartTrainer } from '../types.ts';

/**
 * The first value that `answer` makes of a message (undefined: not this one). Aborted, the process is ended at once.
 *
 * @throws FolioError what the process reports, 'trainer-died' when it dies, 'cancelled' when it is aborted
 */
export async function askProcess<T>(
  { startTrainer, signal }: { readonly startTrainer: StartTrainer; readonly signal: AbortSignal },
  question: ToTrainer,
  answer: (message: FromTrainer) => T | undefined,
): Promise<T> {
  const over = new FolioError('cancelled', 'cancelled');
  const connection = new TrainerConnection(startTrainer('probe'), 'its process');
  const end = (): void => void connection.end(over);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await connection.ask((send) => send(question), answer);
  } finally {
    signal.removeEventListener('abort', end);
    await connection.end(over);
  }
}
