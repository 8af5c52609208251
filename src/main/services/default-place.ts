/** The default folder while the note in it says that the record is elsewhere: worked in meanwhile, or for good because that one is lost. */
import { join } from 'node:path';
import { toErrorMessage } from '../../shared/errors.ts';
import { finishBrokenMove } from './broken-move.ts';
import { changingLocation, homeOf, readLocation, writeLocation } from './location.ts';
import { workIn } from './old-work.ts';
import { holdsRecord, isSamePlace } from './places.ts';

export interface Opened {
  /** The default folder; null where the person named another with FOLIO_DATA. */
  readonly home: string | null;
  readonly dataDir: string;
  /** Whether it was opened to work in it, and not only to look. */
  readonly forWork: boolean;
  /** Takes what a person is to know. */
  readonly log: (line: string) => void;
}

/** What is to be set right in the note of where the record lies, once it is open for writing. Whatever fails is said, and tried again the next time. */
export function mendPlaces({ home, dataDir, forWork, log }: Opened): void {
  if (home === null) return;
  try {
    const told = homeOf(dataDir, home) === null ? null : finishBrokenMove(home);
    if (told !== null) log(told);
    if (forWork && isSamePlace(home, dataDir)) changingLocation(home, () => offerDefault(home));
  } catch (error) {
    log(`what an earlier move left could not be tidied: ${toErrorMessage(error).message}`);
  }
}

/** Work in the default folder while the record is elsewhere: when that one is back, this one is offered like any that was left. */
function offerDefault(home: string): void {
  const location = readLocation(home);
  if (location === null || isSamePlace(location.folder, home)) return;
  if (location.before.some((path) => isSamePlace(path, home))) return;
  // All that comes into an empty one is new.
  const isEmpty = workIn(join(home, 'folio.db')).length === 0;
  const left = isEmpty ? { ...location.left, [home]: [] } : location.left;
  writeLocation(home, { ...location, before: [...location.before, home], left });
}

/** Where the record should be and is not; null when it is where it should be. Throws FolioError 'damaged' for a note that cannot be read. */
export function lostPlace(home: string): string | null {
  const folder = readLocation(home)?.folder ?? home;
  return isSamePlace(folder, home) || holdsRecord(folder) ? null : folder;
}

/** Has the default folder count again. The lost one is offered when it is back: what it holds then is not known. Throws FolioError 'file', 'locked'. */
export function leaveLostPlace(home: string): void {
  if (readLocation(home) !== null) changingLocation(home, () => leaveLost(home));
}

function leaveLost(home: string): void {
  const location = readLocation(home);
  if (location === null || lostPlace(home) === null) return;
  const { folder, before, left = {}, moving } = location;
  const others = before.filter((path) => !isSamePlace(path, home) && path !== folder);
  const known = Object.entries(left).filter(([path]) => others.includes(path));
  writeLocation(home, { folder: home, before: [...others, folder], left: Object.fromEntries(known), moving });
}
