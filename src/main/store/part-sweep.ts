import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what a move or a restore that was killed had made so far. Only for who holds the folder's writer's lock: whoever makes such a file
 * holds it too. What cannot be removed stays, and hinders nothing.
 */
export function sweepParts(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (isSecondName(folder, name)) rmSync(join(folder, name));
      if (/^folio\.db\.[0-9a-f]{6}\.part(-journal|-wal|-shm)?$/.test(name)) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // as said above
  }
}

/** That of the record itself, to be kept aside by a restore that was killed before it put another in its place. */
function isSecondName(folder: string, name: string): boolean {
  if (!/^folio-\d{4}-[-\dT]+\.db$/.test(name)) return false;
  const [one, other] = [name, 'folio.db'].map((file) =>
    statSync(join(folder, file), { bigint: true, throwIfNoEntry: false }),
  );
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino && one.ino !== 0n;
}
