import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PART = /^folio\.db\.[0-9a-f]{6}\.part(-journal|-wal|-shm)?$/;

/** A name for a copy that is none any more: it goes with the next sweep. */
export const UNNAMED = 'folio.db.000000.part';

/**
 * Removes what a move or a restore that was killed had made so far. Only for who holds the folder's writer's lock: whoever makes such a file
 * holds it too. What cannot be removed stays, and hinders nothing.
 *
 * @returns whether there was a copy
 */
export function sweepParts(folder: string): boolean {
  let isFound = false;
  try {
    for (const name of readdirSync(folder)) {
      if (!PART.test(name)) continue;
      isFound ||= !name.startsWith(UNNAMED);
      rmSync(join(folder, name), { force: true });
    }
  } catch {
    // as said above
  }
  return isFound;
}

/** Whether there is something to be swept. */
export function hasParts(folder: string): boolean {
  return readdirSync(folder).some((name) => PART.test(name));
}
