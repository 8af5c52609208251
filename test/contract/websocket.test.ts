/** What only the server has: frames of any size and kind, windows that do not read, and a port of its own. */
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { createApi } from '../../src/main/api/dispatch.ts';
import { startServer } from '../../src/main/headless/serve/server.ts';
import { Deliveries, loose } from './transport.ts';
import { cookie, fake, test, upgrade, useServer } from './websocket-harness.ts';
import { openWindow, testServer } from './websocket-transport.ts';

useServer();

describe('frames', () => {
  it('of more than a megabyte end the connection', async () => {
    const page = await openWindow(test);
    page.post({ type: 'request', id: 1, name: 'app:info', payload: 'x'.repeat(1024 * 1024) });
    expect(await page.refused).toMatch(/^1009/);
    expect(fake.calls).toEqual([]);
  });

  it.each([
    ['that are binary', Buffer.from('{"type":"request","id":1,"name":"app:info","payload":{}}'), /^1003 /],
    ['that are no JSON', '{"type":', /^1007 /],
    ['that are empty', '', /^1007 /],
    ['that are JSON of something else', '"hello"', /^1008 .*contract/],
    ['that lack their payload', '{"type":"request","id":1,"name":"app:info"}', /^1008 .*contract/],
  ])('%s end the connection', async (_, frame, code) => {
    const page = await openWindow(test);
    page.socket.send(frame);
    page.post({ type: 'request', id: 2, name: 'app:info', payload: {} }); // is on its way, and is not looked at
    expect(await page.refused).toMatch(code);
    expect(fake.calls).toEqual([]);
  });

  it('of garbage bytes on the connection end it, and nothing else', async () => {
    const socket = connect(test.server.port, '127.0.0.1', () => socket.write('\x16\x03\x01garbage\r\n\r\n'));
    await new Promise((resolve) =>
      socket
        .on('error', () => undefined)
        .on('data', () => undefined)
        .once('close', resolve),
    );
    const page = await openWindow(test);
    expect(await loose(page.client).request('app:info', {})).toEqual({});
  });
});

describe('a window that does not read', () => {
  it('is sent less, not wrong: the newest state, and what was added in one piece', async () => {
    let emitState = (_event: unknown): void => undefined;
    let emitText = (_event: unknown): void => undefined;
    let end = (_result: unknown): void => undefined;
    fake.onFeed('corpora:changed', (_, emit) => {
      emitState = emit;
      return () => undefined;
    });
    fake.onJob('writing:reproduce', (_, emit) => {
      emitText = emit;
      return new Promise((resolve) => (end = resolve));
    });
    const page = await openWindow(test);
    const states = new Deliveries(page.client, 'corpora:changed');
    const text = new Deliveries(page.client, 'writing:reproduce', { sample: 1, run: 1 });
    await loose(page.client).request('app:info', {});
    page.socket.pause();
    const filler = 'x'.repeat(64 * 1024);
    for (let i = 0; i < 1000; i++) emitState({ filler, number: i });
    for (let i = 0; i < 1000; i++) emitText({ stream: 0, text: `${i} ` });
    end('same');
    page.socket.resume();

    const grown: string[] = [];
    for (;;) {
      const delivery = await text.next();
      if (delivery.kind !== 'event') {
        expect(delivery).toEqual({ kind: 'done', result: 'same' });
        break;
      }
      grown.push((delivery.event as { text: string }).text);
    }
    expect(grown.join('')).toBe(Array.from({ length: 1000 }, (_, i) => `${i} `).join(''));
    const last = (): number => (states.all.at(-1) as { event: { number: number } } | undefined)?.event.number ?? -1;
    await vi.waitFor(() => expect(last()).toBe(999));
    expect(states.all.length).toBeLessThan(400);
    emitState({ filler: '', number: 1000 });
    await vi.waitFor(() => expect(last()).toBe(1000));
  });

  it('and answers no ping is given up, with its jobs', async () => {
    const quick = await testServer(
      createApi(fake.handlers(), () => undefined),
      { heartbeatMs: 40 },
    );
    const [page, reading] = [await openWindow(quick), await openWindow(quick)];
    void new Deliveries(page.client, 'engines:probe');
    await loose(page.client).request('app:info', {});
    page.socket.pause();
    await vi.waitFor(() => expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true]));
    expect(await loose(reading.client).request('app:info', {})).toEqual({});
    page.socket.resume();
    await quick.stop();
  });
});

describe('the server', () => {
  it('listens on loopback alone', async () => {
    const address = await new Promise((resolve) => {
      const socket = connect(test.server.port, '127.0.0.1', () => {
        resolve(socket.remoteAddress);
        socket.destroy();
      });
    });
    expect(address).toBe('127.0.0.1');
    const elsewhere = await new Promise((resolve) => {
      // All of 127.0.0.0/8 is this machine on Linux: only a server that listens on every address would answer here.
      connect(test.server.port, '127.0.0.2', () => resolve('answered')).on('error', () => resolve('refused'));
    });
    expect(elsewhere).toBe('refused');
  });

  it('says what to do about a port that is taken', async () => {
    const { port } = test.server;
    const api = createApi(fake.handlers(), () => undefined);
    const { transfers, rendererDir } = test;
    await expect(startServer({ port, api, transfers, rendererDir, report: () => undefined })).rejects.toMatchObject({
      code: 'busy',
      message: `port ${port} is taken by another program`,
      hint: expect.stringContaining('--port 0') as string,
    });
  });

  it('takes leave of its windows when it is closed', async () => {
    const page = await openWindow(test);
    void new Deliveries(page.client, 'engines:probe');
    await loose(page.client).request('app:info', {});
    await test.server.close();
    expect(await page.refused).toBe('1001 Folio was closed');
    expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('has room for 64 windows', async () => {
    const pages = await Promise.all(Array.from({ length: 64 }, () => openWindow(test)));
    expect(await upgrade({ Origin: test.origin, Cookie: cookie })).toMatch(/^503 /);
    await pages[0]?.close();
    await vi.waitFor(async () => expect(await upgrade({ Origin: test.origin, Cookie: cookie })).toBe('open'));
  });
});
