/** A thread that copies one record, or examines one. Started by aside.ts; never imported. */
import { workerData } from 'node:worker_threads';

import type { CopyTask, ExamineTask } from './aside.ts';
import { answerAside, tellProgress } from './aside-answers.ts';
import { copyRecord } from './record-copy.ts';
import { examineRecord } from './record-examine.ts';

const { from, to } = workerData as CopyTask | ExamineTask;
answerAside(() => (to === null ? examineRecord(from, tellProgress()) : copyRecord(from, to, tellProgress())));
