/** What keeps a record and carries it: backups, bundles of runs, moves. */
import type { Store } from '../store/types.ts';
import { createBackupService, type BackupService } from './backup.ts';
import { createMoveService, type MoveService, type MoveSurroundings } from './moves.ts';
import { createBundleService, type BundleService, type BundleThreads } from './bundles.ts';

export interface Keeping {
  readonly backups: BackupService;
  readonly bundles: BundleService;
  readonly moves: MoveService;
}

export function createKeeping(
  store: Store,
  threads: BundleThreads,
  surroundings: Omit<MoveSurroundings, 'store'>,
): Keeping {
  return {
    backups: createBackupService(() => store.path),
    bundles: createBundleService(store, threads),
    moves: createMoveService({ store, ...surroundings }),
  };
}
