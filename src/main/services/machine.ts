/** What this machine has left. */
import { readdirSync, statfsSync, statSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Bytes of memory that a new process may take, a container's limit included. macOS counts as free only what it uses for nothing at
 * all, not even as a cache: what the machine has is the better answer there.
 */
export function freeMemory(): number {
  if (process.platform === 'darwin') return totalmem();
  const available = process.availableMemory();
  return available > 0 ? available : freemem();
}

/** Bytes that the file system of the nearest folder that exists has left; null where it does not say. */
export function freeDisk(path: string): number | null {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    } catch {
      if (folder === dirname(folder)) return null;
    }
  }
}

/** Bytes that the files of a folder take, those of folders in it included. */
export function storedBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // A file that another process removed between the two calls takes nothing.
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
