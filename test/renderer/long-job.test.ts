import { describe, expect, it } from 'vitest';
import { LongJob } from '../../src/renderer/state/long-job.svelte.ts';
import { FolioError } from '../../src/shared/errors.ts';

describe('a long job', () => {
  it('tells how far it is, and keeps what came of it until the next begins', async () => {
    const job = new LongJob<number, string>();
    const end = Promise.withResolvers<string>();
    const started = job.start((heard) => {
      heard(0.5);
      return end.promise;
    });
    expect([job.running, job.progress, job.result, job.failure]).toEqual([true, 0.5, null, null]);
    end.resolve('done');
    await started;
    expect([job.running, job.result, job.failure]).toEqual([false, 'done', null]);
    const next = job.start(() => Promise.resolve(null));
    expect([job.running, job.progress, job.result]).toEqual([true, null, null]);
    await next;
    expect([job.running, job.result]).toEqual([false, null]);
  });

  it('is one at a time', async () => {
    const job = new LongJob<number, string>();
    const end = Promise.withResolvers<string>();
    const started = job.start(() => end.promise);
    await job.start(() => Promise.reject(new Error('never begun')));
    expect([job.running, job.failure]).toEqual([true, null]);
    end.resolve('the first');
    await started;
    expect(job.result).toBe('the first');
  });

  it('keeps why it failed until that is put away, and begins again without it', async () => {
    const job = new LongJob<number, string>();
    const fail = (): Promise<void> => job.start(() => Promise.reject(new FolioError('install', 'broken', 'Mend it.')));
    await fail();
    expect([job.running, job.result]).toEqual([false, null]);
    expect(job.failure).toEqual({ code: 'install', message: 'broken', hint: 'Mend it.' });
    job.forgetResult();
    expect(job.failure).not.toBeNull();
    job.forget();
    expect(job.failure).toBeNull();
    await fail();
    await job.start(() => Promise.resolve('mended'));
    expect([job.failure, job.result]).toEqual([null, 'mended']);
    job.forget();
    expect(job.result).toBe('mended');
    job.forgetResult();
    expect(job.result).toBeNull();
  });

  it('that is cancelled did not fail', async () => {
    const job = new LongJob<number, string>();
    const started = job.start((_heard, signal) => {
      const { promise, reject } = Promise.withResolvers<string>();
      signal.addEventListener('abort', () => reject(new FolioError('cancelled', 'cancelled')));
      return promise;
    });
    job.cancel();
    await started;
    expect([job.running, job.failure, job.result]).toEqual([false, null, null]);
  });
});
