/** A stand-in for the module `electron`: remembers what it was told and lets a test play the system's part. */
import { EventEmitter } from 'node:events';

/** Calls what was registered, whatever its types: a test knows them. */
export function call(handler: unknown, ...args: readonly unknown[]): unknown {
  if (typeof handler !== 'function') throw new Error('nothing was registered');
  return (handler as (...args: readonly unknown[]) => unknown)(...args);
}

/** A function that keeps its calls: those of the start, too, which a runner's own mocks forget before each test. */
export function recorder<Result = undefined>(result?: Result): Recorder<Result> {
  const calls: (readonly unknown[])[] = [];
  const record = (...args: readonly unknown[]): Result => {
    calls.push(args);
    return result as Result; // undefined for those that return nothing
  };
  return Object.assign(record, { calls });
}
export type Recorder<Result> = ((...args: readonly unknown[]) => Result) & { readonly calls: (readonly unknown[])[] };

export class FakeContents extends EventEmitter {
  static #last = 0;
  readonly id = ++FakeContents.#last;
  readonly sent: unknown[] = [];
  windowOpenHandler: unknown;
  readonly reload = recorder();
  isDestroyed = (): boolean => false;
  send(_channel: string, message: unknown): void {
    this.sent.push(message);
  }
  setWindowOpenHandler(handler: unknown): void {
    this.windowOpenHandler = handler;
  }
}

export class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = [];
  readonly options: Readonly<Record<string, unknown>>;
  readonly webContents = new FakeContents();
  readonly loadURL = recorder(Promise.resolve());
  readonly show = recorder();
  readonly focus = recorder();
  readonly restore = recorder();
  readonly maximize = recorder();
  readonly setFullScreen = recorder();
  readonly setBackgroundColor = recorder();
  minimized = false;
  isDestroyed = (): boolean => false;
  isMinimized = (): boolean => this.minimized;
  isMaximized = (): boolean => false;
  isFullScreen = (): boolean => false;
  getNormalBounds = (): object => ({ x: 10, y: 20, width: 1000, height: 700 });

  constructor(options: Readonly<Record<string, unknown>>) {
    super();
    this.options = options;
    FakeWindow.all.push(this);
    electron.app.emit('web-contents-created', {}, this.webContents);
  }
}

class FakeSession extends EventEmitter {
  readonly handlers = new Map<string, unknown>();
  readonly #keep =
    (name: string) =>
    (handler: unknown): void =>
      void this.handlers.set(name, handler);
  readonly setPermissionRequestHandler = this.#keep('permission-request');
  readonly setPermissionCheckHandler = this.#keep('permission-check');
  readonly setDevicePermissionHandler = this.#keep('device');
  readonly setCertificateVerifyProc = this.#keep('certificate');
  readonly setSpellCheckerEnabled = recorder();
  readonly webRequest = { onBeforeRequest: this.#keep('request') };
}

class FakeApp extends EventEmitter {
  readonly isPackaged = false;
  readonly paths = new Map<string, string>();
  readonly switches = new Map<string, string | undefined>();
  sandboxed = false;
  readonly commandLine = { appendSwitch: (name: string, value?: string) => void this.switches.set(name, value) };
  readonly exit = recorder();
  readonly relaunch = recorder();
  readonly setAboutPanelOptions = recorder();
  readonly setName = recorder();
  readonly disableHardwareAcceleration = recorder();
  readonly requestSingleInstanceLock = recorder(true);
  enableSandbox(): void {
    this.sandboxed = true;
  }
  setPath(name: string, path: string): void {
    this.paths.set(name, path);
  }
  whenReady(): Promise<void> {
    return Promise.resolve();
  }
  getPreferredSystemLanguages(): string[] {
    return ['en-GB'];
  }
  /** As Electron does it: everything may object, then it is over. */
  quit(): void {
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.emit('will-quit', { preventDefault: () => undefined });
  }
}

class FakeIpcMain extends EventEmitter {
  readonly handlers = new Map<string, unknown>();
  handle(channel: string, handler: unknown): void {
    this.handlers.set(channel, handler);
  }
}

const defaultSession = new FakeSession();

export const electron = {
  app: new FakeApp(),
  BrowserWindow: FakeWindow,
  dialog: {
    showErrorBox: recorder(),
    showMessageBox: recorder(Promise.resolve({ response: 1 })),
    showOpenDialog: recorder(Promise.resolve({ canceled: true, filePaths: [] as string[] })),
    showSaveDialog: recorder(Promise.resolve({ canceled: true, filePath: '' })),
  },
  ipcMain: new FakeIpcMain(),
  Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: recorder() },
  nativeTheme: Object.assign(new EventEmitter(), { themeSource: 'system', shouldUseDarkColors: false }),
  protocol: { registerSchemesAsPrivileged: recorder(), handle: recorder() },
  screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }] },
  session: { defaultSession },
  shell: { openPath: recorder(Promise.resolve('')), openExternal: recorder(Promise.resolve()) },
  utilityProcess: { fork: recorder() },
};
