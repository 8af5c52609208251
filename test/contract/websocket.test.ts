/** What only the server has: token, Host, Origin, frames of any size and kind, windows that do not read, and the files of the page. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApi } from '../../src/main/api/dispatch.ts';
import { startServer } from '../../src/main/headless/serve/server.ts';
import { FakeHandlers } from './fake-handlers.ts';
import { Deliveries, loose } from './transport.ts';
import { enter, openSocket, openWindow, testServer, type TestServer } from './websocket-transport.ts';

let fake: FakeHandlers;
let test: TestServer;
let cookie: string;

beforeEach(async () => {
  fake = new FakeHandlers();
  test = await testServer(createApi(fake.handlers(), (error) => expect.unreachable(String(error))));
  cookie = await enter(test);
});

afterEach(async () => {
  await test.stop();
  expect(test.reports).toEqual([]);
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Unlike fetch, sends exactly these headers: Host and Origin are what is tested. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = test.server;
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, body: text, headers: response.headers }));
    });
    request.on('error', reject).end(body);
  });
}

/** How an upgrade is answered: 'open', or the status and the sentence of the refusal. */
function upgrade(headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(test.origin, headers);
    socket.once('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.once('unexpected-response', (_, response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve(`${response.statusCode} ${text.trim()}`));
    });
    socket.once('error', reject);
  });
}

const FOREIGN_ORIGINS = [
  'http://evil.example',
  'null',
  'http://127.0.0.1',
  'http://127.0.0.1:1',
  'file://',
  '',
  'app://folio',
];
const wrongHosts = (): string[] => [
  'evil.example',
  `evil.example:${test.server.port}`,
  '127.0.0.1',
  '127.0.0.1:1',
  `127.0.0.1.evil.example:${test.server.port}`,
  `localhost.evil.example:${test.server.port}`,
  `0.0.0.0:${test.server.port}`,
  `127.0.0.1:${test.server.port}0`,
  `127.0.0.1:${test.server.port}.evil.example`,
];
const WRONG_COOKIES = ['', 'folio=1', 'x'.repeat(43)];

describe('the token', () => {
  it('is 256 bits that differ each time, and is not the cookie', async () => {
    expect(Buffer.from(test.token, 'base64url')).toHaveLength(32);
    expect(cookie.split('=')[1]).not.toBe(test.token);
    const other = await testServer(createApi(fake.handlers(), () => undefined));
    expect(other.token).not.toBe(test.token);
    await other.stop();
  });

  it('travels in the fragment of the address, which is sent to nobody', () => {
    const { pathname, search, hash } = new URL(test.server.address);
    expect([pathname, search, hash]).toEqual(['/enter', '', `#token=${test.token}`]);
  });

  it('is exchanged for a cookie that scripts cannot read and other sites do not send', async () => {
    const { status, headers } = await ask('POST', '/enter', { Origin: test.origin }, test.token);
    expect(status).toBe(200);
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Strict$/)]);
  });

  it.each(['', 'wrong', 'x'.repeat(43), 'x'.repeat(100_000)])('is refused when it is wrong', async (token) => {
    const answer = await ask('POST', '/enter', { Origin: test.origin }, token);
    expect(answer).toMatchObject({ status: 401, body: expect.stringContaining('token') as string });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('is not taken in any other way', async () => {
    for (const path of [`/index.html?token=${test.token}`, `/index.html#token=${test.token}`]) {
      expect(await ask('GET', path)).toMatchObject({ status: 401 });
    }
    const bearer = { Authorization: `Bearer ${test.token}`, Cookie: `folio-${test.server.port}=${test.token}` };
    expect(await ask('GET', '/index.html', bearer)).toMatchObject({ status: 401 });
  });

  it('may be a ticket, which works once', async () => {
    const ticket = test.server.ticketAddress().split('#token=')[1] ?? '';
    expect(ticket).not.toBe(test.token);
    expect(await ask('POST', '/enter', { Origin: test.origin }, ticket)).toMatchObject({ status: 200 });
    expect(await ask('POST', '/enter', { Origin: test.origin }, ticket)).toMatchObject({ status: 401 });
  });

  it('is asked for by the one page that needs no cookie', async () => {
    const page = await ask('GET', '/');
    expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(page.body).toContain('/enter.js');
    expect(page.body).not.toContain('the app');
    expect(await ask('GET', '/enter.js')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8' },
    });
    expect(page.body).toContain('/enter.css');
    expect(page.body).not.toMatch(/<style|style=|<script>/); // the policy would drop what stands in the page itself
    expect(await ask('GET', '/enter.css')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/css; charset=utf-8' },
    });
  });
});

