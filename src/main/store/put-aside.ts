/**
 * A record that makes way for a backup and keeps a name with the date. It gets that as a second one, so that `folio.db` is never missing. On a file
 * system on which a file has one name only, it is away for a moment instead, under a name that says so: whoever opens the folder for writing next
 * gives it back its own.
 */
import { existsSync, linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const RECORD = 'folio.db';
const DATED = /^folio-\d{4}-[-\dT]+\.db$/;
const AWAY = '.away';
const SIDE_FILES = ['-wal', '-shm', '-journal'];

/**
 * What a damaged record still has beside it gets names that belong to it, so that the new record never meets the log of the old. To be followed by
 * {@link settleAside}, whatever becomes of the new one. When it fails, all is as it was.
 *
 * @returns the path that the record is kept under once another has its place
 */
export function putAside(record: string, now: Date): string {
  const folder = dirname(record);
  const name = freeName(folder, now);
  try {
    if (existsSync(record)) giveName(record, name);
    for (const end of SIDE_FILES) if (existsSync(record + end)) renameSync(record + end, name + end);
  } catch (error) {
    tolerating(() => settleAside(record, name)); // the first error says more
    throw error;
  }
  return name;
}

/** Ends it: see {@link mendPutAside}. A log that had no record any more has its place again as well, unless there is a new one. */
export function settleAside(record: string, name: string): void {
  mendPutAside(dirname(record));
  if (!existsSync(record)) takeBeside(name, record);
}

/** Whether the folder's record is away, and no other has its place. */
export function isPutAside(folder: string): boolean {
  if (existsSync(join(folder, RECORD))) return false;
  try {
    return readdirSync(folder).some(isAway);
  } catch {
    return false; // there is no such folder
  }
}

/**
 * Ends what {@link putAside} began: where no other record has the place, the one that was there has it again, and else it is under the name with the
 * date. Only for who holds the folder's writer's lock.
 *
 * @throws what the system throws when a record cannot get its place back: nobody may begin a new one there then
 */
export function mendPutAside(folder: string): void {
  const record = join(folder, RECORD);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (isAway(name)) {
      if (existsSync(record)) tolerating(() => renameSync(path, path.slice(0, -AWAY.length)));
      else {
        takeBeside(path.slice(0, -AWAY.length), record);
        renameSync(path, record);
      }
    } else if (DATED.test(name) && isSecondName(path, record)) {
      takeBeside(path, record);
      tolerating(() => rmSync(path));
    }
  }
}

function isAway(name: string): boolean {
  return name.endsWith(AWAY) && DATED.test(name.slice(0, -AWAY.length));
}

/** What fails is tried again at the next opening, and hinders nobody. */
function tolerating(work: () => void): void {
  try {
    work();
  } catch {
    // as said above
  }
}

function takeBeside(name: string, record: string): void {
  for (const end of SIDE_FILES) {
    if (existsSync(name + end) && !existsSync(record + end)) renameSync(name + end, record + end);
  }
}

function giveName(record: string, name: string): void {
  try {
    linkSync(record, name);
  } catch {
    // Done and told as failed all the same, as by a network drive whose answer was lost?
    if (!isSecondName(name, record)) renameSync(record, name + AWAY);
  }
}

/** Whether both are names of one file, which has two at least: the one name of a file is never taken from it. */
function isSecondName(name: string, record: string): boolean {
  const [one, other] = [name, record].map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }));
  if (one === undefined || other === undefined || one.ino === 0n) return false;
  return one.dev === other.dev && one.ino === other.ino && one.nlink >= 2n;
}

function freeName(folder: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const isFree = (path: string): boolean => ['', AWAY, ...SIDE_FILES].every((end) => !existsSync(path + end));
  for (let number = 1; ; number++) {
    const name = join(folder, `folio-${stamp}${number === 1 ? '' : `-${number}`}.db`);
    if (isFree(name)) return name;
  }
}
