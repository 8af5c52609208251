/** What keeps a record and carries it: backups, bundles of runs, moves. */
import type { Store } from '../store/types.ts';
import { createBackupService, type BackupService } from './backup.ts';
import { homeOf } from './location.ts';
import { createMoveService, type MoveService } from './moves.ts';
import type { RecordOwner } from './replacing.ts';
import { createRestoreService, type RestoreService, type RestoreSurroundings } from './restores.ts';
import { createBundleService, type BundleService, type BundleThreads } from './bundles.ts';

export interface Keeping {
  readonly owner: RecordOwner;
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
  const { owner, dataDir, defaultFolder } = surroundings;
  const backups = createBackupService(() => store.path);
  const bundles = createBundleService(store, threads);
  return {
    owner,
    backups: { ...backups, backUp: (...args) => owner.during('backup', () => backups.backUp(...args)) },
    bundles: {
      exportRun: (...args) => owner.during('export', () => bundles.exportRun(...args)),
      importRun: (...args) => owner.during('import', () => bundles.importRun(...args)),
    },
    moves: createMoveService({ store, ...surroundings, home: homeOf(dataDir, defaultFolder) }),
    restores: createRestoreService({ store, ...surroundings }),
  };
}
