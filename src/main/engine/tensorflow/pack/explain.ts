/** Whatever ends a pack's installation, as an error that a person understands. */
import { FolioError } from '../../../../shared/errors.ts';

export function explainPack(error: unknown, root: string, signal: AbortSignal | undefined): FolioError {
  const kept = 'What was downloaded is kept: the next download goes on from there.';
  if (signal?.aborted) return new FolioError('cancelled', 'The installation of the CUDA pack was cancelled.', kept);
  if (error instanceof FolioError) return error;
  // The lost lock, as the abort signal hands it through.
  if (error instanceof Error && error.cause instanceof FolioError) return error.cause;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FolioError(
      'install',
      `The disk became full while the CUDA pack was installed into ${root}.`,
      `Free some space, or put the cache elsewhere with FOLIO_CACHE. ${kept}`,
      { cause: error },
    );
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return new FolioError(
      'install',
      `The cache folder ${root} cannot be written: ${message}.`,
      'Put the cache elsewhere with FOLIO_CACHE.',
      { cause: error },
    );
  }
  return new FolioError(
    'install',
    `Installing the CUDA pack failed: ${message}`,
    'Report it with the output of: folio doctor',
    {
      cause: error,
    },
  );
}
