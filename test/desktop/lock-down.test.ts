/** Section "Security" of the design, asserted on the real program: src/main/desktop/main.ts runs here, with a stand-in for Electron alone. */
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { call, electron, FakeContents, FakeWindow, recorder } from './electron-mock.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

const OWN = 'app://folio/index.html#/run/1';
const FOREIGN = [
  'https://example.com/',
  'http://127.0.0.1:8317/',
  'file:///etc/passwd',
  'app://folio.example/index.html',
  'app://someone@folio/index.html',
  'data:text/html,<p>',
  'javascript:alert(1)',
  'about:blank',
  'not an address',
];

let data: string;
let window: FakeWindow;
const listenersBefore = new Map<string, readonly ((...args: never[]) => unknown)[]>();
const PROCESS_EVENTS = ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'SIGHUP', 'worker'];

beforeAll(async () => {
  for (const event of PROCESS_EVENTS) listenersBefore.set(event, process.rawListeners(event) as never);
  data = mkdtempSync(join(tmpdir(), 'folio-desktop-'));
  vi.stubEnv('FOLIO_DATA', data);
  await import('../../src/main/desktop/main.ts');
  await vi.waitFor(() => expect(FakeWindow.all).toHaveLength(1));
  window = FakeWindow.all[0] ?? expect.unreachable('no window');
});

afterAll(() => {
  electron.app.emit('will-quit', { preventDefault: () => undefined });
  for (const event of PROCESS_EVENTS) {
    for (const listener of process.rawListeners(event)) {
      if (!listenersBefore.get(event)?.includes(listener as never)) process.removeListener(event, listener as never);
    }
  }
  rmSync(data, { recursive: true, force: true, maxRetries: 3 });
});

describe('the window', () => {
  it('is sandboxed, isolated and without Node', () => {
    expect(window.options['webPreferences']).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    });
    expect(window.options['webPreferences']).not.toHaveProperty('enableBlinkFeatures');
    expect(electron.app.sandboxed).toBe(true);
  });

  it('has a colour before it has a page, and a least size', () => {
    expect(window.options).toMatchObject({ minWidth: 900, minHeight: 600, backgroundColor: '#fbf9f4', show: false });
    window.emit('ready-to-show');
    expect(window.show.calls).toHaveLength(1);
  });

  it('loads the program’s own page through its own scheme', () => {
    expect(window.loadURL.calls).toEqual([['app://folio/index.html']]);
  });

  it('follows the system from light to dark', () => {
    electron.nativeTheme.shouldUseDarkColors = true;
    electron.nativeTheme.emit('updated');
    expect(window.setBackgroundColor.calls).toEqual([['#15171c']]);
    electron.nativeTheme.shouldUseDarkColors = false;
  });
});

