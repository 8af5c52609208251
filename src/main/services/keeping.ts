/** What keeps a record and carries it: backups, bundles of runs, moves. */
import type { Store } from '../store/types.ts';
import { createBackupService, type BackupService } from './backup.ts';
import { homeOf } from './location.ts';
import { createMoveService, type MoveService } from './moves.ts';
import { createRestoreService, type RestoreService, type RestoreSurroundings } from './restores.ts';
import { createBundleService, type BundleService, type BundleThreads } from './bundles.ts';

export interface Keeping {
  readonly backups: BackupService;
  readonly bundles: BundleService;
  readonly moves: MoveService;
  readonly restores: RestoreService;
}

export function createKeeping(
  store: Store,
  threads: BundleThreads,
  surroundings: Omit<RestoreSurroundings, 'store'>,
): Keeping {
  const { dataDir, defaultFolder } = surroundings;
  return {
    backups: createBackupService(() => store.path),
    bundles: createBundleService(store, threads),
    moves: createMoveService({ store, ...surroundings, home: homeOf(dataDir, defaultFolder) }),
    restores: createRestoreService({ store, ...surroundings }),
  };
}
