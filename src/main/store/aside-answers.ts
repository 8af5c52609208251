/** What a thread that was started by aside.ts tells of its work. */
import { parentPort, workerData } from 'node:worker_threads';

import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { cancelled, type AsideThreadData, type FromAside } from './aside.ts';

/** Windows and progress bars need no more. */
const PROGRESS_MS = 100;

function post(message: FromAside<unknown>): void {
  if (parentPort === null) throw new FolioError('internal', 'a thread for files was started as a program');
  parentPort.postMessage(message);
}

/** Tells how far it is, at most ten times a second, and the end of each phase. It throws FolioError 'cancelled' when nobody wants the work any more. */
export function tellProgress(): (progress: CopyProgress) => void {
  const data = workerData as AsideThreadData;
  let told = -Infinity;
  return (progress) => {
    if (Atomics.load(data.cancelled, 0) === 1) throw cancelled();
    const now = performance.now();
    if (now - told < PROGRESS_MS && progress.done < progress.total) return;
    told = now;
    post({ type: 'progress', progress });
  };
}

/** Does the work and tells what came of it. */
export function answerAside(work: () => unknown): void {
  new Promise((resolve) => resolve(work())).then(
    (result) => post({ type: 'done', result }),
    (error: unknown) => post({ type: 'failed', error: toErrorMessage(error) }),
  );
}
