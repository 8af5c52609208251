/** Tries one engine in a process of its own. A crash there is an answer too: the reason why it is not available. */
import type { EngineName, EngineReport } from '../../shared/domain.ts';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import { TrainerConnection } from './trainer-connection.ts';
import type { StartTrainer } from './types.ts';

export interface ProbeOptions {
  /** How long it may take to load, test itself and measure its speed. */
  readonly milliseconds: number;
  /** Ends it; what it is aborted with is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Throws only the reason of an aborted signal. */
export async function probeInProcess(
  startTrainer: StartTrainer,
  engine: EngineName,
  { milliseconds, signal }: ProbeOptions,
): Promise<EngineReport> {
  signal?.throwIfAborted();
  try {
    const connection = new TrainerConnection(startTrainer('probe'), 'its process');
    const timer = setTimeout(() => {
      void connection.end(new FolioError('engine', `it did not answer for ${Math.round(milliseconds / 1000)} s`));
    }, milliseconds);
    const cancel = (): void => void connection.end(new FolioError('cancelled', 'cancelled'));
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await connection.ask(
        (send) => send({ type: 'probe', engines: [engine] }),
        (message) =>
          message.type === 'probed' ? message.reports.find((report) => report.engine === engine) : undefined,
      );
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      await connection.end(new FolioError('cancelled', 'the probe is over'));
    }
  } catch (error) {
    signal?.throwIfAborted();
    return unavailable(engine, error);
  }
}

function unavailable(engine: EngineName, error: unknown): EngineReport {
  const { message, hint } = toErrorMessage(error);
  return {
    engine,
    device: '',
    available: false,
    reason: hint === undefined ? message : `${message}. ${hint}`,
    selfTest: 'not run',
    gflops: null,
    mixedPays: false,
    details: {},
  };
}
