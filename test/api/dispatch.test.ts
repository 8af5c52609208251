import { describe, expect, it, vi } from 'vitest';
import { createApi } from '../../src/main/api/dispatch.ts';
import type { Api } from '../../src/main/api/dispatch.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { FakeHandlers } from '../contract/fake-handlers.ts';

function apiOf(fake: FakeHandlers): { api: Api; defects: unknown[] } {
  const defects: unknown[] = [];
  return { api: createApi(fake.handlers(), (error) => defects.push(error)), defects };
}

describe('a request', () => {
  it('gives the handler what the schema made of the payload, not what was sent', async () => {
    const fake = new FakeHandlers();
    const { api } = apiOf(fake);
    await api.request('runs:rename', { id: 1, name: '  a run  ' });
    expect(fake.calls).toEqual([{ name: 'runs:rename', payload: { id: 1, name: 'a run' } }]);
  });

  it('says which part of the payload does not fit', async () => {
    const { api } = apiOf(new FakeHandlers());
    await expect(api.request('runs:archive', { ids: [1, 'two'], archived: true })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^runs:archive: ids\.1 does not fit: /) as string,
    });
    await expect(api.request('runs:archive', 'all')).rejects.toMatchObject({
      message: expect.stringMatching(/^runs:archive: its payload does not fit: /) as string,
    });
  });

  it('does not repeat an endless name', async () => {
    const { api } = apiOf(new FakeHandlers());
    const error: unknown = await api.request('x'.repeat(10_000), {}).catch((reason: unknown) => reason);
    expect((error as FolioError).message.length).toBeLessThan(200);
  });

  it('that writes waits until the record can be written; others do not', async () => {
    const fake = new FakeHandlers();
    const stored = Promise.withResolvers<void>();
    const api = createApi(
      fake.handlers(),
      () => undefined,
      () => stored.promise,
    );
    const written = api.request('runs:rename', { id: 1, name: 'a run' });
    await api.request('runs:show', { id: 1 });
    expect(fake.calls.map(({ name }) => name)).toEqual(['runs:show']);
    stored.resolve();
    await written;
    expect(fake.calls.map(({ name }) => name)).toEqual(['runs:show', 'runs:rename']);
  });

  it('passes a FolioError on as it is, and reports anything else', async () => {
    const fake = new FakeHandlers();
    const { api, defects } = apiOf(fake);
    const [known, defect] = [new FolioError('busy', 'busy'), new RangeError('out of range')];
    fake.onRequest('training:stop', () => Promise.reject(known));
    fake.onRequest('training:pause', () => {
      throw defect;
    });
    await expect(api.request('training:stop', { id: 1 })).rejects.toBe(known);
    await expect(api.request('training:pause', { id: 1 })).rejects.toBe(defect);
    expect(defects).toEqual([defect]);
  });
});

describe('a subscription', () => {
  it('throws at once what is wrong with it', () => {
    const { api } = apiOf(new FakeHandlers());
    expect(() => api.subscribe('training:newz', {}, () => undefined)).toThrow('no topic "training:newz"');
    expect(() => api.subscribe('engines:install', { build: 'rocm' }, () => undefined)).toThrow('build does not fit');
  });

  it('to a feed is left once, however often that is asked for, and hears nothing afterwards', () => {
    const fake = new FakeHandlers();
    const { api } = apiOf(fake);
    let emit = (_event: unknown): void => undefined;
    fake.onFeed('training:news', (_, tell) => {
      emit = tell;
      return () => undefined;
    });
    const deliver = vi.fn();
    const leave = api.subscribe('training:news', {}, deliver);
    emit('heard');
    leave();
    leave();
    emit('not heard');
    expect(fake.left).toEqual(['training:news']);
    expect(deliver.mock.calls).toEqual([[{ kind: 'event', event: 'heard' }]]);
  });

  it('to a job that is cancelled hears neither its result nor its error', async () => {
    const fake = new FakeHandlers();
    const { api, defects } = apiOf(fake);
    fake.onJob('engines:probe', (_payload, _emit, signal) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new FolioError('cancelled', 'cancelled')));
      });
    });
    const deliver = vi.fn();
    api.subscribe('engines:probe', {}, deliver)();
    await new Promise(setImmediate);
    expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(deliver).not.toHaveBeenCalled();
    expect(defects).toEqual([]);
  });

  it('to a job without a result is told null', async () => {
    const fake = new FakeHandlers();
    fake.onJob('engines:probe', () => Promise.resolve(undefined));
    const deliver = vi.fn();
    apiOf(fake).api.subscribe('engines:probe', {}, deliver);
    await vi.waitFor(() => expect(deliver).toHaveBeenCalledWith({ kind: 'done', result: null }));
  });

  it('to a job whose end was told hears nothing more of it', async () => {
    const fake = new FakeHandlers();
    let emit = (_event: unknown): void => undefined;
    fake.onJob('engines:probe', async (_, tell) => {
      emit = tell;
    });
    const deliver = vi.fn();
    apiOf(fake).api.subscribe('engines:probe', {}, deliver);
    await vi.waitFor(() => expect(deliver).toHaveBeenCalledOnce());
    emit('too late');
    expect(deliver).toHaveBeenCalledOnce();
  });
});
