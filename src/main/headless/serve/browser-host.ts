/** What the program can do around a window in a browser: no dialogs of its own, and files that come and go by HTTP. */
import { FolioError } from '../../../shared/errors.ts';
import type { Host } from '../../api/host.ts';
import { commandLine } from '../command-line.ts';
import type { Io } from '../io.ts';
import type { Transfers } from './transfers.ts';

/** @param io what says how this Folio was called */
export function browserHost(transfers: Pick<Transfers, 'place'>, io: Pick<Io, 'env'> = process): Host {
  return {
    kind: 'browser',
    logFile: null,
    typed: (words, dataDir) => commandLine(io, dataDir, words),
    openFile: () => Promise.reject(pageChooses()),
    openFiles: () => Promise.reject(pageChooses()),
    // The browser asks where to put it when the file is fetched: GET /files/HANDLE.
    saveFile: (_kind, suggestedName) => transfers.place(suggestedName),
    chooseFolder: () =>
      Promise.reject(
        new FolioError(
          'usage',
          'a browser cannot choose a folder of this machine',
          'Close Folio and type it: `folio move --to DIR`.',
        ),
      ),
    restart: () => {
      throw new FolioError('usage', 'a browser cannot start Folio again', 'Close it and start it again yourself.');
    },
    showFolder: (path) =>
      Promise.reject(
        new FolioError('usage', 'a browser cannot show a folder of this machine', `Open it yourself: ${path}`),
      ),
    openPage: (address) =>
      Promise.reject(new FolioError('usage', 'a browser opens pages by itself', `Open it yourself: ${address}`)),
  };
}

function pageChooses(): FolioError {
  return new FolioError(
    'usage',
    'in a browser the page lets the person choose a file',
    'Upload it: POST /files?name=…',
  );
}
