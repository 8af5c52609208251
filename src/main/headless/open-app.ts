/** The real app behind the commands, loaded when a command asks for it. */
import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { FolioError } from '../../shared/errors.ts';
import type { AppOptions, FolioApp } from '../app.ts';
import { forgetAddress, withAddress } from './serve/known-address.ts';

/** Opens the app on a data folder, by default the system's place for programs' data. Throws FolioError 'usage' when it is a file, and what createApp throws. */
export async function openApp(dataDir: string | undefined, mode: AppOptions['mode']): Promise<FolioApp> {
  const [{ createApp, defaultDataDir }, { startTrainer }] = await Promise.all([
    import('../app.ts'),
    import('./trainer-process.ts'),
  ]);
  const folder = dataDir ?? defaultDataDir();
  refuseFile(folder);
  try {
    const app = createApp({ dataDir: folder, startTrainer, mode });
    if (mode === 'write') forgetAddress(folder);
    return app;
  } catch (error) {
    throw withAddress(error, folder);
  }
}

/** A folder that is yet to be made is all right, but not one inside of a file. Throws FolioError 'usage'. */
export function refuseFile(folder: string): void {
  for (let path = folder; ; path = dirname(path)) {
    const found = statOf(path);
    if (found === null && path !== dirname(path)) continue;
    if (found === null || found.isDirectory()) return;
    const inside = basename(path) === 'folio.db' ? `The record is read from its folder: --data ${dirname(path)}` : null;
    throw new FolioError(
      'usage',
      `${path} is a file, not a folder`,
      inside ?? 'Name a folder with --data (or FOLIO_DATA): it is made when it is not there yet.',
    );
  }
}

/** Null for what is not there, or may not be looked at. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
