/**
 * The record moved to another folder: noted as begun, copied, checked, and then pointed to. Whatever fails before the last step, the old record
 * counts and nothing of the new one is left; after it the new one counts, and the old one stays until a person has it deleted. What a process
 * leaves that is killed before the last step is known by the note of the beginning: the next start tidies it, see broken-move.ts.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { copyRecordAside } from '../store/aside.ts';
import { takeWriterLock, type WriterLock } from '../store/lock.ts';
import { makeFolder } from '../store/make-folder.ts';
import { hasParts, sweepParts } from '../store/part-sweep.ts';
import type { CopiedRecord } from '../store/record-copy.ts';
import { requireWorkablePlace } from '../store/workable-place.ts';
import { finishBrokenMove, withRemnant } from './broken-move.ts';
import { markOf } from './copy-mark.ts';
import { changingLocation, locationOf, readLocation, writeLocation, type Moving } from './location.ts';
import { workIn } from './old-work.ts';
import { withPartFile } from './part-file.ts';
import { deviceOf, foreignIn, holdsRecord, isInside, isSamePlace, orphanedLog, recordBytes } from './places.ts';
import { cannotWrite } from './replace-file.ts';

/** In their order. */
export const MOVE_STEPS = ['begin', 'make', 'lock', 'copy', 'mark', 'name', 'point', 'unlock'] as const;

export interface MoveOptions {
  /** The folder that never moves: it holds the note that says where the record is. */
  readonly defaultFolder: string;
  readonly progress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal | undefined;
  /** Called when the copy is there and checked: from here on nothing is cancelled. What it throws keeps all as it is. */
  readonly replacing?: () => void;
  /** A test's own: called before each step, to be killed there. */
  readonly before?: (step: (typeof MOVE_STEPS)[number]) => void;
}

export interface Moved {
  readonly folder: string;
  readonly bytes: number;
  readonly damage: readonly string[];
}

/**
 * To be called by the process that has the record open for writing and lets nobody write meanwhile. Afterwards it must end, or open
 * the new folder.
 *
 * @throws FolioError 'file' (the folder holds a record, is inside of the old one, cannot be written to, has no room), 'damaged' (the copy is
 *   not what was copied), 'cancelled'
 */
export async function moveRecord(from: string, to: string, options: MoveOptions): Promise<Moved> {
  const { defaultFolder, before } = options;
  const moving = begin(from, to, options);
  note(defaultFolder, moving);
  try {
    before?.('make');
    make(to);
    before?.('lock');
    const lock = takeWriterLock(to, 0);
    if (!lock.held) throw new FolioError('locked', `another Folio is working with ${to}`, 'Close it first.');
    try {
      const copied = await copyInto(from, moving, options);
      before?.('point');
      point(from, to, { defaultFolder, work: copied.work });
      before?.('unlock');
      return { folder: to, bytes: copied.bytes, damage: copied.damage };
    } finally {
      release(lock.lock);
    }
  } catch (error) {
    tidyNow(defaultFolder);
    throw error;
  }
}

/** To be asked before anything gives way to a move. Throws FolioError 'file' for a place that it cannot go to, or that cannot be looked at. */
export function refusePlace(from: string, to: string, defaultFolder: string): void {
  try {
    refuseUnfit(from, to, defaultFolder);
  } catch (error) {
    throw cannotWrite(to, error);
  }
}

/** What is to be noted of it. Throws what {@link refusePlace} throws. */
function begin(from: string, to: string, { defaultFolder, before }: MoveOptions): Moving {
  refusePlace(from, to, defaultFolder);
  try {
    before?.('begin');
    return { to, made: missingFolders(to), device: deviceOf(to) };
  } catch (error) {
    throw cannotWrite(to, error);
  }
}

/** A whole, checked copy under the record's name; that it is one, and which, is noted before. */
async function copyInto(
  from: string,
  moving: Moving,
  { defaultFolder, progress, signal, before, replacing }: MoveOptions,
): Promise<CopiedRecord & { readonly work: readonly string[] }> {
  sweepParts(moving.to); // of a move that was killed
  requireWorkablePlace(moving.to);
  before?.('copy');
  const name = (): void => {
    refuseOrphanedLog(moving.to); // it may have come in between
    replacing?.();
    before?.('name');
  };
  const room = { expectedBytes: recordBytes(from), signal, before: name };
  try {
    const { made } = await withPartFile(join(moving.to, 'folio.db'), room, async (part) => {
      const task = { from: join(from, 'folio.db'), to: part };
      const copied = await copyRecordAside(task, { signal, ...(progress === undefined ? {} : { progress }) });
      const work = workIn(part); // of the copy: it alone is known to be what was copied
      before?.('mark');
      note(defaultFolder, { ...moving, copy: markOf(part), held: work });
      return { ...copied, work };
    });
    return made;
  } catch (error) {
    forgetUnnamed(defaultFolder, moving);
    throw error;
  }
}

