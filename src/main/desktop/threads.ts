/** Electron aborts when it ends while a thread is still ending: the last to go are waited for. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';

/** A thread that has been told to end needs milliseconds. */
const THREADS_MS = 2000;

export interface Threads {
  /** Of those that began since they are watched. */
  readonly size: number;
  /** Resolves when all have ended, or none of them will. */
  ended(): Promise<void>;
}

/** To be called before the first one begins. */
export function watchThreads(): Threads {
  const threads = new Set<Worker>();
  process.on('worker', (thread) => {
    threads.add(thread);
    thread.once('exit', () => threads.delete(thread));
  });
  return {
    get size() {
      return threads.size;
    },
    async ended() {
      const all = Promise.all([...threads].map((thread) => once(thread, 'exit')));
      await Promise.race([all, delay(THREADS_MS)]);
    },
  };
}
