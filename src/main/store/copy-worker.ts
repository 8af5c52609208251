/** A thread that copies one record. Started by aside.ts; never imported. */
import { workerData } from 'node:worker_threads';

import type { CopyTask } from './aside.ts';
import { answerAside, tellProgress } from './aside-answers.ts';
import { copyRecord } from './record-copy.ts';

const { from, to } = workerData as CopyTask;
answerAside(() => copyRecord(from, to, tellProgress()));
