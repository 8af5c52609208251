/** One connection to the record: what reads and what writes, each in a transaction, until it is closed. */
import { FolioError } from '../../shared/errors.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { Sql } from './sql.ts';
import { explained, explaining } from './sqlite-errors.ts';

/** What openStore hands over: the connection, and who is told when it closes. */
export interface StoreParts {
  readonly sql: Sql;
  readonly path: string;
  /** Empty when this process is the writer. */
  readonly readOnlyReason: string;
  /** Where the file was copied to before it was brought to this version; null when it was not. */
  readonly backup: string | null;
  /** Null when read-only. */
  readonly housekeeping: Housekeeping | null;
  readonly now: () => number;
  readonly closed: () => void;
}

/** Everything that SQLite raises in here is explained to people. */
export class Connection {
  readonly #parts: StoreParts;
  #isClosed = false;
  /** Why nothing may be written for now, or for as long as the program runs; null when it may. */
  #frozen: { readonly reason: string; readonly isForGood: boolean } | null = null;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** Throws FolioError 'cancelled' once it is closed, and what `work` throws. */
  read<T>(work: (sql: Sql) => T): T {
    // A transaction, so that all queries of one answer see the same state while another process writes.
    const { sql, path } = this.#parts;
    this.#refuseClosed();
    return explaining(path, () => sql.snapshot(() => work(sql)));
  }

  /** Rows as they come, without a transaction: writes go on in between. Throws FolioError 'cancelled' once it is closed, also in between. */
  *iterate<T>(work: (sql: Sql) => Iterable<T>): Generator<T, void, undefined> {
    this.#refuseClosed();
    try {
      for (const row of work(this.#parts.sql)) {
        yield row;
        this.#refuseClosed();
      }
    } catch (error) {
      throw explained(error, this.#parts.path);
    }
  }

  /** A few rows. Throws what {@link read} throws, and 'read-only'. */
  write<T>(work: (sql: Sql, now: number) => T): T {
    const { sql, now, path, housekeeping } = this.#parts;
    this.refuseReadOnly();
    this.#refuseClosed();
    const result = explaining(path, () => sql.transaction(() => work(sql, now())));
    housekeeping?.wrote();
    return result;
  }

  /** The same for what stores or frees blobs in any case. @param nextBytes what the next such write will probably need; unknown by default */
  writeBlobs<T>(work: (sql: Sql, now: number) => T, nextBytes: (result: T) => number | null = () => null): T {
    const result = this.write(work);
    this.#parts.housekeeping?.wroteBlobs(nextBytes(result));
    return result;
  }

  /** Of a write that turned out to free blobs: their space is given back soon. */
  freedBlobs(): void {
    this.#parts.housekeeping?.wroteBlobs(null);
  }

  /** Why free space could not be given back the last time; null when it was. */
  get housekeepingFailure(): string | null {
    return this.#parts.housekeeping?.failure ?? null;
  }

  /** Gives free space back, closes the file and lets go of the writer's lock, which it does even when the rest fails. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { housekeeping, path, sql, closed } = this.#parts;
    try {
      explaining(path, () => housekeeping?.finish());
    } finally {
      sql.db.close();
      closed();
    }
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new FolioError('cancelled', `${this.#parts.path} has been closed`);
  }

  /** From now on every write is refused, with this reason; null allows them again. @param isForGood until the program starts again */
  freeze(reason: string | null, isForGood = false): void {
    this.#frozen = reason === null ? null : { reason, isForGood };
  }

  /** Throws FolioError 'read-only' where {@link write} would. */
  refuseReadOnly(): void {
    const readOnlyReason = this.#parts.readOnlyReason || (this.#frozen?.reason ?? '');
    if (readOnlyReason === '') return;
    throw new FolioError(
      'read-only',
      `nothing can be stored: ${readOnlyReason}`,
      this.#frozen?.isForGood === true
        ? 'Start Folio again.'
        : 'Wait until it has ended, or name another folder with --data.',
    );
  }
}
