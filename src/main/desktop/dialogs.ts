/** The api's host in a window of its own: the system's dialogs and its file manager. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dialog, shell } from 'electron';
import type { BrowserWindow, FileFilter } from 'electron';
import type { FileKind } from '../../shared/contract/app.ts';
import { assertNever, FolioError } from '../../shared/errors.ts';
import type { Host } from '../api/host.ts';
import { isPage } from '../services/updates/latest.ts';
import { restart } from './relaunch.ts';
import type { DesktopWords } from './words.ts';

export interface HostOptions {
  readonly logFile: string;
  /** Dialogs belong to it; null while there is none. */
  readonly window: () => BrowserWindow | null;
  readonly words: () => DesktopWords;
}

export function desktopHost({ logFile, window, words }: HostOptions): Host {
  return {
    kind: 'desktop',
    logFile,
    typed: () => null,
    async openFile(kind) {
      const options = { filters: filters(kind, words()), properties: ['openFile' as const] };
      const parent = window();
      const { canceled, filePaths } = await (parent === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options));
      return canceled ? null : (filePaths[0] ?? null);
    },
    async openFiles(kind) {
      const properties = ['openFile' as const, 'multiSelections' as const];
      const options = { filters: filters(kind, words()), properties };
      const parent = window();
      const { canceled, filePaths } = await (parent === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options));
      return canceled ? [] : filePaths;
    },
    async saveFile(kind, suggestedName) {
      const options = {
        filters: filters(kind, words()),
        defaultPath: fileName(suggestedName),
        properties: ['createDirectory' as const, 'showOverwriteConfirmation' as const],
      };
      const parent = window();
      const { canceled, filePath } = await (parent === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(parent, options));
      return canceled || filePath === '' ? null : filePath;
    },
    async chooseFolder() {
      const options = { properties: ['openDirectory' as const, 'createDirectory' as const] };
      const parent = window();
      const { canceled, filePaths } = await (parent === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options));
      const [chosen] = filePaths;
      return canceled || chosen === undefined ? null : ofItsOwn(chosen);
    },
    restart: () => restart(),
    async showFolder(path) {
      const problem = await shell.openPath(path);
      if (problem !== '') throw new FolioError('usage', `the folder could not be shown: ${problem}`, `It is ${path}`);
    },
    async openPage(address) {
      // Other schemes start programs.
      if (!isPage(address)) throw new FolioError('internal', `not a page of the web: ${address.slice(0, 200)}`);
      await shell.openExternal(address);
    },
  };
}

function filters(kind: FileKind, words: DesktopWords): FileFilter[] {
  const all = { name: words.allFiles, extensions: ['*'] };
  switch (kind) {
    case 'text':
      return [{ name: words.texts, extensions: ['txt', 'text', 'md'] }, all];
    case 'weights':
      return [{ name: words.weights, extensions: ['safetensors', 'folio'] }, all];
    case 'table':
      return [{ name: words.tables, extensions: ['csv'] }, all];
    case 'pack':
      // They are recognised by their content: no name is asked of them.
      return [all];
    case 'bundle':
      return [{ name: words.bundles, extensions: ['folio'] }, all];
    case 'record':
      return [{ name: words.records, extensions: ['db'] }, all];
    default:
      return assertNever(kind, 'kind of file');
  }
}

/** The record gets a folder of its own: inside of one that holds something else it makes one. */
function ofItsOwn(folder: string): string {
  try {
    return readdirSync(folder).length === 0 ? folder : join(folder, 'Folio');
  } catch {
    return folder; // whoever writes there says why not
  }
}

/** A run's name may hold what no file's may; a suggestion never leads to another folder. */
export function fileName(suggested: string): string {
  // eslint-disable-next-line no-control-regex -- those are what a file's name may not hold
  const name = suggested.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, ' ').replace(/^[. ]+|[. ]+$/g, '');
  return name === '' ? 'folio' : name;
}
