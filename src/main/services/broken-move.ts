/**
 * A move that was begun and did not come to its end: the process was killed, or it failed. What it made in the new folder goes again; what
 * anybody else may have made there stays, and is named.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takeWriterLock } from '../store/lock.ts';
import { sweepParts } from '../store/part-sweep.ts';
import { isAsMarked } from './copy-mark.ts';
import { readLocation, writeLocation, type Location, type Moving } from './location.ts';
import { workIn, workSince } from './old-work.ts';
import { holdsRecord, isSamePlace, removeRecord } from './places.ts';

/** `later`: its drive is not connected, or another Folio works there. `stays`: a record that may hold what this one does not. */
type Outcome = 'gone' | 'stays' | 'later';

/**
 * To be called by who has the record that counts open for writing: no move is under way then.
 *
 * @returns what was done, to be told; null when there was nothing to do or it has to wait
 * @throws what the system throws: all is to be tried again then
 */
export function finishBrokenMove(defaultFolder: string): string | null {
  const location = readLocation(defaultFolder);
  if (location?.moving === undefined) return null;
  const { moving, ...rest } = location;
  const { to } = moving;
  const forgetCopy = (): void => writeLocation(defaultFolder, { ...rest, moving: { to, made: moving.made } });
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

/** The note of a move that is forgotten because another begins: where a copy of it may lie, that is offered like any old record. */
export function withRemnant({ moving, ...rest }: Location): Location {
  if (moving?.copy === undefined) return rest;
  const before = [...rest.before.filter((path) => path !== moving.to), moving.to];
  return { ...rest, before, left: { ...rest.left, [moving.to]: workIn(join(rest.folder, 'folio.db')) } };
}

/** @param forgetCopy notes that there is none any more: a folder that is not there while there is one is on a drive that is away */
function tidy({ to, made, copy }: Moving, from: string, forgetCopy: () => void): Outcome {
  if (!existsSync(to)) {
    if (copy !== undefined || !existsSync(dirname(made.at(-1) ?? to))) return 'later';
    removeFolders(to, made);
    return 'gone';
  }
  let outcome: Outcome = 'gone';
  if (readdirSync(to).some((name) => name.startsWith('folio.'))) {
    const attempt = takeWriterLock(to, 0);
    if (!attempt.held) return 'later';
    try {
      sweepParts(to);
      // Without a note of it no copy ever got its name: a record that is there is somebody's own.
      if (holdsRecord(to) && copy !== undefined) {
        const file = join(to, 'folio.db');
        if (isAsMarked(file, copy) && holdsNoMore(file, join(from, 'folio.db'))) removeRecord(to);
        else outcome = 'stays';
      }
    } finally {
      attempt.lock.release();
    }
  }
  if (!holdsRecord(to)) {
    if (copy !== undefined) forgetCopy();
    removeFolders(to, made);
  }
  return outcome;
}

/** The copy is removed only while all that it holds can be seen to be in the record: that may have been damaged since. */
function holdsNoMore(copy: string, record: string): boolean {
  return workSince(workIn(record), copy).count === 0;
}

/** Those that the move made, as far as there is nothing in them. */
function removeFolders(to: string, made: readonly string[]): void {
  if (existsSync(to)) rmSync(join(to, 'folio.lock'), { force: true });
  for (const folder of made) {
    try {
      rmdirSync(folder);
    } catch {
      // it was never made, or somebody has put something there
    }
  }
}
