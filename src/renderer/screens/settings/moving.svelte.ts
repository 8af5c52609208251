/** Moving the record from the window. */
import { runJob } from '../../../shared/contract/client.ts';
import type { TopicResult } from '../../../shared/contract/index.ts';
import type { CopyProgress } from '../../../shared/keeping.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { LongJob } from '../../state/long-job.svelte.ts';

export type Moving = LongJob<CopyProgress, TopicResult<'record:move'>>;

const moves = new WeakMap<Folio, Moving>();

/** The window's one move: it goes on while one looks at another screen. */
export function movingOf(folio: Folio): Moving {
  const moving: Moving = moves.get(folio) ?? new LongJob();
  moves.set(folio, moving);
  return moving;
}

/** Asks where to, then copies. */
export function moveRecord(folio: Folio): Promise<void> {
  return movingOf(folio).start(async (heard, signal) => {
    const folder = await folio.client.request('record:choose-folder', {});
    if (folder === null) return null;
    return runJob(folio.client, 'record:move', { folder: folder.handle }, heard, signal);
  });
}
