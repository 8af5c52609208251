/** What a person may not have written over: a record, their own or another, is no name for a backup or an export. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { FolioError } from '../../shared/errors.ts';

const SIDE_FILES = ['-wal', '-shm', '-journal'];

/** What a data folder holds besides the record and its side files that nothing may take the place of. */
const BESIDE = ['folio.lock', 'folio.owner', 'location.json'];

/**
 * To be asked before a file of the person's choice is written, and once more before it gets its name when that takes long.
 *
 * @param record the file of the record that is open
 * @throws FolioError 'file' for the record and what belongs to it
 */
export function refuseTarget(file: string, record: string): void {
  refuseRecord(file, record);
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
