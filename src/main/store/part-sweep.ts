import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what a move or a restore that was killed had copied so far. Only for who holds the folder's writer's lock: whoever makes such a file
 * holds it too. What cannot be removed stays, and hinders nothing.
 */
export function sweepParts(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (/^folio\.db\.[0-9a-f]{6}\.part(-journal|-wal|-shm)?$/.test(name)) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // as said above
  }
}
