import { IMPORTED, type RunSummary } from '../../shared/domain.ts';
import { assertNever } from '../../shared/errors.ts';
import { readCheckpoints } from './checkpoint.ts';
import { readSummary, updateStatus } from './run.ts';
import type { Sql } from './sql.ts';
import { discardRun } from './trash.ts';

/**
 * Turns a run in an active state into `interrupted` and returns it. One whose weights were still being imported can never go on: it is
 * discarded, and null is returned. Sound only for the process that holds the writer's lock: whoever
 * worked on it held the lock before and is gone. To be called inside a transaction.
 */
export function sweep(sql: Sql, run: RunSummary, now: number): RunSummary | null {
  if (run.preset === IMPORTED) {
    discardRun(sql, run.id);
    return null;
  }
  const reason = `Folio ended while the run was ${activity(run.status)}; ${wayOn(sql, run.id)}`;
  updateStatus(sql, run.id, 'interrupted', reason, now);
  return readSummary(sql, run.id);
}

function activity(status: RunSummary['status']): string {
  switch (status) {
    case 'queued':
      return 'waiting to start';
    case 'stopping':
      return 'being stopped';
    case 'running':
    case 'paused':
    case 'finished':
    case 'stopped':
    case 'interrupted':
    case 'failed':
      return status;
    default:
      return assertNever(status, 'run status');
  }
}

/** What can be resumed from, by the rows alone: the blobs are verified when a resume reads them. */
export function wayOn(sql: Sql, runId: number): string {
  const newest = readCheckpoints(sql, runId).findLast((checkpoint) => checkpoint.resumable);
  if (newest === undefined) return 'nothing had been saved, so resuming starts from the beginning';
  return newest.kind === 'epoch'
    ? `it can be resumed from the end of epoch ${newest.epoch} (step ${newest.step})`
    : `it can be resumed from step ${newest.step}, inside epoch ${newest.epoch}`;
}
