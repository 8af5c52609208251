import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { FolioError } from '../../shared/errors.ts';
import { renamePatiently } from '../store/patient-rename.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['its folder does not exist', 'Create the folder first.'],
  ENOTDIR: ['a part of its path is a file, not a folder', 'Choose another folder.'],
  EEXIST: ['a part of its path is a file, not a folder', 'Choose another folder.'],
  EACCES: ['you may not write in its folder', 'Choose another folder.'],
  EPERM: ['the system does not allow it', 'Choose another folder, or close the program that has the file open.'],
  EBUSY: ['another program has the file open', 'Close it there, or choose another name.'],
  EROFS: ['its file system is read-only', 'Choose another folder.'],
  ENOSPC: ['there is no space left on its disk', 'Free some space, or choose another disk.'],
  EDQUOT: ['your disk quota is used up', 'Free some space, or choose another disk.'],
  ENAMETOOLONG: ['its name is too long', 'Choose a shorter name.'],
};

/**
 * Writes a file so that it is there whole or not at all: into a temporary file beside it, flushed to the disk, then renamed over
 * what was there. Returns whether it replaced something. Throws FolioError 'file' that says why it could not, 'cancelled' when the signal
 * is aborted before the file has its name; an existing file is then as it was.
 */
export async function replaceFile(
  path: string,
  content: Uint8Array | AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<boolean> {
  const existing = await stat(path).catch(() => null);
  if (existing !== null && !existing.isFile()) {
    const what = existing.isDirectory() ? 'a folder' : 'not an ordinary file';
    throw new FolioError('file', `${path} cannot be written: it is ${what}`, 'Choose the name of a file.');
  }
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content, signal === undefined ? {} : { signal });
      await handle.sync();
    } finally {
      await handle.close();
    }
    signal?.throwIfAborted();
    await renamePatiently(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error says more
    if (signal?.aborted === true) throw new FolioError('cancelled', `${path} was not written: it was cancelled`);
    throw cannotWrite(path, error);
  }
  await syncFolder(dirname(path));
  return existing !== null;
}

/** What is told of a file that could not be written; a FolioError (what was to be written could not be had) as it is. */
export function cannotWrite(path: string, error: unknown): FolioError {
  if (error instanceof FolioError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [reason, hint] = REASONS[code] ?? [code === '' ? String(error) : code, 'Choose another place.'];
  return new FolioError('file', `${path} cannot be written: ${reason}`, hint, { cause: error });
}

/** What is told of a file that could not be deleted. */
export function cannotDelete(path: string, error: unknown): FolioError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [reason] = REASONS[code] ?? [code === '' ? String(error) : code];
  const hint = 'It is as it was. Try again later, or delete it yourself.';
  return new FolioError('file', `${path} cannot be deleted: ${reason}`, hint, { cause: error });
}

/** Makes the new name itself durable, where the system can: Windows has no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => undefined);
  await handle.close().catch(() => undefined); // the file is there
}
