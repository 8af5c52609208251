/** Moving the record from the running program, and what is left where it lay before. */
import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress, OldRecord } from '../../shared/keeping.ts';
import type { Store } from '../store/types.ts';
import { moveRecord, type Moved } from './move.ts';
import { oldRecord, settleOldRecord } from './old-record.ts';

export interface MoveService {
  /** Why it cannot be moved from here; null when it can. */
  refusal(): FolioError | null;
  /**
   * Copies the record to another folder, checks the copy and has it count from the next start. From the beginning nothing can be written any
   * more, and after it neither: the program is to be started again. When it fails or is cancelled, all is as before.
   *
   * @throws FolioError what {@link refusal} gives, and what moveRecord throws
   */
  move(to: string, progress: (progress: CopyProgress) => void, signal?: AbortSignal): Promise<Moved>;
  /** What was left where the record lay before; null when there is nothing to ask about. */
  old(): OldRecord | null;
  /** Deletes it for good, or leaves it and asks no more. Bytes freed. Throws FolioError 'not-found', 'locked', 'file'. */
  settle(what: 'delete' | 'keep'): number;
}

export interface MoveSurroundings {
  readonly store: Pick<Store, 'readOnly' | 'writable' | 'freeze'>;
  readonly dataDir: string;
  /** The default data folder, when it or the place that its note names is what is open; null for a folder that was named. */
  readonly home: string | null;
  /** The run that trains; null when none does. */
  readonly training: () => number | null;
}

export function createMoveService({ store, dataDir, home, training }: MoveSurroundings): MoveService {
  const refusal = (): FolioError | null => {
    const run = training();
    if (run !== null) {
      return new FolioError('busy', `run ${run} is being trained`, 'Stop it first: it goes on after the move.');
    }
    if (home === null) {
      return new FolioError(
        'usage',
        `${dataDir} was named with --data or FOLIO_DATA, which count more than any move`,
        'Close Folio and move the folder yourself, or name another.',
      );
    }
    if (store.readOnly)
      return new FolioError('read-only', 'another Folio is working with the record', 'Close it first.');
    return null;
  };

  return {
    refusal,
    async move(to, progress, signal) {
      const refused = refusal();
      if (refused !== null || home === null) throw refused ?? new FolioError('internal', 'a move without a home');
      await store.writable();
      store.freeze('the record is being moved');
      try {
        return await moveRecord(dataDir, to, { defaultFolder: home, progress, signal });
      } catch (error) {
        store.freeze(null);
        throw error;
      }
    },
    old: () => (home === null ? null : oldRecord(home, dataDir)),
    settle(what) {
      if (home === null) throw new FolioError('not-found', 'there is no old record to delete');
      return settleOldRecord(home, dataDir, what);
    },
  };
}
