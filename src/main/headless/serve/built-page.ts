/** The page that browsers are shown, built when it is not there yet. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FolioError } from '../../../shared/errors.ts';
import { PROGRAM_ROOT, programFile } from '../../program-files.ts';

/** Builds the program below a folder; says what went wrong, or null. */
export type Build = (root: string, say: (line: string) => void) => Promise<string | null>;

/**
 * The folder with the built page.
 *
 * @param build null where there is nothing to build from
 * @throws FolioError 'not-found' when it is not there and could not be built
 */
export async function builtPage(
  say: (line: string) => void,
  folder: string = programFile('out', 'renderer'),
  build?: Build | null,
): Promise<string> {
  const isThere = (): boolean => existsSync(join(folder, 'index.html'));
  if (isThere()) return folder;
  const make = build === undefined ? await checkoutsBuild() : build;
  const failure = make === null ? null : await make(PROGRAM_ROOT, say);
  if (isThere()) return folder;
  throw new FolioError(
    'not-found',
    `the page that the browser would show is not built${failure === null ? '' : `: ${failure}`}`,
    'Run `npm ci`, then `npm run build`, in the folder of Folio.',
  );
}

/** What `npm start` builds with. It is no part of the program, only of a checkout: so it is loaded by its place, when it is there. */
async function checkoutsBuild(): Promise<Build | null> {
  const script = programFile('scripts', 'app-build.ts');
  if (!existsSync(script)) return null;
  const { buildWhenStale } = (await import(pathToFileURL(script).href)) as { buildWhenStale: Build }; // our own file
  return buildWhenStale;
}
