/** Where the record lies at the start, and what is asked when it was moved to a place that is not there now: a drive that is not connected. */
import { app, dialog } from 'electron';
import { FolioError } from '../../shared/errors.ts';
import { defaultDataDir, homeFolder } from '../services/location.ts';
import { holdsRecord } from '../services/places.ts';
import { IN_DEFAULT_PLACE, ownArguments, relaunch } from './relaunch.ts';
import type { DesktopWords } from './words.ts';

export interface Place {
  readonly dataDir: string;
  /** Why the record is not where it should be; null when it is. */
  readonly trouble: FolioError | null;
}

/** @param argv of this process */
export function findPlace(argv: readonly string[]): Place {
  const home = homeFolder();
  if (home !== null && argv.includes(IN_DEFAULT_PLACE)) return { dataDir: home, trouble: null };
  try {
    return { dataDir: defaultDataDir(), trouble: null };
  } catch (error) {
    if (home === null || !(error instanceof FolioError)) throw error;
    return { dataDir: home, trouble: error };
  }
}

/** Asks, and starts the program anew or ends it: an empty record is never opened in the stead of one that is elsewhere. */
export function askAboutPlace({ dataDir, trouble }: Place, words: DesktopWords): void {
  const choice = dialog.showMessageBoxSync({
    type: 'warning',
    message: words.recordGone,
    detail: [
      `${trouble?.message ?? ''}.`,
      words.recordGoneDetail,
      holdsRecord(dataDir) ? words.oldRecordThere(dataDir) : words.noRecordThere(dataDir),
    ].join('\n\n'),
    buttons: [words.tryAgain, words.useDefaultPlace, words.quitNow],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  const args = ownArguments();
  if (choice === 0) relaunch(args);
  if (choice === 1) relaunch([...args, IN_DEFAULT_PLACE]);
  app.exit(0);
}
