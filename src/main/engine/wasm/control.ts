/** What the threads of an engine share beside its memory: the job to do, who is done, and whether one of them failed. */
import type { Worker } from './worker.ts';

/** Numbers of a job at most. */
const NUMBERS = 32;
const MESSAGE_BYTES = 1024;
/** Threads at most; their number is the low part of a job's word. */
export const MOST_THREADS = 64;
/** The words of WORD, and for each of two phases in turn how many of its pieces every thread has given out. */
const WORDS = 8 + 2 * MOST_THREADS;

/** Views of one shared buffer. */
export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #numbers: Float64Array<SharedArrayBuffer>;
  readonly #message: Uint8Array<SharedArrayBuffer>;

  constructor(buffer = new SharedArrayBuffer(WORDS * 4 + NUMBERS * 8 + MESSAGE_BYTES)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, WORDS);
    this.#numbers = new Float64Array(buffer, WORDS * 4, NUMBERS);
    this.#message = new Uint8Array(buffer, WORDS * 4 + NUMBERS * 8, MESSAGE_BYTES);
  }

  writeJob(task: number, numbers: readonly number[]): void {
    if (numbers.length > NUMBERS) throw new Error(`${numbers.length} numbers are more than a job has`);
    this.words[WORD.task] = task;
    this.words[WORD.length] = numbers.length;
    this.#numbers.set(numbers);
  }

  /** Before a job: no piece is given out. */
  resetPieces(): void {
    this.words.fill(0, WORD.pieces, WORD.pieces + 2 * MOST_THREADS);
  }

  readJob(): { readonly task: number; readonly numbers: readonly number[] } {
    const length = this.words[WORD.length] ?? 0;
    return { task: this.words[WORD.task] ?? 0, numbers: Array.from(this.#numbers.subarray(0, length)) };
  }

  /** Says that a thread failed, and wakes whoever waits for it. The first message stays. */
  fail(message: string): void {
    if (Atomics.compareExchange(this.words, WORD.failed, 0, 1) === 0) {
      const bytes = new TextEncoder().encode(message).subarray(0, MESSAGE_BYTES);
      this.#message.set(bytes);
      Atomics.store(this.words, WORD.failed, bytes.length + 1);
    }
    for (const word of [WORD.job, WORD.done, WORD.round]) Atomics.notify(this.words, word);
  }

  /** Why a thread failed; null when none did. */
  get failure(): string | null {
    const state = Atomics.load(this.words, WORD.failed);
    if (state === 0) return null;
    return new TextDecoder().decode(this.#message.slice(0, Math.max(0, state - 1)));
  }
}

/** Places of the shared words. */
export const WORD = {
  /** A number that changes with each job, times MOST_THREADS, plus the threads that do it. */
  job: 0,
  task: 1,
  length: 2,
  /** Threads that are done with the job. */
  done: 3,
  /** Threads that have come to the barrier, and how often it has opened. */
  arrived: 4,
  round: 5,
  /** 0, or the length of the message plus 1. */
  failed: 6,
  /** From here on: pieces that were given out. */
  pieces: 8,
} as const;

/** Looks at a word before sleeping on it: about as long as threads that share work evenly wait for each other. */
const LOOKS = 4000;
/** Sleeps of so long, after each of which the failure of another thread is looked for. */
const SLEEP_MS = 1000;
/** Sleeps until a thread that does not come counts as lost. */
const SLEEPS = 120;

/**
 * Waits until a word is something else than `value`. A patient thread sleeps until it is woken, by a new value or by a failure.
 * @throws Error when a thread failed, or (where `patient` is not set) none comes for two minutes.
 */
export function waitWhile(control: Control, word: number, value: number, patient = false): void {
  const { words } = control;
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, word) !== value) return;
  for (let sleeps = 0; Atomics.load(words, word) === value; sleeps++) {
    const { failure } = control;
    if (failure !== null) throw new Error(failure);
    if (sleeps === SLEEPS && !patient) throw new Error(`a thread gave no answer for ${(SLEEPS * SLEEP_MS) / 1000} s`);
    // Waking only to look, every thread of an idle engine would keep its processor from resting.
    Atomics.wait(words, word, value, patient ? Infinity : SLEEP_MS);
  }
}

/** Waits until `count` threads have called this. */
export function meet(control: Control, count: number): void {
  if (count === 1) return;
  const { words } = control;
  const round = Atomics.load(words, WORD.round);
  if (Atomics.add(words, WORD.arrived, 1) === count - 1) {
    Atomics.store(words, WORD.arrived, 0);
    Atomics.add(words, WORD.round, 1);
    Atomics.notify(words, WORD.round);
  } else {
    waitWhile(control, WORD.round, round);
  }
}

/** A thread's part in one job. */
export function workerIn(
  control: Control,
  { kernels, memory, index }: Pick<Worker, 'kernels' | 'memory' | 'index'>,
  count: number,
): Worker {
  const { words } = control;
  /** Barriers passed. Counts of the phase before are free again, as every thread has left it. */
  let phase = 0;
  const place = (thread: number, inPhase: number): number => WORD.pieces + (inPhase % 2) * MOST_THREADS + thread;
  return {
    kernels,
    memory,
    index,
    share(pieces, visit) {
      for (let i = 0; i < count; i++) {
        const thread = (index + i) % count;
        const start = Math.floor((thread * pieces) / count);
        const end = Math.floor(((thread + 1) * pieces) / count);
        const counter = place(thread, phase);
        for (;;) {
          const piece = start + Atomics.add(words, counter, 1);
          if (piece >= end) break;
          visit(piece);
        }
      }
    },
    barrier() {
      Atomics.store(words, place(index, phase + 1), 0);
      meet(control, count);
      phase++;
    },
  };
}