/** A copy that is noted and not there would be waited for: where the folder is there still and the copy is not, there is none. */
function forgetUnnamed(defaultFolder: string, moving: Moving): void {
  try {
    if (!existsSync(join(moving.to, 'folio.lock')) || holdsRecord(moving.to) || hasParts(moving.to)) return;
    note(defaultFolder, moving);
  } catch {
    // The first error says more.
  }
}

/** The new place counts by then, or the first error says more: a drive that went in this moment is told when it is missed. */
function release(lock: WriterLock): void {
  try {
    lock.release();
  } catch {
    // as said above
  }
}

/** Throws FolioError 'file'. */
function note(defaultFolder: string, moving: Moving): void {
  try {
    changingLocation(defaultFolder, () => {
      const location = locationOf(defaultFolder);
      const others = location.moving?.to === moving.to ? location : withRemnant(location);
      writeLocation(defaultFolder, { ...others, moving });
    });
  } catch (error) {
    throw cannotWrite(defaultFolder, error);
  }
}

/** The moment of the move. Throws FolioError 'file'. */
function point(
  from: string,
  to: string,
  { defaultFolder, work }: { readonly defaultFolder: string; readonly work: readonly string[] },
): void {
  try {
    changingLocation(defaultFolder, () => {
      const { before, left } = locationOf(defaultFolder);
      const others = before.filter((path) => path !== from && path !== to);
      const known = { ...left, [from]: work };
      writeLocation(defaultFolder, { folder: to, before: [...others, from], left: known });
    });
  } catch (error) {
    if (!counts(to, defaultFolder)) throw cannotWrite(defaultFolder, error);
  }
}

/** Of a note that was written and told as failed all the same, as by a network drive whose answer was lost. */
function counts(to: string, defaultFolder: string): boolean {
  try {
    return readLocation(defaultFolder)?.folder === to;
  } catch {
    return false;
  }
}

/** The first error says more than one of this; the next start tries it again. */
function tidyNow(defaultFolder: string): void {
  try {
    finishBrokenMove(defaultFolder);
  } catch {
    // as said above
  }
}

/** Those on the way to a folder that are not there yet, the deepest first. */
function missingFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let path = folder; statSync(path, { throwIfNoEntry: false }) === undefined; path = dirname(path)) {
    missing.push(path);
    if (path === dirname(path)) break;
  }
  return missing;
}

function make(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

function refuseUnfit(from: string, to: string, defaultFolder: string): void {
  if (statSync(to, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new FolioError('file', `${to} is a file, not a folder`, 'Choose another folder.');
  }
  if (isSamePlace(from, to)) {
    throw new FolioError('file', `the record is in ${to} already`, 'Choose another folder.');
  }
  if (isInside(to, from)) {
    throw new FolioError(
      'file',
      `${to} is inside of the folder that the record is moved from`,
      'Choose another folder.',
    );
  }
  const before = readLocation(defaultFolder)?.before ?? [];
  if (holdsRecord(to) && before.some((path) => isSamePlace(path, to))) {
    throw new FolioError(
      'file',
      `${to} still holds the record as it was before it was moved from there`,
      'Delete that first in Settings, then move the record back. `folio move --delete-old` does it, too.',
    );
  }
  if (holdsRecord(to)) {
    throw new FolioError(
      'file',
      `${to} holds a record already`,
      'Choose an empty folder. A record is never written over, and two are never made one.',
    );
  }
  refuseOrphanedLog(to);
  if (!isSamePlace(to, defaultFolder)) refuseOthersFolder(to); // the window keeps its own files in that one
}

/** A record among somebody's own files is easily moved or deleted with them. */
function refuseOthersFolder(to: string): void {
  const other = foreignIn(to);
  if (other === null) return;
  throw new FolioError(
    'file',
    `${to} holds other files, such as ${JSON.stringify(other)}`,
    `Choose an empty folder, or one that is made for the record, such as ${join(to, 'folio')}.`,
  );
}

function refuseOrphanedLog(to: string): void {
  const log = orphanedLog(to);
  if (log === null) return;
  throw new FolioError(
    'file',
    `${to} holds the log of a record that is not there any more: ${log}`,
    'Choose an empty folder, or delete the log if you know that its record is gone for good.',
  );
}
