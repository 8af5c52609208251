/**
 * Windows refuses to rename a file that was just written, or to put another in its place, while a virus scanner, an indexer or another Folio has it
 * open: for a moment, after which it works. Elsewhere whoever has a file open is in nobody's way, and nothing is tried twice.
 */
import { renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from './sqlite-errors.ts';

/** Milliseconds before each new try: less than a second in all. */
const PAUSES = [10, 20, 50, 100, 200, 400];

/** What the system does; a test has its own. */
export interface RenameSystem<Returned> {
  readonly platform: NodeJS.Platform;
  readonly rename: (from: string, to: string) => Returned;
  readonly pause: (milliseconds: number) => Returned;
}

/** Rejects with what the system throws the last time. */
export async function renamePatiently(
  from: string,
  to: string,
  { platform, ...system }: RenameSystem<Promise<unknown>> = { platform: process.platform, rename, pause: delay },
): Promise<void> {
  for (const milliseconds of PAUSES) {
    try {
      await system.rename(from, to);
      return;
    } catch (error) {
      if (!isMomentary(error, platform)) throw error;
    }
    await system.pause(milliseconds);
  }
  await system.rename(from, to);
}

/** The same for what nothing of this process may come between; it stands still meanwhile. Throws what the system throws the last time. */
export function renamePatientlySync(
  from: string,
  to: string,
  system: RenameSystem<unknown> = { platform: process.platform, rename: renameSync, pause: standStill },
): void {
  for (const milliseconds of PAUSES) {
    try {
      system.rename(from, to);
      return;
    } catch (error) {
      if (!isMomentary(error, system.platform)) throw error;
    }
    system.pause(milliseconds);
  }
  system.rename(from, to);
}

function isMomentary(error: unknown, platform: NodeJS.Platform): boolean {
  return platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '');
}

function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, milliseconds);
}
