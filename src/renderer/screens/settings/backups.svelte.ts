/** Backing up the record from the window. */
import { runJob } from '../../../shared/contract/client.ts';
import type { TopicResult } from '../../../shared/contract/index.ts';
import type { CopyProgress } from '../../../shared/keeping.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { LongJob } from '../../state/long-job.svelte.ts';

export type Backup = LongJob<CopyProgress, TopicResult<'record:backup'>>;

const backups = new WeakMap<Folio, Backup>();

/** The window's one backup: it goes on while one looks at another screen. */
export function backupOf(folio: Folio): Backup {
  const backup: Backup = backups.get(folio) ?? new LongJob();
  backups.set(folio, backup);
  return backup;
}

/** Asks where to, then copies. */
export function backUp(folio: Folio): Promise<void> {
  return backupOf(folio).start(async (heard, signal) => {
    const day = new Date().toISOString().slice(0, 10);
    const file = await folio.connection.saveFile('record', `folio-${day}.db`);
    if (file === null) return null;
    const made = await runJob(folio.client, 'record:backup', { file: file.handle }, heard, signal);
    folio.connection.deliver(file);
    return made;
  });
}
