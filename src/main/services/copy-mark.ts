/** A copy of a record as it was left: to be told from any other file that has its name later, and from itself after somebody worked with it. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';

/**
 * SQLite changes the file's first page when anything is written (its counter of changes; the kind of its journal as soon as Folio opens it
 * for writing), or writes to a log beside it.
 */
export const copyMarkSchema = z.object({
  bytes: z.number(),
  /** When it was written to, in milliseconds since 1970. */
  modified: z.number(),
  /** SHA-256 of its beginning. */
  begin: z.string(),
});
export type CopyMark = z.infer<typeof copyMarkSchema>;

/** A page of a record. */
const BEGIN_BYTES = 16_384;

/** Throws what the system throws. */
export function markOf(file: string): CopyMark {
  const handle = openSync(file, 'r');
  try {
    const { size, mtimeMs } = fstatSync(handle);
    const begin = Buffer.alloc(Math.min(size, BEGIN_BYTES));
    readSync(handle, begin, 0, begin.length, 0);
    return { bytes: size, modified: mtimeMs, begin: createHash('sha256').update(begin).digest('hex') };
  } finally {
    closeSync(handle);
  }
}

/** Whether a file is the one that was marked, and nobody has written to it since. */
export function isAsMarked(file: string, mark: CopyMark): boolean {
  if (['-wal', '-shm', '-journal'].some((end) => existsSync(file + end))) return false;
  const { bytes, modified, begin } = markOf(file);
  return bytes === mark.bytes && modified === mark.modified && begin === mark.begin;
}
