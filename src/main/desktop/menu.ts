/** The menu: what every program has, by role, so that the system's own keys and habits work. */
import type { MenuItemConstructorOptions } from 'electron';
import type { DesktopWords } from './words.ts';

export interface MenuOptions {
  readonly words: DesktopWords;
  readonly mac: boolean;
  /** Developer tools are for a checkout, not for a package. */
  readonly developer: boolean;
  readonly showData: () => void;
  readonly showLog: () => void;
}

export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const { words, mac, developer, showData, showLog } = options;
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const application: MenuItemConstructorOptions = {
    label: 'Folio',
    submenu: [
      { role: 'about', label: words.about },
      separator,
      { role: 'services', label: words.services },
      separator,
      { role: 'hide', label: words.hide },
      { role: 'hideOthers', label: words.hideOthers },
      { role: 'unhide', label: words.showAll },
      separator,
      { role: 'quit', label: words.quit },
    ],
  };
  const file: MenuItemConstructorOptions = {
    label: words.file,
    submenu: [{ role: 'close', label: words.close }, ...(mac ? [] : [{ role: 'quit' as const, label: words.quit }])],
  };
  const edit: MenuItemConstructorOptions = {
    label: words.edit,
    submenu: [
      { role: 'undo', label: words.undo },
      { role: 'redo', label: words.redo },
      separator,
      { role: 'cut', label: words.cut },
      { role: 'copy', label: words.copy },
      { role: 'paste', label: words.paste },
      { role: 'selectAll', label: words.selectAll },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: words.view,
    submenu: [
      { role: 'resetZoom', label: words.actualSize },
      { role: 'zoomIn', label: words.zoomIn },
      { role: 'zoomOut', label: words.zoomOut },
      separator,
      { role: 'togglefullscreen', label: words.fullScreen },
      ...(developer ? [separator, { role: 'toggleDevTools' as const, label: words.developerTools }] : []),
    ],
  };
  const window: MenuItemConstructorOptions = {
    role: 'window',
    label: words.window,
    submenu: [
      { role: 'minimize', label: words.minimize },
      { role: 'zoom', label: words.zoom },
      ...(mac ? [separator, { role: 'front' as const, label: words.front }] : []),
    ],
  };
  const help: MenuItemConstructorOptions = {
    role: 'help',
    label: words.help,
    submenu: [
      { label: words.showData, click: showData },
      { label: words.showLog, click: showLog },
      ...(mac ? [] : [separator, { role: 'about' as const, label: words.about }]),
    ],
  };
  return [...(mac ? [application] : []), file, edit, view, window, help];
}
