/**
 * A move that was begun and did not come to its end: the process was killed, or it failed. What it made in the new folder goes again; what
 * anybody else may have made there stays, and is named.
 */
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takeWriterLock } from '../store/lock.ts';
import { hasParts, sweepParts, UNNAMED } from '../store/part-sweep.ts';
import { isAsMarked } from './copy-mark.ts';
import { changingLocation, readLocation, writeLocation, type Location, type Moving } from './location.ts';
import { comparable, stillIn, workIn, workSince } from './old-work.ts';
import { deviceOf, holdsRecord, isSamePlace } from './places.ts';

/** `later`: its drive is not connected, or another Folio works there. `stays`: a record that may hold what this one does not. */
type Outcome = 'gone' | 'stays' | 'later';

/**
 * To be called by who has the record that counts open for writing: no move is under way then.
 *
 * @returns what was done, to be told; null when there was nothing to do or it has to wait
 * @throws what the system throws, FolioError 'locked': all is to be tried again then
 */
export function finishBrokenMove(defaultFolder: string): string | null {
  if (readLocation(defaultFolder)?.moving === undefined) return null;
  return changingLocation(defaultFolder, () => finish(defaultFolder));
}

function finish(defaultFolder: string): string | null {
  const location = readLocation(defaultFolder);
  if (location?.moving === undefined) return null;
  const { moving, ...rest } = location;
  const { to, made, device } = moving;
  const forgetCopy = (): void => writeLocation(defaultFolder, { ...rest, moving: { to, made, device } });
  const outcome = isSamePlace(to, location.folder) ? 'gone' : tidy(moving, location.folder, forgetCopy);
  switch (outcome) {
    case 'later':
      return null;
    case 'gone':
      writeLocation(defaultFolder, rest);
      return `a move to ${to} had been broken off; what it left there is gone, and the record is where it was, in ${location.folder}`;
    case 'stays':
      writeLocation(defaultFolder, withRemnant(location));
      return `a move to ${to} had been broken off, and what lies there now is not the copy that it made, or holds more than the record in ${location.folder}: it stays. \`folio move --delete-old\` or Settings deletes it, \`folio move --keep-old\` asks no more`;
  }
}

/**
 * The note of a move that is forgotten because another begins: where a copy of it may lie, that is offered like any old record. What it held is
 * known only as far as the record has it still, be it trained further.
 */
export function withRemnant({ moving, ...rest }: Location): Location {
  if (moving?.copy === undefined) return rest;
  const { to } = moving;
  const before = [...rest.before.filter((path) => path !== to), to];
  const left = Object.fromEntries(Object.entries(rest.left ?? {}).filter(([path]) => path !== to));
  const held = comparable(moving.held);
  if (held === undefined) return { ...rest, before, left };
  return { ...rest, before, left: { ...left, [to]: stillIn(join(rest.folder, 'folio.db'), held) } };
}

/** @param forgetCopy notes that there is none any more: one that is noted and not there is on a drive that is away */
function tidy(moving: Moving, from: string, forgetCopy: () => void): Outcome {
  const { to, made, copy } = moving;
  if (isAway(moving)) return 'later';
  if (!existsSync(to) || !readdirSync(to).some((name) => name.startsWith('folio.'))) {
    if (copy !== undefined) return 'later';
    removeFolders(to, made);
    return 'gone';
  }
  const attempt = takeWriterLock(to, 0);
  if (!attempt.held) return 'later';
  try {
    const file = join(to, 'folio.db');
    // Without a note of it no copy ever got its name: a record that is there is somebody's own.
    if (copy !== undefined && holdsRecord(to)) {
      if (!existsSync(file) || !isAsMarked(file, copy) || !holdsNoMore(file, join(from, 'folio.db'))) {
        sweepParts(to);
        return 'stays';
      }
      renameSync(file, join(to, UNNAMED));
    }
    if (copy !== undefined) {
      if (!hasParts(to)) return 'later';
      forgetCopy(); // first: without it what is swept by half would be waited for
    }
    sweepParts(to);
  } finally {
    attempt.lock.release();
  }
  if (!holdsRecord(to)) removeFolders(to, made);
  return 'gone';
}

/** Whether the place is on a drive that is not connected: where it was mounted there is no folder, or an empty one on another device. */
function isAway({ to, made, device, copy }: Moving): boolean {
  if (!existsSync(to)) {
    const first = made.at(-1); // without one the folder was there
    if (copy !== undefined || first === undefined || !existsSync(dirname(first))) return true;
  } else if (hasParts(to) || (copy !== undefined && holdsRecord(to))) {
    return false; // the drive may have another number since
  }
  return device !== undefined && deviceOf(to) !== device;
}

/** The copy is removed only while all that it holds can be seen to be in the record: that may have been damaged since. */
function holdsNoMore(copy: string, record: string): boolean {
  return workSince(workIn(record), copy).count === 0;
}

/** Those that the move made, as far as there is nothing in them. */
function removeFolders(to: string, made: readonly string[]): void {
  // A lock's file may be waited for by another process: it goes only with its folder.
  if (made.includes(to) && existsSync(to) && readdirSync(to).every((name) => name === 'folio.lock')) {
    rmSync(join(to, 'folio.lock'), { force: true });
  }
  for (const folder of made) {
    try {
      rmdirSync(folder);
    } catch {
      // it was never made, or somebody has put something there
    }
  }
}
