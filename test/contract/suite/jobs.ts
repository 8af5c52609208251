/** Work with progress and a result, which its window can cancel. */
import { describe, expect, it, vi } from 'vitest';
import { runJob } from '../../../src/shared/contract/client.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import { Deliveries } from '../transport.ts';
import { defects, fake, page, settled } from './harness.ts';

export function describeJobs(): void {
  describe('jobs', () => {
    const payload = { build: 'cpu' } as const;

    it('report progress and end with their result', async () => {
      fake.onJob('engines:install', async (_, emit) => {
        emit('half');
        await Promise.resolve();
        emit('whole');
        return { version: '2.21.0' };
      });
      const progress: unknown[] = [];
      const result = await runJob(page.client, 'engines:install', payload, (event) => progress.push(event));
      expect(result).toEqual({ version: '2.21.0' });
      expect(progress).toEqual(['half', 'whole']);
      await settled();
      expect(fake.signals.map(({ aborted }) => aborted)).toEqual([false]);
    });

    it('end with the error that they failed with', async () => {
      fake.onJob('engines:install', () =>
        Promise.reject(new FolioError('install', 'nothing was downloaded', 'Connect.')),
      );
      await expect(runJob(page.client, 'engines:install', payload)).rejects.toMatchObject({
        code: 'install',
        message: 'nothing was downloaded',
        hint: 'Connect.',
      });
    });

    it('end with a defect as internal, even one that is thrown at once', async () => {
      fake.onJob('engines:install', () => {
        throw new TypeError('x is not a function');
      });
      await expect(runJob(page.client, 'engines:install', payload)).rejects.toMatchObject({ code: 'internal' });
      expect(defects).toHaveLength(1);
    });

    it('are cancelled by leaving, and say nothing more', async () => {
      let emit = (_event: unknown): void => undefined;
      let end = (_result: unknown): void => undefined;
      fake.onJob('engines:install', (_, tell) => {
        emit = tell;
        return new Promise((resolve) => (end = resolve));
      });
      const job = new Deliveries(page.client, 'engines:install', payload);
      await settled();
      emit('half');
      expect(await job.next()).toEqual({ kind: 'event', event: 'half' });
      job.leave();
      await settled();
      expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true]);
      const wire = vi.spyOn(page.client, 'receive');
      emit('whole');
      end('done');
      await settled();
      expect(job.all).toHaveLength(1);
      expect(wire.mock.calls.map(([message]) => message.type)).not.toContain('delivery');
    });
  });
}