describe('app://', () => {
  it('is a standard, secure scheme without privileges over policies', () => {
    expect(electron.protocol.registerSchemesAsPrivileged.calls).toEqual([
      [[{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]],
    ]);
    expect(electron.protocol.handle.calls).toEqual([['app', expect.any(Function)]]);
  });

  it('answers, refusals too, with a policy that begins with nothing', async () => {
    const [, handler] = electron.protocol.handle.calls[0] ?? [];
    for (const url of ['app://folio/index.html', 'app://folio/nothing.js', 'app://folio/../../package.json']) {
      const response = (await call(handler, { url, method: 'GET' })) as Response;
      const policy = response.headers.get('Content-Security-Policy') ?? '';
      const directives = new Map(
        policy.split('; ').map((directive) => {
          const [name = '', ...sources] = directive.split(' ');
          return [name, sources] as const;
        }),
      );
      expect(directives.get('default-src')).toEqual(["'none'"]);
      expect(directives.get('script-src')).toEqual(["'self'"]);
      expect(directives.get('style-src')).toEqual(["'self'"]);
      expect(directives.get('connect-src')).toEqual(["'none'"]);
      for (const name of ['base-uri', 'form-action', 'frame-ancestors']) {
        expect(directives.get(name)).toEqual(["'none'"]);
      }
      expect(policy).not.toMatch(/unsafe-eval|http|\*/);
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    }
  });
});

describe('permissions', () => {
  const handlers = electron.session.defaultSession.handlers;
  const ask = (permission: string, requestingUrl: string): unknown => {
    const answer = vi.fn();
    call(handlers.get('permission-request'), window.webContents, permission, answer, { requestingUrl });
    return answer.mock.calls[0]?.[0];
  };

  it('are all denied but copying text', () => {
    for (const permission of ['media', 'geolocation', 'notifications', 'midi', 'fullscreen', 'openExternal', 'usb']) {
      expect(ask(permission, OWN), permission).toBe(false);
      expect(call(handlers.get('permission-check'), null, permission, 'app://folio/'), permission).toBe(false);
    }
    expect(ask('clipboard-read', OWN)).toBe(false);
    expect(ask('clipboard-sanitized-write', OWN)).toBe(true);
    expect(call(handlers.get('permission-check'), null, 'clipboard-sanitized-write', 'app://folio/')).toBe(true);
  });

  it('are denied to every other page', () => {
    for (const address of FOREIGN) expect(ask('clipboard-sanitized-write', address), address).toBe(false);
  });

  it('are denied for devices', () => {
    expect(call(handlers.get('device'), { deviceType: 'usb' })).toBe(false);
    const event = { preventDefault: vi.fn() };
    const answer = vi.fn();
    window.webContents.emit('select-bluetooth-device', event, [{ deviceId: 'a' }], answer);
    expect(event.preventDefault).toHaveBeenCalled();
    expect(answer).toHaveBeenCalledWith('');
  });
});

describe('the network', () => {
  const handlers = electron.session.defaultSession.handlers;
  const cancelled = (url: string): unknown => {
    const answer = vi.fn();
    call(handlers.get('request'), { url }, answer);
    return (answer.mock.calls[0]?.[0] as { cancel: boolean }).cancel;
  };

  it('is out of reach', () => {
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1/',
      'ws://127.0.0.1/',
      'ftp://example.com',
      'file:///etc/passwd',
    ]) {
      expect(cancelled(url), url).toBe(true);
    }
    for (const url of ['app://folio/assets/index.js', 'data:image/png;base64,', 'blob:app://folio/1']) {
      expect(cancelled(url), url).toBe(false);
    }
    expect(electron.app.switches.get('host-resolver-rules')).toMatch(/^MAP \* ~NOTFOUND/);
    for (const name of ['disable-background-networking', 'disable-component-update', 'no-pings']) {
      expect(electron.app.switches.has(name), name).toBe(true);
    }
    expect(electron.session.defaultSession.setSpellCheckerEnabled.calls).toEqual([[false]]);
  });

  it('has no certificate that is believed, and gets none', () => {
    const verify = vi.fn();
    call(handlers.get('certificate'), { hostname: 'example.com' }, verify);
    expect(verify).toHaveBeenCalledWith(-2);
    const event = { preventDefault: vi.fn() };
    const answer = vi.fn();
    electron.app.emit('certificate-error', event, window.webContents, 'https://example.com', '', {}, answer);
    electron.app.emit('select-client-certificate', event);
    electron.app.emit('login', event);
    expect(event.preventDefault).toHaveBeenCalledTimes(3);
    expect(answer).toHaveBeenCalledWith(false);
  });
});

describe('other pages', () => {
  const goes = (contents: FakeContents, name: string, ...args: readonly unknown[]): boolean => {
    const event = { preventDefault: vi.fn(), url: args[0] };
    contents.emit(name, event, ...args);
    return event.preventDefault.mock.calls.length === 0;
  };

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('are not gone to (%s)', (name) => {
    for (const url of FOREIGN) expect(goes(window.webContents, name, url), url).toBe(false);
    expect(goes(window.webContents, name, OWN)).toBe(true);
  });

  it('get no window, not even our own', () => {
    for (const url of [...FOREIGN, OWN]) {
      expect(call(window.webContents.windowOpenHandler, { url }), url).toEqual({ action: 'deny' });
    }
  });

  it('get no webview', () => {
    expect(goes(window.webContents, 'will-attach-webview', {}, { src: 'https://example.com' })).toBe(false);
  });

  it('are held by the same rules, whoever made their contents', () => {
    const other = new FakeContents();
    electron.app.emit('web-contents-created', {}, other);
    expect(goes(other, 'will-navigate', 'https://example.com/')).toBe(false);
    expect(call(other.windowOpenHandler, { url: 'https://example.com/' })).toEqual({ action: 'deny' });
  });
});

