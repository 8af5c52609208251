/** A restore that was begun and did not come to its end because its process was killed: noted beside the record, and told at the next opening. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Which file was being put back. The copy's part beside it tells whether it came to its end. */
const NOTE = 'folio.restoring';

const noteSchema = z.object({ from: z.string() });

/** What is not noted is not told of, and hinders nothing. Only for who holds the folder's writer's lock, as the next two. */
export function noteRestore(dataDir: string, from: string): void {
  try {
    writeFileSync(join(dataDir, NOTE), JSON.stringify({ from }));
  } catch {
    // as said above
  }
}

export function forgetRestore(dataDir: string): void {
  try {
    rmSync(join(dataDir, NOTE), { force: true });
  } catch {
    // it means nothing without the copy's part
  }
}

/**
 * To be called when the folder is opened for writing.
 *
 * @param wasSwept whether a copy was there that never got its name
 * @param isEmpty whether the record holds nothing
 * @returns what is to be told; null when there is nothing
 */
export function finishBrokenRestore(dataDir: string, wasSwept: boolean, isEmpty: () => boolean): string | null {
  const from = noted(dataDir);
  if (from === null) return null;
  forgetRestore(dataDir);
  if (!wasSwept) return null;
  const outcome = isEmpty()
    ? 'what it left is gone, and the record is empty: restore the file again'
    : 'what it left is gone, and the record is as it was before';
  return `putting back ${from} had been broken off; ${outcome}`;
}

function noted(dataDir: string): string | null {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(join(dataDir, NOTE), 'utf8'))).from;
  } catch {
    return null; // there is none, or nothing to be made of it
  }
}
