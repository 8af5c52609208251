/** The state machine of a run: which state may follow which. */
import { ACTIVE_STATUSES, type RunStatus } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';

/**
 * The states that may follow each state. A process works on a run in the first four; `interrupted`, `stopped` and `failed` wait
 * for a resume, which queues them again; `finished` is the end.
 */
export const RUN_TRANSITIONS: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['running', 'stopping', 'stopped', 'interrupted', 'failed'],
  running: ['paused', 'stopping', 'finished', 'stopped', 'interrupted', 'failed'],
  paused: ['running', 'stopping', 'stopped', 'interrupted', 'failed'],
  stopping: ['stopped', 'finished', 'interrupted', 'failed'],
  finished: [],
  stopped: ['queued'],
  interrupted: ['queued'],
  failed: ['queued'],
};

/** Whether a process works on a run in this state (or did until it died). */
export function isActive(status: RunStatus): boolean {
  return (ACTIVE_STATUSES as readonly RunStatus[]).includes(status);
}

/** Whether a run in this state can be resumed. */
export function isResumable(status: RunStatus): boolean {
  return RUN_TRANSITIONS[status].includes('queued');
}

/** Throws FolioError 'internal' unless `to` may follow `from`: the caller has lost track of its run. */
export function assertTransition(runId: number, from: RunStatus, to: RunStatus): void {
  if (RUN_TRANSITIONS[from].includes(to)) return;
  const next = RUN_TRANSITIONS[from].join(', ');
  throw new FolioError(
    'internal',
    `run ${runId} cannot go from ${from} to ${to}`,
    next === '' ? `A run that is ${from} stays so.` : `A run that is ${from} can become ${next}.`,
  );
}
