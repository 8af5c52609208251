/** The window: locked down, as large as it was left, on a display that is still there, in the colour of its page from the first moment. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { Rectangle, WebPreferences } from 'electron';
import { builtFolder, programFile } from '../program-files.ts';
import type { PreferenceService, WindowState } from '../services/preferences.ts';
import { START_URL } from './origin.ts';

export const MINIMUM = { width: 900, height: 600 } as const;
const USUAL = { width: 1240, height: 820 } as const;

/** The page's own --page (styles/tokens.css), so that nothing flashes before it is there. */
const PAGE_COLOURS = { light: '#fbf9f4', dark: '#15171c' } as const;

/** Written out although most are Electron's defaults: defaults have changed before. */
export function webPreferences(preload: string, devTools: boolean): WebPreferences {
  return {
    preload,
    devTools,
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
    // A training is watched from a window in the background, too.
    backgroundThrottling: false,
  };
}

export interface WindowOptions {
  readonly preferences: Pick<PreferenceService, 'windowState' | 'setWindowState'>;
  readonly developer: boolean;
  /** Called before its page is loaded. */
  readonly opened: (window: BrowserWindow) => void;
}

/** How long a window is to lie still before its place is written down. */
const SETTLE_MS = 800;

export function openWindow({ preferences, developer, opened }: WindowOptions): BrowserWindow {
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea);
  const state = fitted(preferences.windowState(), areas);
  const window = new BrowserWindow({
    width: state.width,
    height: state.height,
    ...(state.x === null || state.y === null ? {} : { x: state.x, y: state.y }),
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    title: 'Folio',
    ...windowIcon(),
    show: false,
    backgroundColor: pageColour(),
    webPreferences: webPreferences(join(builtFolder('preload'), 'preload.cjs'), developer),
  });
  window.once('ready-to-show', () => {
    // Either of them shows the window by itself, and before this moment there is nothing to see in it.
    if (state.maximized) window.maximize();
    if (state.fullScreen) window.setFullScreen(true);
    window.show();
  });
  rememberPlace(window, preferences);
  opened(window);
  void window.loadURL(START_URL);
  return window;
}

/** Elsewhere the system takes it from the program's own file. */
function windowIcon(): { icon?: string } {
  const icon = programFile('resources', 'window-icon.png');
  return process.platform === 'linux' && existsSync(icon) ? { icon } : {};
}

export function pageColour(): string {
  return nativeTheme.shouldUseDarkColors ? PAGE_COLOURS.dark : PAGE_COLOURS.light;
}

/** The stored place where it can still be reached; else the usual size, wherever the system puts it. */
export function fitted(stored: WindowState | null, areas: readonly Rectangle[]): WindowState {
  const usual: WindowState = { x: null, y: null, ...USUAL, maximized: false, fullScreen: false };
  if (stored === null) return within(usual, areas[0]);
  const area = areas.find((candidate) => showsTitle(stored, candidate));
  if (area === undefined) return { ...within({ ...stored, x: null, y: null }, areas[0]) };
  return within(stored, area);
}

/** Enough of its upper edge is there to be taken by the mouse. */
function showsTitle({ x, y, width }: WindowState, area: Rectangle): boolean {
  if (x === null || y === null) return false;
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return visible >= 120 && y >= area.y - 10 && y <= area.y + area.height - 60;
}

/** Never larger than the display, never smaller than the page can be. */
function within(state: WindowState, area: Rectangle | undefined): WindowState {
  const limit = (size: number, least: number, most: number | undefined): number =>
    Math.max(least, Math.min(size, most ?? size));
  return {
    ...state,
    width: limit(state.width, MINIMUM.width, area?.width),
    height: limit(state.height, MINIMUM.height, area?.height),
  };
}

function rememberPlace(window: BrowserWindow, preferences: Pick<PreferenceService, 'setWindowState'>): void {
  let timer: NodeJS.Timeout | undefined;
  const remember = (): void => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isMinimized()) return;
    const { x, y, width, height } = window.getNormalBounds();
    preferences.setWindowState({
      x,
      y,
      width,
      height,
      maximized: window.isMaximized(),
      fullScreen: window.isFullScreen(),
    });
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(remember, SETTLE_MS);
  };
  window.on('resize', later);
  window.on('move', later);
  window.on('close', remember);
  window.on('closed', () => clearTimeout(timer));
}
