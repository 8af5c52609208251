/** A process of its own that installs an engine: asked once, and ended when it has answered or when the person gives up. */
import type { FolioError } from '../../shared/errors.ts';
import type { FromTrainer, ToTrainer } from '../trainer/messages.ts';
import { TrainerConnection } from './trainer-connection.ts';
import type { StartTrainer } from './types.ts';

export interface Installing {
  readonly startTrainer: StartTrainer;
  /** How long it has to clean up after it was cancelled; milliseconds. */
  readonly cancelMs: number;
  readonly question: ToTrainer;
  /** What the person is told who gave up. */
  readonly cancelled: FolioError;
  readonly signal: AbortSignal | undefined;
  /** Hears what it reports; `stop` ends it for another reason. */
  readonly hear: (message: FromTrainer, stop: (why: FolioError) => void) => void;
}

/** What it installed. Rejects with its error, with `cancelled`, or with what `stop` was given. */
export async function askInstaller(installing: Installing): Promise<Readonly<Record<string, string>>> {
  const { startTrainer, cancelMs, question, cancelled, signal, hear } = installing;
  if (signal?.aborted === true) throw cancelled;
  const connection = new TrainerConnection(startTrainer('probe'), 'the installing process');
  let lastResort: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    void connection.end(cancelled, 'SIGTERM');
    lastResort = setTimeout(() => void connection.end(cancelled), cancelMs);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await connection.ask(
      (send) => send(question),
      (message) => {
        hear(message, (why) => void connection.end(why));
        return message.type === 'installed' ? message.details : undefined;
      },
    );
  } finally {
    signal?.removeEventListener('abort', cancel);
    clearTimeout(lastResort);
    await connection.end(cancelled);
  }
}
