/** The threads of one engine: the one that it is called on, and others that wait for tasks. */
import os from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Worker as Thread } from 'node:worker_threads';
import { FolioError, toErrorMessage } from '../../../shared/errors.ts';
import { entryFile } from '../../program-files.ts';
import { startThread } from '../../start-thread.ts';
import { Control, MOST_THREADS, waitWhile, WORD, workerIn } from './control.ts';
import { instantiate, type KernelModule, type Kernels, type SharedMemory } from './kernels.ts';
import { placeOf, type Task } from './tasks.ts';

const VARIABLE = 'FOLIO_WASM_THREADS';
/** Floating-point operations below which waking other threads costs more than it saves. */
const WORTH_SHARING = 500_000;

export interface ThreadData {
  readonly module: KernelModule;
  readonly memory: SharedMemory;
  readonly buffer: SharedArrayBuffer;
  readonly index: number;
}

/**
 * How many threads compute: FOLIO_WASM_THREADS, or as many as this process may run at once.
 * @throws FolioError 'engine' when the variable is not a whole number from 1 to 63.
 */
export function threadsFor(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const named = env[VARIABLE];
  if (named === undefined || named === '') return Math.min(os.availableParallelism(), MOST_THREADS - 1);
  const threads = Number(named);
  if (!Number.isInteger(threads) || threads < 1 || threads >= MOST_THREADS) {
    throw new FolioError(
      'engine',
      `${VARIABLE} is "${named}"`,
      `Set it to a whole number from 1 to ${MOST_THREADS - 1}, or leave it out.`,
    );
  }
  return threads;
}

/** How a crew differs from the ordinary; for tests. */
export interface CrewOptions {
  /** Floating-point operations from which a task is shared. */
  readonly shareFrom?: number;
  /** The threads' program. */
  readonly entry?: URL;
}

/** Runs tasks on all threads. Results do not depend on their number. */
export class Crew {
  readonly threads: number;
  readonly #memory: SharedMemory;
  readonly #kernels: Kernels;
  readonly #control = new Control();
  readonly #shareFrom: number;
  readonly #others: readonly Thread[];
  #job = 0;

  private constructor(module: KernelModule, memory: SharedMemory, threads: number, options: CrewOptions) {
    this.threads = threads;
    this.#memory = memory;
    this.#kernels = instantiate(module, memory);
    this.#shareFrom = options.shareFrom ?? WORTH_SHARING;
    const entry = options.entry ?? pathToFileURL(entryFile('engine/wasm/thread'));
    const { buffer } = this.#control;
    this.#others = Array.from({ length: threads - 1 }, (_, i) => {
      const workerData: ThreadData = { module, memory, buffer, index: i + 1 };
      return startThread(entry, { workerData, name: 'folio-wasm' });
    });
  }

  /**
   * Starts the threads and waits until they are ready.
   * @throws FolioError 'engine' when one of them does not start.
   */
  static async start(
    module: KernelModule,
    memory: SharedMemory,
    threads: number,
    options: CrewOptions = {},
  ): Promise<Crew> {
    const crew = new Crew(module, memory, threads, options);
    try {
      await Promise.all(crew.#others.map(untilReady));
      for (const thread of crew.#others) thread.unref();
      return crew;
    } catch (error) {
      crew.close();
      throw failed(toErrorMessage(error).message);
    }
  }

  /**
   * Runs a task and waits for it.
   * @param work floating-point operations, about: little is done by the calling thread alone
   * @throws FolioError 'engine' when another thread failed or is lost; the engine is of no use then
   */
  run(task: Task, numbers: readonly number[], work: number): void {
    const control = this.#control;
    const count = work < this.#shareFrom ? 1 : this.threads;
    const worker = workerIn(control, { kernels: this.#kernels, memory: this.#memory, index: 0 }, count);
    this.#assertWhole();
    control.resetPieces();
    if (count === 1) return task(worker, numbers);
    control.writeJob(placeOf(task), numbers);
    Atomics.store(control.words, WORD.done, 0);
    this.#job = (this.#job + 1) % 1_000_000;
    Atomics.store(control.words, WORD.job, this.#job * MOST_THREADS + count);
    Atomics.notify(control.words, WORD.job);
    this.#orFail(() => task(worker, numbers));
    for (;;) {
      const done = Atomics.load(control.words, WORD.done);
      if (done === count - 1) return;
      this.#orFail(() => waitWhile(control, WORD.done, done));
    }
  }

  /** Ends the other threads. */
  close(): void {
    for (const thread of this.#others) void thread.terminate();
  }

  /** When a part of a shared job fails, all of it does. */
  #orFail(part: () => void): void {
    try {
      part();
    } catch (error) {
      this.#control.fail(toErrorMessage(error).message);
      this.#assertWhole();
    }
  }

  #assertWhole(): void {
    const { failure } = this.#control;
    if (failure !== null) throw failed(failure);
  }
}

/** Resolves with a thread's first message, which says that it is ready. */
function untilReady(thread: Thread): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once('message', () => resolve());
    thread.on('error', reject);
    thread.once('exit', (code) => reject(new Error(`it ended with code ${code}`)));
  });
}

function failed(why: string): FolioError {
  return new FolioError(
    'engine',
    `a thread of the wasm engine failed: ${why}`,
    `Try again; ${VARIABLE}=1 computes without other threads.`,
  );
}
