/** The desktop program's entry: what must be said before Electron is ready, then one start. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app, dialog, protocol } from 'electron';
import { FolioError } from '../../shared/errors.ts';
import { Desktop } from './desktop.ts';
import { givenIn, strangeIn } from './given.ts';
import { openLog } from './log.ts';
import { hardenApp } from './permissions.ts';
import { askAboutPlace, findPlace } from './place.ts';
import { PRIVILEGED_SCHEME } from './protocol.ts';
import { beginSelfTest, selfTestRequest } from './self-test.ts';
import { desktopWords } from './words.ts';

/** For `npm start` (scripts/start.ts): the person has been told why. */
const EXPLAINED = 3;

/** As the command line ends for what it does not know. */
const USAGE = 2;

const selfTest = selfTestRequest(process.argv);
const [strange] = app.isPackaged ? strangeIn(process.argv) : []; // a checkout is started with its own path
if (selfTest === null && strange !== undefined) refuse(strange);
else if (selfTest === null) start();
else beginSelfTest(selfTest);

/** Nobody is to believe that something was done. */
function refuse(word: string): void {
  process.stderr.write(
    `folio: "${word}" means nothing here: this program opens a window and has no commands. It takes the names of .folio files, and --self-test.\n`,
  );
  app.exit(USAGE);
}

function start(): void {
  const place = findPlace(process.argv);
  const { dataDir } = place;
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

  const given = givenIn(process.argv).map((path) => resolve(path));
  /** On macOS the file comes as an event, which may be before Electron is ready; afterwards the running program hears it. */
  const early = (event: { preventDefault(): void }, path: string): void => {
    event.preventDefault();
    given.push(path);
  };
  app.on('open-file', early);

  if (place.trouble !== null) {
    log.warn(place.trouble.message);
    void app.whenReady().then(() => askAboutPlace(place, words()));
  } else if (app.requestSingleInstanceLock()) {
    app
      .whenReady()
      .then(() => {
        app.removeListener('open-file', early);
        new Desktop({ dataDir, log, refused, given }).start();
      })
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
