/** What ended an installation, before it is put into the words of what was installed. */
import { FolioError } from '../../../shared/errors.ts';

export type InstallFailure =
  /** It has its words. */
  | { readonly kind: 'told'; readonly error: FolioError }
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'other'; readonly message: string };

const FULL = ['ENOSPC', 'EDQUOT'];
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/** @param root the folder that holds all builds */
export function installFailure(error: unknown, root: string): InstallFailure {
  if (error instanceof FolioError) return { kind: 'told', error };
  // The lost lock, as the abort signal hands it through.
  if (error instanceof Error && error.cause instanceof FolioError) return { kind: 'told', error: error.cause };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (FULL.includes(code)) return { kind: 'disk-full' };
  if (!UNWRITABLE.includes(code)) return { kind: 'other', message };
  const told = new FolioError(
    'install',
    `The cache folder ${root} cannot be written: ${message}.`,
    'Give yourself the right to write there. Or put the cache elsewhere with FOLIO_CACHE.',
    { cause: error },
  );
  return { kind: 'told', error: told };
}
