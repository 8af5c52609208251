/** A large file that is made under another name beside its own, so that it is there whole or not at all. */
import { randomBytes } from 'node:crypto';
import { open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { FolioError } from '../../shared/errors.ts';
import { lockPart, removeAbandoned } from '../store/part-lock.ts';
import { renamePatiently } from '../store/patient-rename.ts';
import { freeDisk } from './machine.ts';
import { cannotWrite, syncFolder } from './replace-file.ts';

/** Stays free on the disk: a system without any does not work. */
const RESERVE_BYTES = 16e6;

export interface PartFile {
  /** Bytes that it will probably have: refused at once where there is no room for them. */
  readonly expectedBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** What must be done in the moment before the file gets its name; what it throws keeps the name from it. */
  readonly before?: () => void | Promise<void>;
  /**
   * Where no lock of a data folder guards what is made: the part has one of its own, and those that a process left which was killed as it made the same
   * file are removed first. Is given their bytes, where there were any.
   */
  readonly removed?: (bytes: number) => void;
  /** Bytes that a folder's disk has left; a test's own. */
  readonly free?: (folder: string) => number | null;
}

/**
 * Lets `make` write to a file that ends in `.part`, and gives it its name when it is through. Whatever goes wrong, nothing of it is
 * left, and what had the name before is as it was.
 *
 * @param make writes, checks and flushes the file, and has let go of it when it resolves or rejects
 * @throws FolioError 'file' that says why it cannot be written, and what `make` throws
 */
export async function withPartFile<T>(
  path: string,
  { removed, ...options }: PartFile,
  make: (part: string) => Promise<T>,
): Promise<{ readonly made: T; readonly replaced: boolean }> {
  const existing = await stat(path).catch(() => null);
  if (existing !== null && !existing.isFile()) {
    const what = existing.isDirectory() ? 'a folder' : 'not an ordinary file';
    throw new FolioError('file', `${path} cannot be written: it is ${what}`, 'Choose the name of a file.');
  }
  const part = join(dirname(path), `${partBase(path)}.${randomBytes(3).toString('hex')}.part`);
  if (removed !== undefined) sweep(path, removed);
  const lock = removed === undefined ? null : lockPart(part);
  try {
    await create(part, path);
    const made = await fill(path, part, options, make);
    return { made, replaced: existing !== null };
  } finally {
    lock?.release();
  }
}

async function fill<T>(
  path: string,
  part: string,
  { expectedBytes, signal, before, free = freeDisk }: Omit<PartFile, 'removed'>,
  make: (part: string) => Promise<T>,
): Promise<T> {
  try {
    requireRoom(path, expectedBytes, free(dirname(path)));
    const made = await make(part);
    if (signal?.aborted === true) throw new FolioError('cancelled', 'cancelled; nothing of it was kept');
    await before?.();
    await giveName(part, path);
    await syncFolder(dirname(path));
    return made;
  } catch (error) {
    // SQLite's own files beside it go too. The first error says more than one of these.
    for (const end of ['', '-journal', '-wal', '-shm']) await rm(part + end, { force: true }).catch(() => undefined);
    throw byTarget(cannotWrite(path, error), part, path);
  }
}

/** What the names of its parts begin with. */
function partBase(path: string): string {
  return basename(path).slice(0, 100);
}

function sweep(path: string, removed: (bytes: number) => void): void {
  const base = partBase(path);
  if (base !== basename(path)) return; // such a name is not this file's alone
  const isPart = (name: string): boolean =>
    name.startsWith(`${base}.`) && /^[0-9a-f]{6}\.part$/.test(name.slice(base.length + 1));
  const bytes = removeAbandoned(dirname(path), isPart);
  if (bytes > 0) removed(bytes);
}

/** Whether both paths lead to one file; false where one of them leads to none. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => realpath(path).catch(() => null)));
  return a !== null && a === b;
}

/** A network drive may have done it and lose the answer: what is there under its name was not refused one. */
async function giveName(part: string, path: string): Promise<void> {
  const { dev, ino } = await stat(part, { bigint: true });
  try {
    await renamePatiently(part, path);
  } catch (error) {
    const [left, named] = await Promise.all([part, path].map((file) => stat(file, { bigint: true }).catch(() => null)));
    if (left !== null || named?.dev !== dev || named.ino !== ino) throw error;
  }
}

/** So that a folder that cannot be written to is told in its own words, and not in SQLite's. */
async function create(part: string, path: string): Promise<void> {
  try {
    await (await open(part, 'wx')).close();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** What is needed is rounded up and what is there down, so that the figures say why. */
function requireRoom(path: string, bytes: number, free: number | null): void {
  if (free === null || free >= bytes + RESERVE_BYTES) return;
  const [needed, reserve, left] = [Math.ceil(bytes / 1e6), RESERVE_BYTES / 1e6, Math.floor(free / 1e6)].map(megabytes);
  throw new FolioError(
    'file',
    bytes === 0
      ? `${path} cannot be written: its disk has ${left} left, of which ${reserve} are to stay free`
      : `${path} cannot be written: it needs ${needed}, and ${reserve} more are to stay free; its disk has ${left} left`,
    'Free some space, or choose another disk.',
  );
}

/** A person chose the one name and has never seen the other. */
function byTarget(error: FolioError, part: string, path: string): FolioError {
  const named = (text: string): string => text.replaceAll(part, () => path);
  if (!error.message.includes(part)) return error;
  return new FolioError(error.code, named(error.message), error.hint, { cause: error });
}

function megabytes(count: number): string {
  return `${count.toLocaleString('en-US')} MB`;
}
