/** Stores checkpoints, and frees deleted ones, in a thread of its own, so that the thread of the windows and of the command line is never held up by one. */
import { pathToFileURL } from 'node:url';

import type { Sample } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { ownBytes } from '../../shared/own-bytes.ts';
import { entryFile } from '../program-files.ts';
import { startThread } from '../start-thread.ts';
import { AnsweringThread, type FailedAnswer } from './answering-thread.ts';
import type { BlobKind } from './checkpoint-blob.ts';
import type { CheckpointInfo } from '../../shared/domain.ts';
import type { ImportPiece, ImportTarget } from './import-types.ts';
import type { NewCheckpoint, Purged, RetentionPolicy } from './types.ts';

/** What storing a checkpoint comes to; the samples with the ids that they got. */
export interface StoredCheckpoint {
  readonly info: CheckpointInfo;
  readonly bytesFreed: number;
  readonly samples: readonly Sample[];
}

export type BlobSizes = Readonly<Record<BlobKind, number>>;

export interface WriterThreadData {
  readonly path: string;
  /** 0 until the thread has closed its connection. */
  readonly closed: Int32Array<SharedArrayBuffer>;
}

export type ToWriterThread =
  | { readonly type: 'piece'; readonly part: BlobKind; readonly bytes: Uint8Array }
  | { readonly type: 'discard' }
  | {
      readonly type: 'record';
      readonly checkpoint: NewCheckpoint;
      /** Of both blobs when they have come in pieces; null when the checkpoint holds them. */
      readonly sizes: BlobSizes | null;
      readonly policy: RetentionPolicy;
      readonly now: number;
    }
  | { readonly type: 'import'; readonly piece: ImportPiece; readonly target: ImportTarget | null; readonly now: number }
  | { readonly type: 'purge' }
  | { readonly type: 'close' };

export type FromWriterThread =
  | { readonly type: 'recorded'; readonly result: StoredCheckpoint }
  | { readonly type: 'purged'; readonly purged: Purged | null }
  | { readonly type: 'imported'; readonly target: ImportTarget }
  | FailedAnswer;

type Answer = Exclude<FromWriterThread, FailedAnswer>;

export interface CheckpointWriterOptions {
  /** The thread's program; the file beside this one by default. A bundle that has it elsewhere names it. */
  readonly entry?: URL;
  readonly now?: () => number;
}

/** How long `close` waits for a transaction under way. */
const CLOSE_MS = 15_000;

/** Where the bytes came before, in pieces. */
const NONE = new Uint8Array(0);

/**
 * One checkpoint after the other, on a second connection to the record that this process holds the writer's lock of. While it stores one, a
 * write on the main connection waits for its transaction (SQLite has one writer at a time), see the store's `writable`; reads do not.
 */
export class CheckpointWriter {
  readonly #now: () => number;
  readonly #thread: AnsweringThread<ToWriterThread, Answer>;
  /** Of the thread that runs. */
  #closed = new Int32Array(new SharedArrayBuffer(4));
  /** Whether there are pieces of a checkpoint that is yet to be stored. */
  #hasPieces = false;
  /** How the thread ended that had them. */
  #piecesLost: FolioError | null = null;

  /** @param path the record's file, opened for writing by this process */
  constructor(path: string, options: CheckpointWriterOptions = {}) {
    const entry = options.entry ?? pathToFileURL(entryFile('store/checkpoint-worker'));
    this.#now = options.now ?? Date.now;
    this.#thread = new AnsweringThread({
      start: () => {
        this.#closed = new Int32Array(new SharedArrayBuffer(4));
        const workerData: WriterThreadData = { path, closed: this.#closed };
        return startThread(entry, { workerData });
      },
      end: () => undefined, // `close` was its farewell
      death: ({ reason }) => new FolioError('internal', `the thread that stores checkpoints ${reason}`),
      died: (error) => {
        if (this.#hasPieces) this.#piecesLost = error;
        this.#hasPieces = false;
      },
    });
  }

  /** The next bytes of the checkpoint to come. Of one whose thread died it takes no more: `record` will say so. */
  piece(part: BlobKind, bytes: Uint8Array): void {
    if (this.#piecesLost !== null) return;
    this.#hasPieces = true;
    // (A message between processes leaves a view of the buffer that everything of it was read into.)
    const own = ownBytes(bytes);
    this.#thread.tell({ type: 'piece', part, bytes: own }, [own.buffer]);
  }

  /** Forgets the pieces of a checkpoint that will not be completed, and starts the thread: a training begins. */
  discard(): void {
    this.#hasPieces = false;
    this.#piecesLost = null;
    this.#thread.tell({ type: 'discard' });
  }

  /**
   * Stores a checkpoint in one transaction, as the store's `recordCheckpoint` does. With `sizes`, its blobs are the pieces that came
   * before and those in `checkpoint` are not looked at. Rejects with what that throws, or 'internal' when the thread dies.
   *
   * @param moved buffers of `checkpoint` that are handed over instead of copied: the caller has them no more
   */
  async record(
    checkpoint: NewCheckpoint,
    policy: RetentionPolicy,
    sizes: BlobSizes | null,
    moved: readonly ArrayBuffer[] = [],
  ): Promise<StoredCheckpoint> {
    if (sizes !== null) {
      const lost = this.#piecesLost;
      this.#hasPieces = false;
      this.#piecesLost = null;
      if (lost !== null) throw lost;
    }
    const posted = sizes === null ? checkpoint : { ...checkpoint, weights: NONE, optimizer: NONE };
    const answer = await this.#ask({ type: 'record', checkpoint: posted, sizes, policy, now: this.#now() }, moved);
    if (answer.type !== 'recorded') throw unexpected(answer.type);
    return answer.result;
  }

  /** The store's method of the same name: one with hundreds of MB takes a third of a second. Rejects as `record` does. */
  async purgeNext(): Promise<Purged | null> {
    const answer = await this.#ask({ type: 'purge' });
    if (answer.type !== 'purged') throw unexpected(answer.type);
    return answer.purged;
  }

  /** The store's method of the same name. @param moved as in `record` */
  async importPiece(
    piece: ImportPiece,
    target: ImportTarget | null,
    moved: readonly ArrayBuffer[] = [],
  ): Promise<ImportTarget> {
    const answer = await this.#ask({ type: 'import', piece, target, now: this.#now() }, moved);
    if (answer.type !== 'imported') throw unexpected(answer.type);
    return answer.target;
  }

  /** Resolves when no checkpoint is being stored or freed, well or not; null when none is now. */
  stored(): Promise<void> | null {
    return this.#thread.lastAnswer?.then(ignore, ignore) ?? null;
  }

  /**
   * Waits for a transaction under way, gives free space back and closes the connection, for good: who asks for something afterwards is
   * told 'cancelled'. To be called before the store's own close.
   */
  close(): void {
    this.#thread.close(new FolioError('cancelled', 'the record was closed'), () => {
      this.#thread.tell({ type: 'close' });
      Atomics.wait(this.#closed, 0, 0, CLOSE_MS);
    });
  }

  #ask(message: ToWriterThread, moved: readonly ArrayBuffer[] = []): Promise<Answer> {
    return this.#thread.ask(message, moved);
  }
}

function unexpected(type: Answer['type']): FolioError {
  return new FolioError('internal', `the thread that stores checkpoints answered with "${type}"`);
}

function ignore(): void {
  // whoever asked for the checkpoint is told
}
