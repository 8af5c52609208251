/** The running desktop program: the app, its window, its menu, and how they end. */
import { join, resolve } from 'node:path';
import { app, dialog, ipcMain, Menu, nativeTheme, protocol, session, shell } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Api } from '../api/dispatch.ts';
import { createApp } from '../app.ts';
import type { FolioApp } from '../app.ts';
import { toErrorMessage } from '../../shared/errors.ts';
import { builtFolder } from '../program-files.ts';
import { desktopHost } from './dialogs.ts';
import { openChannel } from './ipc.ts';
import type { Channel } from './ipc.ts';
import type { Log } from './log.ts';
import { menuTemplate } from './menu.ts';
import { SCHEME } from './origin.ts';
import { hardenSession } from './permissions.ts';
import { pageServer } from './protocol.ts';
import { givenIn } from './given.ts';
import { createQuitting } from './quit.ts';
import type { Quitting } from './quit.ts';
import { watchThreads } from './threads.ts';
import { restart } from './relaunch.ts';
import { startTrainer } from './utility-trainer.ts';
import { openWindow, pageColour } from './window.ts';
import { desktopWords } from './words.ts';
import type { DesktopWords } from './words.ts';

export interface DesktopOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** Files that the program was started with. */
  readonly given: readonly string[];
  /** Told of what the lock-down refused. */
  readonly refused: (what: string) => void;
}

/** A page that dies again and again is not opened for ever. */
const MAX_REVIVALS = 3;
const REVIVAL_MEMORY_MS = 60_000;

const MAC = process.platform === 'darwin';

export class Desktop {
  readonly #options: DesktopOptions;
  readonly #folio: FolioApp;
  readonly #channel: Channel;
  readonly #quitting: Quitting;
  #window: BrowserWindow | null = null;
  #revivals: number[] = [];
  #hasToldOfDefect = false;
  #isClosed = false;
  /** Language and theme that the frame around the page shows. */
  #shown = '';
  readonly #threads = watchThreads();