describe('the upgrade to a WebSocket', () => {
  it('is granted to the page, at either name of this machine', async () => {
    expect(await upgrade({ Origin: test.origin, Cookie: cookie })).toBe('open');
    const localhost = `localhost:${test.server.port}`;
    expect(await upgrade({ Host: localhost, Origin: `http://${localhost}`, Cookie: `other=1; ${cookie}` })).toBe(
      'open',
    );
  });

  it('is refused without the cookie, or with a wrong one', async () => {
    for (const wrong of [...WRONG_COOKIES, `folio-${test.server.port}=`, `${cookie}x`, `x${cookie}`]) {
      expect(await upgrade({ Origin: test.origin, Cookie: wrong })).toMatch(
        /^401 Folio does not know this browser yet\./,
      );
    }
  });

  it('is refused for every other Origin, and for none', async () => {
    for (const origin of [
      ...FOREIGN_ORIGINS,
      `http://localhost:${test.server.port}`,
      `https://127.0.0.1:${test.server.port}`,
    ]) {
      expect(await upgrade({ Origin: origin, Cookie: cookie })).toMatch(/^403 .*Origin/);
    }
    expect(await upgrade({ Cookie: cookie })).toMatch(/^403 .*Origin/);
  });

  it('is refused for every other Host', async () => {
    for (const host of wrongHosts()) {
      const headers = { Host: host, Origin: `http://${host}`, Cookie: cookie };
      expect(await upgrade(headers), host).toMatch(/^403 Folio answers at http:\/\/127\.0\.0\.1:\d+ only\./);
    }
  });

  it('is refused at every other path', async () => {
    const socket = openSocket(`${test.origin}/elsewhere`, { Origin: test.origin, Cookie: cookie });
    const status = await new Promise((resolve) => {
      socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode)).once('error', () => undefined);
    });
    expect(status).toBe(400);
  });
});

describe('requests', () => {
  it('are refused for every other Host, whatever they ask for', async () => {
    for (const host of wrongHosts()) {
      const own = { Host: host, Cookie: cookie };
      for (const path of ['/', '/enter', '/enter.js', '/enter.css', '/index.html', '/files/x']) {
        expect(await ask('GET', path, own), host).toMatchObject({ status: 403 });
      }
      expect(await ask('POST', '/enter', { ...own, Origin: `http://${host}` }, test.token)).toMatchObject({
        status: 403,
      });
    }
  });

  it('are refused without any Host', async () => {
    const socket = connect(test.server.port, '127.0.0.1', () => socket.end('GET / HTTP/1.0\r\n\r\n'));
    let answer = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('that change something need the right Origin', async () => {
    for (const headers of [{}, ...FOREIGN_ORIGINS.map((Origin) => ({ Origin }))]) {
      for (const path of ['/enter', '/files?name=a.txt']) {
        const answer = await ask('POST', path, { ...headers, Cookie: cookie }, test.token);
        expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('Origin') as string });
      }
    }
  });

  it('that read are refused for a foreign Origin', async () => {
    for (const origin of FOREIGN_ORIGINS) {
      expect(await ask('GET', '/index.html', { Origin: origin, Cookie: cookie })).toMatchObject({ status: 403 });
    }
  });

  it('of pages on another port, which share the cookie, are refused where the browser says so', async () => {
    for (const site of ['same-site', 'cross-site']) {
      const headers = { Cookie: cookie, 'Sec-Fetch-Site': site };
      expect(await ask('GET', '/index.html', headers)).toMatchObject({ status: 403 });
      expect(await ask('GET', '/files/x', headers)).toMatchObject({ status: 403 });
    }
    expect(await ask('GET', '/index.html', { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' })).toMatchObject({
      status: 200,
    });
  });

  it('need the cookie, for everything but the way in', async () => {
    for (const path of ['/index.html', '/assets/x.js', '/files/x', '/contract', '/nothing']) {
      for (const wrong of WRONG_COOKIES)
        expect(await ask('GET', path, { Cookie: wrong })).toMatchObject({ status: 401 });
    }
    const upload = await ask('POST', '/files?name=a', { Origin: test.origin }, 'text');
    expect(upload).toMatchObject({ status: 401 });
  });

  it('get the page and its files, under a policy that lets it reach this server alone', async () => {
    for (const path of ['/', '/index.html']) {
      const { status, body, headers } = await ask('GET', path, { Cookie: cookie });
      expect([status, body]).toEqual([200, '<!doctype html><title>the app</title>']);
      expect(headers).toMatchObject({
        'content-type': 'text/html;charset=utf-8',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
        'cross-origin-resource-policy': 'same-origin',
      });
      const policy = String(headers['content-security-policy']).split('; ');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${test.server.port}`);
      expect(policy).toContain("frame-ancestors 'none'");
    }
  });

  it('get nothing but files: no listing, nothing outside, no other methods', async () => {
    const own = { Cookie: cookie, Origin: test.origin };
    for (const path of [
      '/tmp/',
      '/tmp',
      '/../package.json',
      '/..%2f..%2fetc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/%',
      '/\\..\\',
    ]) {
      expect((await ask('GET', path, own)).status, path).toBe(404);
    }
    for (const path of ['//evil.example/', 'http://evil.example/']) {
      expect((await ask('GET', path, own)).status, path).toBe(400);
    }
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      expect(await ask(method, '/', own)).toMatchObject({ status: 405 });
    }
    expect(await ask('POST', '/', own)).toMatchObject({ status: 404 });
    expect(await ask('GET', '/index.html', { ...own, Range: 'bytes=5-2' })).toMatchObject({ status: 200 });
  });
});

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
