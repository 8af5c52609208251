/** Whatever ends a pack's installation, as an error that a person understands. */
import { assertNever, FolioError } from '../../../../shared/errors.ts';
import { installFailure } from '../install-failure.ts';

export function explainPack(error: unknown, root: string, signal: AbortSignal | undefined): FolioError {
  const kept = 'What was downloaded is kept: the next download goes on from there.';
  if (signal?.aborted) return new FolioError('cancelled', 'The installation of the CUDA pack was cancelled.', kept);
  const failure = installFailure(error, root);
  switch (failure.kind) {
    case 'told':
      return failure.error;
    case 'disk-full':
      return new FolioError(
        'install',
        `The disk became full while the CUDA pack was installed into ${root}.`,
        `Free some space. Or put the cache elsewhere with FOLIO_CACHE. ${kept}`,
        { cause: error },
      );
    case 'other':
      return new FolioError(
        'install',
        `Installing the CUDA pack failed: ${failure.message}`,
        'Report it with the output of: folio doctor',
        { cause: error },
      );
    default:
      return assertNever(failure, 'failure of an installation');
  }
}
