/** A thread that does one piece of long work on a record's file. Started by aside.ts; never imported. */
import { parentPort, workerData } from 'node:worker_threads';

import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import type { AsideTask, AsideWork, AsideName, FromAside } from './aside.ts';
import { copyRecord } from './record-copy.ts';

if (parentPort === null) throw new FolioError('internal', 'the thread that copies records was started as a program');
const port = parentPort;
/** Windows and progress bars need no more. */
const PROGRESS_MS = 100;
let told = -Infinity;

function tell(message: FromAside): void {
  port.postMessage(message);
}

function progress(at: CopyProgress): void {
  const now = performance.now();
  if (now - told < PROGRESS_MS && at.done < at.total) return;
  told = now;
  tell({ type: 'progress', progress: at });
}

function work(task: AsideTask): Promise<AsideWork[AsideName]['result']> {
  return copyRecord(task.from, task.to, progress);
}

work(workerData as AsideTask).then(
  (result) => tell({ type: 'done', result }),
  (error: unknown) => tell({ type: 'failed', error: toErrorMessage(error) }),
);