describe('the program', () => {
  it('keeps Chromium’s files beside the record, so that each record has one instance', () => {
    expect(electron.app.paths.get('userData')).toBe(join(data, 'window'));
    expect(electron.app.requestSingleInstanceLock.calls).toHaveLength(1);
  });

  it('comes forward when it is started a second time', () => {
    window.minimized = true;
    electron.app.emit('second-instance', {}, ['folio'], data);
    expect(window.restore.calls).toHaveLength(1);
    expect(window.focus.calls).toHaveLength(1);
    window.minimized = false;
  });

  it('asks the window about runs that the system opens with it', async () => {
    for (const name of ['one.folio', 'two.folio']) writeFileSync(join(data, name), 'x');
    const prevented = recorder();
    electron.app.emit('second-instance', {}, ['folio', '--flag', 'one.folio', 'gone.folio'], data);
    electron.app.emit('open-file', { preventDefault: prevented }, join(data, 'two.folio'));
    expect(prevented.calls).toHaveLength(1);
    const senderFrame = { url: OWN, parent: null };
    const message = { type: 'subscribe', id: 77, name: 'files:given', payload: {} };
    electron.ipcMain.emit('folio:up', { sender: window.webContents, senderFrame }, message);
    const told = (): unknown[] => window.webContents.sent.filter((sent) => (sent as { id: number }).id === 77);
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    expect(told()).toMatchObject([
      { delivery: { kind: 'event', event: { name: 'one.folio', bytes: 1 } } },
      { delivery: { kind: 'event', event: { name: 'two.folio' } } },
    ]);
    window.webContents.sent.length = 0;
  });

  it('answers the page over IPC, and what it refused is in the log', async () => {
    const senderFrame = { url: OWN, parent: null };
    const message = { type: 'request', id: 1, name: 'app:info', payload: {} };
    electron.ipcMain.emit('folio:up', { sender: window.webContents, senderFrame }, message);
    await vi.waitFor(() => expect(window.webContents.sent).toHaveLength(1));
    expect(window.webContents.sent[0]).toMatchObject({ type: 'answer', id: 1, result: { host: 'desktop' } });
    electron.ipcMain.emit('folio:up', { sender: window.webContents, senderFrame: null }, message);
    const log = join(data, 'logs', 'folio.log');
    await vi.waitFor(() => expect(existsSync(log) && readFileSync(log, 'utf8')).toMatch(/refused: a message/));
    expect(window.webContents.sent).toHaveLength(1);
  });

  it('follows a changed language and theme in what the system draws', async () => {
    const senderFrame = { url: OWN, parent: null };
    const payload = { theme: 'dark', language: 'zh' };
    const message = { type: 'request', id: 2, name: 'preferences:set', payload };
    electron.ipcMain.emit('folio:up', { sender: window.webContents, senderFrame }, message);
    await vi.waitFor(() => expect(electron.nativeTheme.themeSource).toBe('dark'));
    const template = electron.Menu.setApplicationMenu.calls.at(-1)?.[0] as readonly { label: string }[];
    expect(template.map(({ label }) => label)).toContain('编辑');
  });

  it('loads a page that died again, but not for ever', () => {
    const die = (): boolean => window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
    for (let i = 0; i < 3; i++) die();
    expect(window.webContents.reload.calls).toHaveLength(3);
    die();
    expect(window.webContents.reload.calls).toHaveLength(3);
    expect(electron.dialog.showErrorBox.calls).toHaveLength(1);
  });

  it('tells of a defect once, and logs each', async () => {
    const mine = process.listeners('uncaughtException').at(-1);
    const before = electron.dialog.showMessageBox.calls.length;
    call(mine, new Error('the first defect'));
    call(mine, new Error('the second defect'));
    expect(electron.dialog.showMessageBox.calls.length - before).toBe(1);
    const log = (): string => readFileSync(join(data, 'logs', 'folio.log'), 'utf8');
    await vi.waitFor(() => expect(log()).toMatch(/first defect[\s\S]*second defect/));
  });

  // The last: it closes the record.
  it('ends when its threads have ended: Electron aborts otherwise', async () => {
    const thread = new EventEmitter();
    process.emit('worker', thread as never); // as Node does for each new one
    const event = { preventDefault: vi.fn() };
    electron.app.emit('will-quit', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
    await new Promise((resolve) => setImmediate(resolve));
    expect(electron.app.exit.calls).toEqual([]);
    thread.emit('exit', 0);
    await vi.waitFor(() => expect(electron.app.exit.calls).toEqual([[0]]));
  });
});
