/** The builds of TensorFlow on this computer, and the CUDA pack: what is asked of them is done in a short-lived process. */
import type { EngineInventory, PackProgress } from '../../shared/contract/packs.ts';
import { FolioError } from '../../shared/errors.ts';
import type { BuildsQuestion, FromTrainer, PackSource } from '../trainer/messages.ts';
import { askInstaller } from './installing-process.ts';
import { disturbance } from './quiet-machine.ts';
import { TrainerConnection } from './trainer-connection.ts';
import type { StartTrainer, TrainingService } from './types.ts';

export interface PackService {
  list(): Promise<EngineInventory>;
  /** Reads every byte of every build. What is wrong, by folder; empty when nothing is. */
  verify(): Promise<Readonly<Record<string, string>>>;
  /**
   * Installs the CUDA pack; with an address this is what asks the network. Aborted: FolioError 'cancelled', and what was downloaded stays.
   * FolioError 'busy' while a training computes: at the beginning, and again before the pack is tried, which takes the graphics card.
   *
   * @returns what the installation is; `warning` when it found no GPU
   */
  install(
    source: PackSource,
    progress: (progress: PackProgress) => void,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, string>>>;
  /** The bytes that were freed. Throws FolioError 'busy' while a training computes (it may compute with that build), 'not-found'. */
  remove(id: string): Promise<number>;
  /** Deletes what an unfinished download has left. */
  discardDownload(): Promise<number>;
}

export interface PackOptions {
  readonly startTrainer: StartTrainer;
  readonly training: Pick<TrainingService, 'active'>;
  /** How long a cancelled installation may clean up. */
  readonly cancelMs?: number;
}

export function createPackService({ startTrainer, training, cancelMs = 10_000 }: PackOptions): PackService {
  const ask = async <T>(question: BuildsQuestion, answer: (message: FromTrainer) => T | undefined): Promise<T> => {
    const connection = new TrainerConnection(startTrainer('probe'), 'the process that looks after the engines');
    try {
      return await connection.ask((send) => send({ type: 'builds', ask: question }), answer);
    } finally {
      await connection.end(new FolioError('cancelled', 'the question is answered'));
    }
  };
  const freed = (message: FromTrainer): number | undefined => (message.type === 'freed' ? message.bytes : undefined);

  return {
    list: () => ask({ what: 'list' }, (message) => (message.type === 'inventory' ? message.inventory : undefined)),
    verify: () => ask({ what: 'verify' }, (message) => (message.type === 'verified' ? message.wrong : undefined)),
    async remove(id) {
      const disturbed = disturbance(training);
      if (disturbed !== null) throw disturbed;
      return ask({ what: 'remove', id }, freed);
    },
    discardDownload: () => ask({ what: 'discard-download' }, freed),

    async install(source, progress, signal) {
      const cancelled = new FolioError(
        'cancelled',
        'the installation of the CUDA pack was cancelled',
        'What was downloaded is kept: the next download goes on from there.',
      );
      if (signal?.aborted === true) throw cancelled;
      const disturbed = busyWith(training);
      if (disturbed !== null) throw disturbed;
      let phase: PackProgress['phase'] | null = null;
      try {
        return await askInstaller({
          startTrainer,
          cancelMs,
          cancelled,
          signal,
          question: { type: 'install-pack', source },
          hear: (message, stop) => {
            if (message.type !== 'pack-progress') return;
            phase = message.progress.phase;
            // A training may have begun since.
            const disturbs = phase === 'check' ? busyWith(training) : null;
            if (disturbs !== null) stop(disturbs);
            progress(message.progress);
          },
        });
      } catch (error) {
        throw diedTrying(error, phase);
      }
    },
  };
}

/** Why no pack can be tried now. */
function busyWith(training: PackOptions['training']): FolioError | null {
  const disturbed = disturbance(training);
  if (disturbed === null) return null;
  return new FolioError(
    'busy',
    disturbed.message,
    'Pause the training, or install the CUDA pack when the training has ended. What was downloaded is kept.',
  );
}

/** The pack is tried in the process that put it together: when that dies there, the pack is why. */
function diedTrying(error: unknown, phase: PackProgress['phase'] | null): unknown {
  if (phase !== 'check' || !(error instanceof FolioError) || error.code !== 'trainer-died') return error;
  return new FolioError(
    'install',
    `The CUDA pack does not run on this machine: ${error.message}`,
    'It was not installed; Folio computes as before. What was downloaded is kept.',
    { cause: error },
  );
}
