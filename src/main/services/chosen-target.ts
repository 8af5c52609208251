/** What a person may not have written over: a record, their own or another, is no name for a backup or an export. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { FolioError } from '../../shared/errors.ts';
import { RECORD } from '../store/open.ts';
import { NOTE, readLocation } from './location.ts';

const SIDE_FILES = ['-wal', '-shm', '-journal'];

/** What a data folder holds besides the record and its side files that nothing may take the place of. */
const BESIDE = ['folio.lock', 'folio.owner', NOTE];

/**
 * To be asked before a file of the person's choice is written, and once more before it gets its name when that takes long.
 *
 * @param record the file of the record that is open
 * @throws FolioError 'file' for the record and what belongs to it, and for other records and databases that may be open
 */
export function refuseTarget(file: string, record: string): void {
  refuseRecord(file, record);
  refuseOther(file);
}

/**
 * A log that lies beside a database is played over whatever has its name at the next opening, and would destroy it; and another Folio that works
 * with a record would go on writing to a file that has no name any more.
 */
function refuseOther(file: string): void {
  const side = ['-wal', '-journal'].map((end) => file + end).find((path) => existsSync(path));
  if (side !== undefined) {
    throw new FolioError(
      'file',
      `${file} cannot be written: there is a file ${side} beside it, so it is a database that may be in use`,
      'Choose another name.',
    );
  }
  const name = basename(file).toLowerCase();
  const isBeside = SIDE_FILES.some((end) => name.endsWith(end) && existsSync(file.slice(0, -end.length)));
  if (!isBeside && !isOfDataFolder(dirname(file), name)) return;
  throw new FolioError(
    'file',
    `${file} belongs to another record, and is never written over`,
    'Choose another name, best on another disk.',
  );
}

function isOfDataFolder(folder: string, name: string): boolean {
  if (name === NOTE) return isLocated(folder);
  if (name !== RECORD && !BESIDE.includes(name)) return false;
  return existsSync(join(folder, 'folio.lock'));
}

/** Whether the folder says where a record lies; any other file of that name may be replaced. */
function isLocated(folder: string): boolean {
  try {
    return readLocation(folder) !== null;
  } catch {
    return existsSync(join(folder, 'folio.lock'));
  }
}

function refuseRecord(file: string, record: string): void {
  const folder = dirname(record);
  const own = [record, ...SIDE_FILES.map((end) => record + end), ...BESIDE.map((name) => join(folder, name))];
  const places = new Set([placeOf(file), realOf(file)]);
  if (!own.some((path) => places.has(placeOf(path)) || (existsSync(path) && places.has(realOf(path))))) return;
  throw new FolioError(
    'file',
    `${file} belongs to the record itself, and is never written over`,
    'Choose another name, best on another disk.',
  );
}

/** The folder's links followed, and not the file's: also of one that is not there yet. Many file systems take capitals for small letters. */
function placeOf(path: string): string {
  return join(realOf(dirname(path)), basename(path).toLowerCase());
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path; // there is nothing
  }
}
