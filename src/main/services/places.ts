/** Folders that hold records: what of them is the record's own, and whether two names lead to one place. */
import { existsSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isPutAside } from '../store/put-aside.ts';

/** The record's own files; what else lies in its folder (a log, older backups, the window's) is no part of it. */
const FILES = ['folio.db', 'folio.db-wal', 'folio.db-shm'];

/** Whether there is a record in a folder: also one that the next opening gives its name back, see put-aside.ts. */
export function holdsRecord(folder: string): boolean {
  return existsSync(join(folder, 'folio.db')) || isPutAside(folder);
}

/** What is played over whatever has the record's name at its next opening. */
const LOGS = ['folio.db-wal', 'folio.db-journal'];

/** A log whose record is not there any more: a record that was put beside it would be read as that other one. Null when there is none. */
export function orphanedLog(folder: string): string | null {
  if (holdsRecord(folder)) return null;
  const logs = LOGS.map((name) => join(folder, name));
  return logs.find((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) ?? null;
}

/** What systems and file managers put into a folder, or into a drive that nobody has used yet. */
const SYSTEMS = /^(\..*|lost\+found|system volume information|\$recycle\.bin|desktop\.ini|thumbs\.db)$/i;

/** The name of something in a folder that is neither the system's nor, as in a folder that Folio has worked in before, its own; null when there is none. */
export function foreignIn(folder: string): string | null {
  if (!existsSync(folder) || existsSync(join(folder, 'folio.lock'))) return null;
  const names = readdirSync(folder).filter((name) => !SYSTEMS.test(name) && !name.startsWith('folio.'));
  return names.sort()[0] ?? null;
}

/** Bytes of a folder's record. */
export function recordBytes(folder: string): number {
  return FILES.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** For good. Throws what the system throws. */
export function removeRecord(folder: string): void {
  for (const name of FILES) rmSync(join(folder, name), { force: true });
}

/** The device that a folder lies on, or would lie on; not the same for good, as a drive may get another number when it is connected again. */
export function deviceOf(folder: string): string {
  const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return found === undefined && folder !== dirname(folder) ? deviceOf(dirname(folder)) : String(found?.dev);
}

export function isSamePlace(one: string, other: string): boolean {
  return real(one) === real(other);
}

/** Whether a path leads to something in a folder, and not to the folder itself. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(real(folder), real(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way;
}

/** Links followed, as far as there is something. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(real(dirname(path)), relative(dirname(path), path));
  }
}