  /** Only after the app is ready. Throws FolioError 'locked' when another folio has the record, and what else opening it throws. */
  constructor(options: DesktopOptions) {
    this.#options = options;
    const { dataDir, log, refused } = options;
    this.#watchForDefects();
    this.#folio = createApp({ dataDir, startTrainer, mode: 'write', log: (line) => log.warn(line) });
    const host = desktopHost({ logFile: log.file, window: () => this.#window, words: () => this.#words() });
    this.#channel = openChannel({
      ipcMain,
      api: this.#following(this.#folio.api(host)),
      adopt: (path) => this.#folio.chosenFiles.toRead(path),
      refused,
    });
    this.#quitting = createQuitting({
      training: () => this.#folio.training,
      ask: () => this.#askBeforeQuitting(),
      quit: () => app.quit(),
      failed: (error) => log.error('the training could not be stopped for the end', error),
    });
    hardenSession(session.defaultSession, refused);
    protocol.handle(SCHEME, pageServer(builtFolder('renderer')));
    this.#watchTheEnd();
  }

  start(): void {
    const { log, dataDir } = this.#options;
    const { version } = this.#folio;
    log.info(`Folio ${version} starts: Electron ${process.versions['electron'] ?? '?'}, record in ${dataDir}`);
    app.setAboutPanelOptions({ applicationName: 'Folio', applicationVersion: version, version: '' });
    this.#applyPreferences();
    this.#open();
    for (const path of this.#options.given) this.give(path);
  }

  /** A file that the system wants to be opened: the window asks what to do with it. */
  give(path: string): void {
    this.#folio.givenFiles.give(path).catch((error: unknown) => {
      this.#options.log.warn(`${path} could not be opened: ${toErrorMessage(error).message}`);
    });
  }

  // Window and menu ----------------------------------------------------------------------------------------------------

  #open(): void {
    this.#window = openWindow({
      preferences: this.#folio.preferences,
      developer: !app.isPackaged,
      opened: (window) => {
        this.#channel.admit(window.webContents);
        window.on('close', (event) => {
          // On macOS a program lives on without a window; elsewhere this is the end, and asks while the window is still there.
          if (!MAC && !this.#quitting.mayQuit()) event.preventDefault();
        });
        window.on('closed', () => {
          this.#window = null;
        });
        window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
          this.#revive(window, `${reason}, exit code ${exitCode}`);
        });
      },
    });
  }

  /** Whether the record is another one now, or closed: all that is left is to start the program again. */
  get #isReplaced(): boolean {
    return this.#folio.keeping.owner.outcome !== null;
  }

  #comeForward(): void {
    if (this.#window === null) {
      if (this.#isReplaced) restart();
      else this.#open();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** The person started the program once more, or opened files with it. */
  #startedAgain(given: readonly string[]): void {
    if (this.#isReplaced) {
      restart(given);
      return;
    }
    this.#comeForward();
    for (const path of given) this.give(path);
  }

  /** The page holds nothing that is not in the record: it is simply loaded again. */
  #revive(window: BrowserWindow, why: string): void {
    this.#options.log.warn(`the page has ended: ${why}`);
    if (window.isDestroyed()) return;
    if (this.#isReplaced) {
      restart();
      return;
    }
    const now = Date.now();
    this.#revivals = [...this.#revivals.filter((at) => now - at < REVIVAL_MEMORY_MS), now];
    if (this.#revivals.length <= MAX_REVIVALS) {
      window.webContents.reload();
      return;
    }
    const words = this.#words();
    dialog.showErrorBox(words.pageGone, words.pageGoneDetail);
  }

  /** A menu that is made anew closes where it was open: only where there is something to change. */
  #applyPreferences(): void {
    const { language, theme } = this.#folio.preferences.get();
    if (this.#shown === `${language} ${theme}`) return;
    this.#shown = `${language} ${theme}`;
    nativeTheme.themeSource = theme;
    const { dataDir, log } = this.#options;
    const show = (path: string): void => void shell.openPath(path);
    const menu = menuTemplate({
      words: this.#words(),
      mac: MAC,
      developer: !app.isPackaged,
      showData: () => show(dataDir),
      showLog: () => show(join(log.file, '..')),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(menu));
  }

  /** The api as it is, followed by what a changed preference means for the frame around the page. */
  #following(api: Api): Api {
    return {
      ...api,
      request: async (name, payload) => {
        const answer = await api.request(name, payload);
        if (name === 'preferences:set') this.#applyPreferences();
        return answer;
      },
    };
  }

  #words(): DesktopWords {
    return desktopWords(this.#folio.preferences.get().language, app.getPreferredSystemLanguages());
  }

  // The end ------------------------------------------------------------------------------------------------------------

  #watchTheEnd(): void {
    app.on('second-instance', (_event, argv, folder) => {
      const given = givenIn(argv).map((path) => resolve(folder, path));
      this.#startedAgain(given);
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#startedAgain([path]);
    });
    app.on('activate', () => this.#comeForward());
    app.on('window-all-closed', () => {
      if (!MAC) app.quit();
    });
    app.on('before-quit', (event) => {
      if (!this.#quitting.mayQuit()) event.preventDefault();
    });
    app.on('will-quit', (event) => this.#close(event));
    nativeTheme.on('updated', () => this.#window?.setBackgroundColor(pageColour()));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#quitting.quitNow());
  }

  #close(event: { preventDefault(): void }): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.log.info('Folio ends');
    this.#folio.close();
    if (this.#threads.size === 0) return;
    event.preventDefault();
    void this.#threads.ended().finally(() => app.exit(0));
  }

  async #askBeforeQuitting(): Promise<boolean> {
    const words = this.#words();
    const STAY = 1;
    const options = {
      type: 'question' as const,
      message: words.quitQuestion,
      detail: words.quitDetail,
      buttons: [words.quitStop, words.quitStay],
      defaultId: STAY,
      cancelId: STAY,
      noLink: true,
    };
    const parent = this.#window;
    const { response } = await (parent === null
      ? dialog.showMessageBox(options)
      : dialog.showMessageBox(parent, options));
    return response !== STAY;
  }

  // Defects ------------------------------------------------------------------------------------------------------------

  /** All of them are logged; a person is told of the first. The record is written in whole transactions, so going on is safe. */
  #watchForDefects(): void {
    const { log } = this.#options;
    const tell = (error: unknown): void => {
      log.error('a defect', error);
      if (this.#hasToldOfDefect) return;
      this.#hasToldOfDefect = true;
      const words = desktopWords('auto', app.getPreferredSystemLanguages());
      void dialog.showMessageBox({
        type: 'error',
        message: words.wentWrong,
        detail: words.wentWrongDetail(log.file),
        buttons: [words.ok],
      });
    };
    process.on('uncaughtException', tell);
    process.on('unhandledRejection', tell);
    app.on('child-process-gone', (_event, { type, reason, exitCode, serviceName }) => {
      if (reason !== 'clean-exit') log.warn(`${serviceName ?? type} has ended: ${reason}, exit code ${exitCode}`);
    });
  }
}
