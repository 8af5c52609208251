/** What this machine has left. */
import { statfsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
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

/** Bytes that the files of a folder take, those of folders in it included. What another process removes meanwhile takes nothing. */
export async function storedBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(noneWhereGone([]));
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await storedBytes(path);
    else if (entry.isFile()) bytes += (await stat(path).catch(noneWhereGone({ size: 0 }))).size;
  }
  return bytes;
}

function noneWhereGone<T>(none: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return none;
    throw error;
  };
}
