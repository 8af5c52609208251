/** A backup put in the place of the record from the running program, which has to be started again afterwards. */
import { join } from 'node:path';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { CopyProgress, ExaminedBackup, RestoredRecord } from '../../shared/keeping.ts';
import { examineRecordAside } from '../store/aside.ts';
import type { Store } from '../store/types.ts';
import { leaveLostPlace, lostPlace } from './default-place.ts';
import { isSamePlace } from './places.ts';
import type { RecordOwner } from './replacing.ts';
import type { GenerationService } from './types.ts';
import { readingBackup, refuseRecordItself, restoreRecord } from './restore.ts';

export interface RestoreService {
  /** Why none can be put in its place now; null when one can. */
  refusal(): FolioError | null;
  /**
   * Reads a backup whole, changes nothing, and says what would take the place of what.
   *
   * @throws FolioError 'not-found', 'damaged' and 'newer-database' for a file that is no backup, 'file' for the record itself, 'cancelled'
   */
  examine(file: string, progress: (progress: CopyProgress) => void, signal?: AbortSignal): Promise<ExaminedBackup>;
  /**
   * Puts a checked copy of a backup in the place of the record, which keeps a name with the date. What is being generated ends and is stored; from
   * then on nothing can be written. While it is copied everything else goes on; what fails or is cancelled then leaves all as it was. Then
   * (progress `replace`) the record is let go of, for good: nothing is cancelled any more, what goes wrong is in the result, and the program is to be started again either way.
   *
   * @throws FolioError what {@link refusal} gives, and what restoreRecord throws
   */
  restore(file: string, progress: (progress: CopyProgress) => void, signal?: AbortSignal): Promise<RestoredRecord>;
}

export interface RestoreSurroundings {
  readonly store: Pick<Store, 'readOnly' | 'writable' | 'listRuns'>;
  readonly owner: RecordOwner;
  readonly dataDir: string;
  /** The default data folder; null where the person named another with FOLIO_DATA. */
  readonly defaultFolder: string | null;
  /** The run that trains; null when none does. */
  readonly training: () => number | null;
  /** Ends what is being written, and has it stored; null when nothing is. Absent where nothing is ever written. */
  readonly stopWriting?: GenerationService['stop'];
  /** Closes the record and all that works with it in this process. */
  readonly letGo: () => void;
}

export function createRestoreService(surroundings: RestoreSurroundings): RestoreService {
  const { store, owner, dataDir, training, letGo, stopWriting = () => null } = surroundings;
  const record = join(dataDir, 'folio.db');
  /** The default folder, when its record is the one that is open. */
  const home =
    surroundings.defaultFolder !== null && isSamePlace(surroundings.defaultFolder, dataDir)
      ? surroundings.defaultFolder
      : null;

  const refuseTraining = (): FolioError | null => {
    const run = training();
    return run === null ? null : new FolioError('busy', `run ${run} is being trained`, 'Stop it first.');
  };
  const refusal = (): FolioError | null => {
    const refused = refuseTraining() ?? owner.refusal('restore');
    if (refused !== null) return refused;
    if (store.readOnly)
      return new FolioError('read-only', 'another Folio is working with the record', 'Close it first.');
    return null;
  };

  return {
    refusal,
    async examine(file, progress, signal) {
      await refuseRecordItself(file, record);
      const { damage, ...examined } = await readingBackup(file, () => examineRecordAside(file, { progress, signal }));
      return {
        ...examined,
        damage: damage.length,
        now: { runs: store.listRuns().length, folder: dataDir },
        lost: home === null ? null : lostPlace(home),
      };
    },
    async restore(file, progress, signal) {
      const refused = refusal();
      if (refused !== null) throw refused;
      const writing = stopWriting(stoppedForRestore());
      if (writing !== null) await writing; // while it can still be stored
      const hold = owner.take('restore');
      const requireNoTraining = (): void => {
        const begun = refuseTraining(); // while something else was waited for
        if (begun !== null) throw begun;
      };
      let isOpen = true;
      const options = {
        ...{ replace: true, progress, signal },
        letGo: (): void => {
          requireNoTraining();
          hold.commit();
          progress({ phase: 'replace', done: 0, total: 0 });
          isOpen = false;
          void stopWriting(stoppedForRestore()); // what was begun since cannot be stored, and is told why it ends
          letGo();
        },
      };
      const finished = (restored: RestoredRecord): RestoredRecord => {
        hold.finish({ kind: 'restored', restored });
        return restored;
      };
      try {
        await store.writable();
        requireNoTraining();
        const { runs, bytes, damage, kept } = await restoreRecord(file, dataDir, options);
        const problem = toldOf(() => home !== null && leaveLostPlace(home));
        return finished({ isRestored: true, runs, bytes, damage: damage.length, kept, problem });
      } catch (error) {
        if (isOpen) throw error;
        return finished({ isRestored: false, problem: toErrorMessage(error) });
      } finally {
        hold.release();
      }
    },
  };
}

function stoppedForRestore(): FolioError {
  return new FolioError('cancelled', 'stopped because the record is being replaced');
}

/** What went wrong; null when nothing did. */
function toldOf(work: () => unknown): ReturnType<typeof toErrorMessage> | null {
  try {
    work();
    return null;
  } catch (error) {
    return toErrorMessage(error);
  }
}
