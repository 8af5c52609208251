/** The desktop program's entry: what must be said before Electron is ready, then one start. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, protocol } from 'electron';
import { FolioError } from '../../shared/errors.ts';
import { defaultDataDir } from '../app.ts';
import { Desktop } from './desktop.ts';
import { openLog } from './log.ts';
import { hardenApp } from './permissions.ts';
import { PRIVILEGED_SCHEME } from './protocol.ts';
import { beginSelfTest, selfTestRequest } from './self-test.ts';
import { desktopWords } from './words.ts';

/** For `npm start` (scripts/start.ts): the person has been told why. */
const EXPLAINED = 3;

const selfTest = selfTestRequest(process.argv);
if (selfTest === null) start();
else beginSelfTest(selfTest);

function start(): void {
  const dataDir = defaultDataDir();
  const log = openLog(dataDir);
  const refused = (what: string): void => log.warn(`refused: ${what}`);

  app.setName('Folio');
  // Chromium's own files lie beside the record: one folder holds all, and each record has its own single instance.
  const profile = join(dataDir, 'window');
  try {
    mkdirSync(profile, { recursive: true });
    app.setPath('userData', profile);
  } catch (error) {
    log.error(`${profile} cannot be made`, error); // the record cannot be opened there either, and says so in a box
  }
  hardenApp(app, refused);
  protocol.registerSchemesAsPrivileged([PRIVILEGED_SCHEME]);

  if (app.requestSingleInstanceLock()) {
    app
      .whenReady()
      .then(() => new Desktop({ dataDir, log, refused }).start())
      .catch((error: unknown) => {
        log.error('Folio could not start', error);
        dialog.showErrorBox(words().cannotStart, explanation(error, log.file));
        app.exit(EXPLAINED);
      });
  } else {
    app.quit(); // the first one comes forward
  }
}

function words(): ReturnType<typeof desktopWords> {
  return desktopWords('auto', app.getPreferredSystemLanguages());
}

function explanation(error: unknown, logFile: string): string {
  if (!(error instanceof FolioError)) return `${String(error)}\n\n${logFile}`;
  const hint = error.code === 'locked' ? words().lockedHint : error.hint; // the command line's hint names its options
  return [`${error.message}.`, hint].filter(Boolean).join('\n\n');
}
