import { FolioError } from '../../shared/errors.ts';

/** The code of an error that SQLite or the file system raised ("SQLITE_FULL", "EACCES"), or null for any other value. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return error.code;
}

/** Whether SQLite met pages that are not what it wrote. */
export function isCorruption(error: unknown): boolean {
  return systemCode(error)?.startsWith('SQLITE_CORRUPT') === true;
}

/** Why a folder cannot be made. */
const UNMADE: Readonly<Record<string, string>> = {
  EACCES: 'you may not write in its folder',
  EEXIST: 'a part of its path is a file, not a folder',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'its file system takes no new folders',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EPERM: 'the system does not allow it',
  EROFS: 'its file system is read-only',
};

/** Turns what SQLite and the file system raise into an error for people; leaves every other value as it is. */
export function explained(error: unknown, path: string): unknown {
  if (error instanceof FolioError) return error;
  const code = systemCode(error);
  if (code === null) return error;
  const cause = { cause: error };
  const said = error instanceof Error ? error.message : code;
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    return new FolioError(
      'file',
      `there is no room left to write to ${path}; nothing of this was stored`,
      'Free some disk space (or delete old runs) and try again.',
      cause,
    );
  }
  if (code === 'SQLITE_NOTADB') {
    return new FolioError(
      'damaged',
      `${path} is not a database`,
      'It was left untouched. Move it away, or name another folder with --data.',
      cause,
    );
  }
  if (isCorruption(error)) {
    return new FolioError(
      'damaged',
      `the database ${path} is damaged: ${said}`,
      'Run `folio doctor`, and copy the folder before anything else; older versions lie in its folder "backups" if there are any.',
      cause,
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new FolioError('busy', `${path} is busy with another write: ${said}`, 'Try again in a moment.', cause);
  }
  const unmade = error instanceof Error && 'syscall' in error && error.syscall === 'mkdir' ? UNMADE[code] : undefined;
  if (unmade !== undefined) {
    return new FolioError(
      'file',
      `the folder ${path} cannot be made: ${unmade}`,
      'Choose another folder, or name one with --data.',
      cause,
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new FolioError(
      'file',
      `${path} cannot be written: ${said}`,
      'Give yourself the right to write there, or name another folder with --data.',
      cause,
    );
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_IOERR') || /^E[A-Z]+$/.test(code)) {
    return new FolioError(
      'file',
      `${path} cannot be read or written: ${said}`,
      'Look at the folder and its disk, or name another folder with --data.',
      cause,
    );
  }
  return error;
}

/** Calls `work` and explains what it throws. */
export function explaining<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explained(error, path);
  }
}
