/** What keeps a record and carries it: backups and bundles of runs. */
import type { Store } from '../store/types.ts';
import { createBackupService, type BackupService } from './backup.ts';
import { createBundleService, type BundleService, type BundleThreads } from './bundles.ts';

export interface Keeping {
  readonly backups: BackupService;
  readonly bundles: BundleService;
}

export function createKeeping(store: Store, threads: BundleThreads): Keeping {
  return { backups: createBackupService(() => store.path), bundles: createBundleService(store, threads) };
}
