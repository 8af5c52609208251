import type { Sql } from './sql.ts';

/** Small writes between two checkpoints of the write-ahead log. */
const SMALL_WRITES = 256;

/** Pages that one slice of vacuuming gives back: about 4 MB, a few hundredths of a second. */
const SLICE_PAGES = 256;

/**
 * Moves the write-ahead log into the database and gives free pages back to the disk, in slices between other work, so that
 * a stored checkpoint costs its caller one transaction and no more. Free pages that the next checkpoint will need are
 * left until the store closes. Being killed in the middle of it loses nothing: each slice is a transaction of SQLite's.
 */
export class Housekeeping {
  readonly #sql: Sql;
  readonly #pageSize: number;
  #smallWrites = 0;
  #logIsFull = false;
  #slackPages = 0;
  #anyBlobs = false;
  #scheduled: NodeJS.Immediate | null = null;
  #turn: () => Promise<void> | null = () => null;
  #waitsForTurn = false;
  #failure: string | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#pageSize = sql.db.pragma('page_size', { simple: true }) as number;
  }

  /** @param turn what each slice waits for, null for nothing: another thread may be writing, and a slice would stand still behind it */
  takeTurns(turn: () => Promise<void> | null): void {
    this.#turn = turn;
  }

  /** Why the last slice failed (a full disk, mostly), for the check; null when it did not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** After a transaction of a few rows. */
  wrote(): void {
    if (++this.#smallWrites < SMALL_WRITES) return;
    this.#logIsFull = true;
    this.#schedule();
  }

  /** After a transaction that stored or freed blobs. `nextBytes`: what the next such transaction will probably need. */
  wroteBlobs(nextBytes: number | null): void {
    this.#anyBlobs = true;
    this.#logIsFull = true;
    if (nextBytes !== null) this.#slackPages = Math.ceil(nextBytes / this.#pageSize);
    this.#schedule();
  }

  /** Does all that is left, at once. */
  finish(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    if (!this.#anyBlobs) return;
    this.#sql.db.pragma('incremental_vacuum');
    this.#sql.db.pragma('wal_checkpoint(TRUNCATE)');
  }

  #schedule(): void {
    if (this.#waitsForTurn) return;
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = null;
      const turn = this.#turn();
      if (turn === null) this.#work();
      else this.#wait(turn);
    });
  }

  #wait(turn: Promise<void>): void {
    this.#waitsForTurn = true;
    void turn.then(() => {
      this.#waitsForTurn = false;
      this.#schedule();
    });
  }

  #work(): void {
    try {
      if (this.#slice()) this.#schedule();
      this.#failure = null;
    } catch (error) {
      // Nothing is lost: the log keeps what it holds and the next write tries again.
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  /** One slice of work; whether there is more. */
  #slice(): boolean {
    const { db } = this.#sql;
    if (this.#logIsFull) {
      // PASSIVE waits for nobody: a reader that holds it up costs disk space until the next time, and no time here.
      db.pragma('wal_checkpoint(PASSIVE)');
      this.#logIsFull = false;
      this.#smallWrites = 0;
    }
    const free = (db.pragma('freelist_count', { simple: true }) as number) - this.#slackPages;
    if (free <= 0) return false;
    db.pragma(`incremental_vacuum(${Math.min(free, SLICE_PAGES)})`);
    this.#logIsFull = true;
    return true;
  }
}
