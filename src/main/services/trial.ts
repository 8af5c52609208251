/** A few steps with a run's settings before it is started, in a process of their own. */
import { setImmediate as otherWork } from 'node:timers/promises';
import { charactersPerBatch } from '../../shared/batch-plan.ts';
import type { RunConfig } from '../../shared/config.ts';
import type { Trial } from '../../shared/contract/training.ts';
import type { EngineChoice } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import type { Store } from '../store/types.ts';
import type { FromTrainer } from '../trainer/messages.ts';
import { refuseWrongLevel } from './asked-level.ts';
import { ALL_ENGINES } from './auto-engines.ts';
import type { AutoEngines } from './auto-engines.ts';
import { EngineWatch } from './engine-watch.ts';
import { inSlices } from './slices.ts';
import { disturbance, onDisturbance } from './quiet-machine.ts';
import type { Trainings } from './quiet-machine.ts';
import { TrainerConnection } from './trainer-connection.ts';
import type { StartTrainer } from './types.ts';

export interface TrialRequest {
  readonly corpusId: number;
  readonly config: RunConfig;
  readonly engine: EngineChoice;
}

export interface TrialPhase {
  readonly phase: 'starting' | 'measuring' | 'writing';
}

export interface TrialService {
  /**
   * Loads the engine, shows what the untrained network writes, times a few steps. Aborted, its process ends at once.
   *
   * @throws FolioError 'busy' when a training is under way and not paused, or begins or goes on meanwhile (each would slow the other
   *   down, and the time would be wrong), 'corpus' when the text does not fill one batch, 'engine', 'usage' for a wrong
   *   FOLIO_NATIVE_LEVEL, 'trainer-died', 'cancelled'.
   */
  try(request: TrialRequest, phase: (phase: TrialPhase) => void, signal: AbortSignal): Promise<Trial>;
}

export interface TrialOptions {
  readonly store: Pick<Store, 'corpus' | 'corpusChunks'>;
  readonly training: Trainings;
  readonly startTrainer: StartTrainer;
  /** Which engines `auto` may open; all of them by default. */
  readonly autoEngines?: AutoEngines;
}

/** At least so many characters are handed over, where the text has them: few steps do not need a library. */
const LEAST_CHARACTERS = 2_000_000;
/** Batches that the steps may read. */
const BATCHES = 12;

export function createTrialService({
  store,
  training,
  startTrainer,
  autoEngines = ALL_ENGINES,
}: TrialOptions): TrialService {
  return {
    async try({ corpusId, config, engine }, phase, signal) {
      const cancelled = new FolioError('cancelled', 'the trial was cancelled');
      refuseWrongLevel(engine);
      const { vocabulary } = store.corpus(corpusId);
      const text = await opening(store.corpusChunks(corpusId), wantedCharacters(config));
      if (signal.aborted) throw cancelled;
      const disturbed = disturbance(training);
      if (disturbed !== null) throw disturbed;
      phase({ phase: 'starting' });
      const connection = new TrainerConnection(startTrainer('probe'), 'the process of the trial');
      const watch = new EngineWatch(autoEngines, engine);
      const cancel = (): void => {
        watch.stop();
        void connection.end(cancelled);
      };
      signal.addEventListener('abort', cancel, { once: true });
      const undisturbed = onDisturbance(training, (why) => {
        watch.stop();
        void connection.end(why);
      });
      try {
        const leftOut = await watch.leftOut();
        return await connection.ask<Trial>(
          async (send) => {
            await send({ type: 'trial', config, vocabulary, characters: text.characters, engine, leftOut });
            for (const bytes of text.chunks) await send({ type: 'text', bytes, last: false });
            await send({ type: 'text', bytes: new Uint8Array(0), last: true });
          },
          (message: FromTrainer) => {
            watch.hear(message);
            if (message.type === 'trial-phase') phase({ phase: message.phase });
            return message.type === 'tried' ? message.trial : undefined;
          },
        );
      } catch (error) {
        throw watch.failed(error, connection.exit);
      } finally {
        undisturbed();
        signal.removeEventListener('abort', cancel);
        await connection.end(new FolioError('cancelled', 'the trial is over'));
      }
    },
  };
}

function wantedCharacters(config: RunConfig): number {
  return Math.max(LEAST_CHARACTERS, (BATCHES * charactersPerBatch(config)) / (1 - config.validationFraction));
}

/** The first chunks of a text, until they have so many characters. Each is read in a turn of its own (it is decompressed) and counted in several. */
async function opening(
  chunks: Iterable<Uint8Array>,
  wanted: number,
): Promise<{ readonly chunks: readonly Uint8Array[]; readonly characters: number }> {
  const taken: Uint8Array[] = [];
  let characters = 0;
  for (const chunk of chunks) {
    taken.push(chunk);
    for await (const slice of inSlices(chunk)) characters += codePoints(slice);
    if (characters >= wanted) break;
    await otherWork();
  }
  return { chunks: taken, characters };
}

/** Of UTF-8: every byte but those that continue a character. */
function codePoints(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if ((byte & 0xc0) !== 0x80) count++;
  return count;
}
