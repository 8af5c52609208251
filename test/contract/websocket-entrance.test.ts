/** Who is let in, and to what: token, cookie, Host, Origin, and the files of the page. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../src/main/api/dispatch.ts';
import { ask, cookie, fake, test, upgrade, useServer } from './websocket-harness.ts';
import { openSocket, testServer } from './websocket-transport.ts';

useServer();

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
