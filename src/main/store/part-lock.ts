/**
 * Whose a file is that is being made under a name of its own beside a person's file. A lock beside it, which the system drops when the process ends, tells
 * for sure whether anybody still works on it; one of another computer says nothing, as not every network drive carries locks across.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';

const LOCK = '.lock';
const FILES = ['', '-journal', '-wal', '-shm'];

export interface PartLock {
  /** To be called when the file is gone, or has another name. */
  release(): void;
}

/** To be taken before the file is made. Null where there are no locks: the file is then nobody's to remove but its maker's. */
export function lockPart(part: string): PartLock | null {
  const path = part + LOCK;
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    db.pragma(`application_id = ${computer()}`);
    db.exec('BEGIN EXCLUSIVE');
  } catch {
    db?.close();
    removeQuietly(path);
    return null;
  }
  const held = db;
  return {
    release() {
      held.close();
      removeQuietly(path);
    },
  };
}

/**
 * Removes the files of makers that are gone. One without a lock, with a lock that is held, or with one of another computer stays.
 *
 * @param isPart whether a name in the folder is one that such a file has
 * @returns bytes freed
 */
export function removeAbandoned(folder: string, isPart: (name: string) => boolean): number {
  let bytes = 0;
  for (const name of namesIn(folder)) {
    if (!name.endsWith(LOCK) || !isPart(name.slice(0, -LOCK.length))) continue;
    const part = join(folder, name.slice(0, -LOCK.length));
    bytes += alone(part + LOCK, () => FILES.reduce((sum, end) => sum + removed(part + end), 0)) ?? 0;
  }
  return bytes;
}

/** Does something while nobody else has the lock, which goes with it; null where somebody has it, or it is another computer's. */
function alone<T>(lock: string, work: () => T): T | null {
  let db: Database.Database | undefined;
  try {
    db = new Database(lock, { fileMustExist: true, timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    if (db.pragma('application_id', { simple: true }) !== computer()) return null;
    const result = work();
    db.close();
    removeQuietly(lock);
    return result;
  } catch {
    return null;
  } finally {
    db?.close();
  }
}

/** Its size in bytes; 0 for one that is not there. Throws what the system throws. */
function removed(path: string): number {
  if (!existsSync(path)) return 0;
  const { size } = statSync(path);
  rmSync(path);
  return size;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // whoever writes there will say why
  }
}

/** What stays is removed by the next sweep. */
function removeQuietly(path: string): void {
  try {
    for (const end of FILES) rmSync(path + end, { force: true });
  } catch {
    // as said above
  }
}

/** A number for this computer, as SQLite keeps one in a file: whose lock it is. */
export function computer(): number {
  return createHash('sha256').update(hostname()).digest().readInt32BE(0);
}
