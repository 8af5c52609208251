/** Moving the record from the running program, and what is left where it lay before. */
import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress, OldRecord } from '../../shared/keeping.ts';
import type { Store } from '../store/types.ts';
import { readLocation } from './location.ts';
import { moveRecord, refusePlace, type Moved } from './move.ts';
import { oldRecord, settleOldRecord } from './old-record.ts';
import { holdsRecord, isSamePlace } from './places.ts';
import type { RecordOwner } from './replacing.ts';
import type { GenerationService } from './types.ts';

export interface MoveService {
  /** Whether Folio finds this record when no folder is named. */
  readonly isFound: boolean;
  /** Whether the folder was named with --data or FOLIO_DATA, which count more than any move, and is not the usual one. */
  readonly isNamed: boolean;
  /** Why it cannot be moved from here; null when it can. */
  refusal(): FolioError | null;
  /**
   * Copies the record to another folder, checks the copy and has it count from the next start. What is being generated ends and is stored; from
   * then on nothing can be written any more, and after it neither: the program is to be started again. When it fails or is cancelled, all is as
   * before. From the progress `replace` on it cannot be cancelled.
   *
   * @throws FolioError what {@link refusal} gives, and what moveRecord throws
   */
  move(to: string, progress: (progress: CopyProgress) => void, signal?: AbortSignal): Promise<Moved>;
  /** What was left where the record lay before; null when there is nothing to ask about. */
  old(): OldRecord | null;
  /** Deletes it for good, or leaves it and asks no more. Bytes freed. Throws FolioError 'not-found', 'locked', 'file', 'busy'. */
  settle(what: 'delete' | 'keep'): number;
}

export interface MoveSurroundings {
  readonly store: Pick<Store, 'readOnly' | 'writable'>;
  readonly owner: RecordOwner;
  readonly dataDir: string;
  /** The default data folder; null where the person named another with FOLIO_DATA. */
  readonly defaultFolder: string | null;
  /** The default data folder, when it or the place that its note names is what is open; null for a folder that was named. */
  readonly home: string | null;
  /** The run that trains; null when none does. */
  readonly training: () => number | null;
  /** Ends what is being written, and has it stored; null when nothing is. Absent where nothing is ever written. */
  readonly stopWriting?: GenerationService['stop'];
}

export function createMoveService(surroundings: MoveSurroundings): MoveService {
  const { store, owner, dataDir, home, training, stopWriting = () => null } = surroundings;
  const refuseTraining = (): FolioError | null => {
    const run = training();
    if (run === null) return null;
    return new FolioError('busy', `run ${run} is being trained`, 'Stop it first: it goes on after the move.');
  };
  const refusal = (): FolioError | null => {
    const refused = refuseTraining() ?? owner.refusal('move');
    if (refused !== null) return refused;
    if (home === null) return withoutHome(surroundings);
    if (store.readOnly)
      return new FolioError('read-only', 'another Folio is working with the record', 'Close it first.');
    return null;
  };

  return {
    isFound: home !== null,
    isNamed: isNamed(surroundings),
    refusal,
    async move(to, progress, signal) {
      const refused = refusal();
      if (refused !== null || home === null) throw refused ?? new FolioError('internal', 'a move without a home');
      refusePlace(dataDir, to, home);
      const writing = stopWriting(stoppedForMove());
      if (writing !== null) await writing; // while it can still be stored
      const hold = owner.take('move');
      const requireNoTraining = (): void => {
        const begun = refuseTraining(); // while something else was waited for
        if (begun !== null) throw begun;
      };
      const options = {
        ...{ defaultFolder: home, progress, signal },
        replacing: (): void => {
          requireNoTraining();
          hold.commit();
          progress({ phase: 'replace', done: 0, total: 0 });
        },
      };
      try {
        await store.writable();
        requireNoTraining();
        const moved = await moveRecord(dataDir, to, options);
        const { folder, bytes, damage } = moved;
        hold.finish({ kind: 'moved', moved: { folder, bytes, damage: damage.length } });
        return moved;
      } finally {
        hold.release();
      }
    },
    old: () => (home === null || owner.outcome !== null ? null : oldRecord(home, dataDir)),
    settle(what) {
      const refused = owner.refusal('import');
      if (refused !== null) throw refused;
      if (home === null) throw new FolioError('not-found', 'there is no old record to delete');
      return settleOldRecord(home, dataDir, what);
    },
  };
}

function movedAlready(folder: string, dataDir: string): FolioError {
  return new FolioError(
    'usage',
    `the record was moved to ${folder}, and what is open is ${dataDir}, where it was before`,
    'Close Folio and start it without naming a folder. It finds the record where it is now.',
  );
}

function stoppedForMove(): FolioError {
  return new FolioError('cancelled', 'stopped because the record is being moved');
}

/** Neither found by the note of the default folder nor in that folder. */
function isNamed({
  home,
  dataDir,
  defaultFolder,
}: Pick<MoveSurroundings, 'home' | 'dataDir' | 'defaultFolder'>): boolean {
  return home === null && (defaultFolder === null || !isSamePlace(defaultFolder, dataDir));
}

/** A record is moved by its note in the default folder, so only one that is found by that note can be. */
function withoutHome({ dataDir, defaultFolder }: Pick<MoveSurroundings, 'dataDir' | 'defaultFolder'>): FolioError {
  if (defaultFolder !== null && isSamePlace(defaultFolder, dataDir)) {
    try {
      const folder = readLocation(defaultFolder)?.folder ?? dataDir;
      if (holdsRecord(folder)) return movedAlready(folder, dataDir);
      return new FolioError(
        'usage',
        `the record was moved to ${folder}, and ${dataDir} is used in its stead`,
        'Start Folio again when it is there, and move it then. If it is lost for good, put a backup in its place here first.',
      );
    } catch (error) {
      if (error instanceof FolioError) return error;
      throw error;
    }
  }
  return new FolioError(
    'usage',
    `${dataDir} was named with --data or FOLIO_DATA, which count more than any move`,
    'Close Folio and move the folder yourself, or name another.',
  );
}
