/**
 * Where the record lies when it was moved: a note in the default data folder, which never moves. It is written whole or not at all, and is
 * the moment in which a move happens: before it the old record counts, after it the new one.
 */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import { FolioError } from '../../shared/errors.ts';
import { underWriterLock } from '../store/lock.ts';
import { makeFolder } from '../store/make-folder.ts';
import { renamePatientlySync } from '../store/patient-rename.ts';
import { copyMarkSchema } from './copy-mark.ts';
import { holdsRecord, isSamePlace } from './places.ts';

export const NOTE = 'location.json';

const absolute = z.string().refine((path) => isAbsolute(path));

const movingSchema = z.object({
  to: absolute,
  /** The folders that are made for it, the deepest first. */
  made: z.array(absolute),
  /** The device of the place that it goes to, see places.ts: a drive leaves an empty folder behind, and comes back with all that was made. */
  device: z.string().optional(),
  /** The copy, noted before it gets the record's name; not there before that. */
  copy: copyMarkSchema.optional(),
  /** What the copy holds, see old-work.ts. */
  held: z.array(z.string()).optional(),
});

/** A move that was begun: of which, after a kill, something may lie in the new folder, see broken-move.ts. */
export type Moving = Readonly<z.infer<typeof movingSchema>>;

const noteSchema = z.object({
  version: z.literal(1),
  /** The data folder. */
  folder: absolute,
  /** Where the record lay before, until that one is deleted or kept for good. */
  before: z.array(z.string()),
  /** What each of those held when it was left, see old-work.ts. Not known of those that were not left by a move. */
  left: z.record(z.string(), z.array(z.string())).optional(),
  moving: movingSchema.optional(),
});

export interface Location {
  readonly folder: string;
  readonly before: readonly string[];
  readonly left?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly moving?: Moving | undefined;
}

/** Null when the record was never moved. Throws FolioError 'damaged' for a note that cannot be read: it may hide where the record is. */
export function readLocation(defaultFolder: string): Location | null {
  const path = join(defaultFolder, NOTE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw unreadable(path, error);
  }
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What is noted; of a record that was never moved, what could be. Throws what {@link readLocation} throws. */
export function locationOf(defaultFolder: string): Location {
  return readLocation(defaultFolder) ?? { folder: defaultFolder, before: [] };
}

/** How long a change of the note waits for another Folio that changes it, or looks for a moment into the default folder. */
const LOCK_MS = 500;

/**
 * Reads the note, acts on it and changes it, while nobody else does.
 *
 * @throws FolioError 'locked' when another Folio works in the default folder and this process does not, and what `work` throws
 */
export function changingLocation<T>(defaultFolder: string, work: () => T): T {
  makeFolder(defaultFolder);
  return underWriterLock(defaultFolder, LOCK_MS, work);
}

/**
 * Atomically, and durably where the system can. Null, or what says no more, takes the note away: the default folder counts again. Only within
 * {@link changingLocation}: the name that it is written under first is the same for all.
 */
export function writeLocation(defaultFolder: string, location: Location | null): void {
  const path = join(defaultFolder, NOTE);
  if (location === null || (location.moving === undefined && isUsual(location, defaultFolder))) {
    rmSync(path, { force: true });
    return;
  }
  makeFolder(defaultFolder);
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w');
  try {
    writeFileSync(file, JSON.stringify({ version: 1, ...location }));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renamePatientlySync(temporary, path);
  syncFolderNow(defaultFolder);
}

/** What the note says is acted on: the old record is deleted. Windows has no such thing. */
function syncFolderNow(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // as said above
  }
}

/**
 * The folder that counts. Throws FolioError 'not-found' when the record was moved to a place that is not there now: an empty record in
 * its stead would look as if everything were lost.
 */
export function locatedFolder(defaultFolder: string): string {
  const location = locationOf(defaultFolder);
  const { folder } = location;
  if (holdsRecord(folder) || isUsual(location, defaultFolder)) return folder;
  const restore = '`folio restore FILE --in-default-place`';
  throw new FolioError(
    'not-found',
    `the record was moved to ${folder}, and there is none now`,
    holdsRecord(defaultFolder)
      ? `If it is on a drive, connect it and try again. --data ${defaultFolder} works with the folder that it was moved from. If it is lost for good, ${restore} puts a backup in its stead.`
      : `If it is on a drive, connect it and try again. If it is lost for good, ${restore} puts a backup in its stead. To begin anew, delete ${join(defaultFolder, NOTE)}.`,
  );
}

/** The record lies in the default folder and nowhere else: there may have been the beginning of a move. */
function isUsual({ folder, before }: Location, defaultFolder: string): boolean {
  return folder === defaultFolder && before.length === 0;
}

/** The system's place for programs' data; null where the person named another with FOLIO_DATA, which counts more than any move. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string | null {
  const chosen = environment['FOLIO_DATA'];
  return chosen === undefined || chosen === '' ? envPaths('folio', { suffix: '' }).data : null;
}

/**
 * Where the record lies unless the person names a folder: FOLIO_DATA, else where it was moved to, else the system's place for programs' data.
 * Throws FolioError 'not-found' when it was moved to a place that is not there, 'damaged' when that cannot be read.
 */
export function defaultDataDir(environment: NodeJS.ProcessEnv = process.env): string {
  const home = homeFolder(environment);
  return home === null ? resolve(environment['FOLIO_DATA'] ?? '') : locatedFolder(home);
}

/** The default folder, when what is open is it or the place that its note names, be it by another way there; null for any other. */
export function homeOf(openFolder: string, defaultFolder: string | null): string | null {
  if (defaultFolder === null) return null;
  try {
    return isSamePlace(readLocation(defaultFolder)?.folder ?? defaultFolder, openFolder) ? defaultFolder : null;
  } catch {
    return null; // a note that cannot be read is not written over
  }
}

function unreadable(path: string, cause: unknown): FolioError {
  return new FolioError(
    'damaged',
    `${path}, which says where the record lies, cannot be read`,
    'Look into it, and delete it if the record is in its usual folder; --data names a folder directly.',
    { cause },
  );
}
