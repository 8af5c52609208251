import { describe, expect, it } from 'vitest';
import { installFailure } from '../../../src/main/engine/tensorflow/install-failure.ts';
import { explainPack } from '../../../src/main/engine/tensorflow/pack/explain.ts';
import { FolioError } from '../../../src/shared/errors.ts';

const coded = (code: string): Error => Object.assign(new Error(`${code}: no luck`), { code });

describe('what ended an installation', () => {
  it.each(['ENOSPC', 'EDQUOT'])('is a full disk for %s', (code) => {
    expect(installFailure(coded(code), '/cache')).toEqual({ kind: 'disk-full' });
  });

  it.each(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'])('is a folder that cannot be written for %s', (code) => {
    const cause = coded(code);
    expect(installFailure(cause, '/cache')).toMatchObject({
      kind: 'told',
      error: {
        code: 'install',
        message: `The cache folder /cache cannot be written: ${code}: no luck.`,
        hint: 'Give yourself the right to write there. Or put the cache elsewhere with FOLIO_CACHE.',
        cause,
      },
    });
  });

  it('is told as it is where it has its words, also as the cause of an abort', () => {
    const error = new FolioError('locked', 'the lock was lost');
    expect(installFailure(error, '/cache')).toEqual({ kind: 'told', error });
    expect(installFailure(new Error('aborted', { cause: error }), '/cache')).toEqual({ kind: 'told', error });
  });

  it.each([
    [coded('EIO'), 'EIO: no luck'],
    ['a word', 'a word'],
  ])('is something else otherwise', (error, message) => {
    expect(installFailure(error, '/cache')).toEqual({ kind: 'other', message });
  });
});

describe('the failure of a pack', () => {
  it.each([
    [coded('ENOSPC'), 'The disk became full while the CUDA pack was installed into /cache.'],
    [coded('EROFS'), 'The cache folder /cache cannot be written: EROFS: no luck.'],
    [coded('EIO'), 'Installing the CUDA pack failed: EIO: no luck'],
  ])('says what happened: %s', (cause, message) => {
    const error = explainPack(cause, '/cache', undefined);
    expect(error).toMatchObject({ code: 'install', message, cause });
    expect(error.hint).toBeDefined();
  });

  it('was no failure when it was cancelled', () => {
    expect(explainPack(coded('ENOSPC'), '/cache', AbortSignal.abort())).toMatchObject({ code: 'cancelled' });
  });
});
