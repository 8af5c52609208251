import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FETCH_LIMITS, fetchLatest, isPage, updateAddress } from '../../../src/main/services/updates/latest.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import { LATEST, ReleaseServer } from './release-server.ts';
import fc from '../../property.ts';

let server: ReleaseServer;
beforeEach(async () => {
  server = await ReleaseServer.start();
});
afterEach(() => server.close());

const read = (limits = {}, signal = new AbortController().signal) =>
  fetchLatest(new URL(server.address), signal, { ...FETCH_LIMITS, ...limits });

describe('addresses', () => {
  it.each([
    'https://folio.example/latest.json',
    ' https://folio.example:8443/a ',
    'http://127.0.0.1:80/x',
    'http://localhost/',
    'http://[::1]:9/',
  ])('%s can be asked', (address) => {
    expect(updateAddress(address).href).toBe(new URL(address.trim()).href);
  });

  it.each([
    ['', /not an address/],
    ['folio.example/latest.json', /not an address/],
    ['http://folio.example/latest.json', /http:\/\/folio\.example is not https/],
    ['http://127.0.0.1.folio.example/', /not https/],
    ['http://localhost.folio.example/', /not https/],
    ['http://10.0.0.1/', /not https/],
    ['https://someone:secret@folio.example/', /no name and password/],
    ['file:///etc/passwd', /not https/],
    ['ftp://folio.example/', /not https/],
    ['javascript:alert(1)', /not https/],
  ])('%s cannot', (address, why) => {
    expect(() => updateAddress(address)).toThrow(why);
    expect(() => updateAddress(address)).toThrow(FolioError);
  });

  it('of pages are https, whatever else is tried', () => {
    expect(isPage('https://folio.example/')).toBe(true);
    for (const address of [
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'https://a:b@folio.example/',
      'javascript:alert(1)',
      'x',
    ]) {
      expect(isPage(address)).toBe(false);
    }
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ validSchemes: ['http', 'https', 'ftp'] }), fc.string()), (address) => {
        if (isPage(address)) expect(new URL(address).protocol).toBe('https:');
      }),
    );
  });
});

describe('the description of a release', () => {
  it('is read, without what nobody needs, by a request that says nothing of the person', async () => {
    server.says({ ...LATEST, version: 'v1.3.0', more: 1 });
    expect(await read()).toEqual(LATEST);
    expect(server.requests.map(({ method, url }) => `${method ?? ''} ${url ?? ''}`)).toEqual(['GET /latest.json']);
    expect(server.requests[0]?.headers).toMatchObject({ 'user-agent': 'Folio', accept: 'application/json' });
    expect(server.requests[0]?.headers.cookie).toBeUndefined();
    server.says({ version: '2.0.0', page: LATEST.page });
    expect(await read()).toEqual({ version: '2.0.0', page: LATEST.page, notes: '', date: null });
  });

  it.each([
    ['', /is not JSON/],
    ['{"version":', /is not JSON/],
    [[1], /does not describe a release$/],
    [{}, /its "version" does not fit/],
    [{ ...LATEST, version: 'newest' }, /its "version" does not fit/],
    [{ ...LATEST, page: 'http://folio.example/' }, /its "page" does not fit/],
    [{ ...LATEST, page: 'javascript:alert(1)' }, /its "page" does not fit/],
    [{ ...LATEST, notes: 'x'.repeat(4001) }, /its "notes" does not fit/],
    [{ ...LATEST, date: 'soon' }, /its "date" does not fit/],
  ])('that is none is refused: %j', async (body, why) => {
    server.says(body);
    await expect(read()).rejects.toMatchObject({ code: 'file', message: expect.stringMatching(why) as string });
  });

  it('is never more than any JSON can break', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        server.says(body);
        await read().then(
          ({ page }) => expect(isPage(page)).toBe(true),
          (error: unknown) => expect(error).toBeInstanceOf(FolioError),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('that is not UTF-8 is refused', async () => {
    server.answer = (_request, response) => response.end(Buffer.from([0x7b, 0xff, 0x7d]));
    await expect(read()).rejects.toThrow(/is not JSON/);
  });
});

describe('what goes wrong on the way', () => {
  it('a file without an end is left', async () => {
    let gone: Promise<void> | undefined;
    server.answer = (request, response) => {
      gone = new Promise((closed) => request.socket.once('close', () => closed()));
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1 << 14)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await expect(read()).rejects.toThrow(/is larger than 64 KB/);
    await gone;
  });

  it.each([404, 403, 500])('the status %i', async (status) => {
    server.answer = (_request, response) => response.writeHead(status).end('<html>');
    await expect(read()).rejects.toThrow(`refused: it answered with ${status}`);
  });

  it('a server that never answers, or stops in the midst', async () => {
    server.answer = () => undefined;
    await expect(read({ timeoutMs: 50 })).rejects.toThrow(/did not answer within 0\.05 s/);
    server.answer = (_request, response) => void response.write('{');
    await expect(read({ timeoutMs: 50 })).rejects.toThrow(/did not answer within/);
  });

  it('a connection that breaks off, and one that there is none of', async () => {
    server.answer = (_request, response) => {
      response.write('{');
      response.destroy();
    };
    await expect(read()).rejects.toThrow(/cannot be reached: the connection broke off/);
    const { address } = server;
    await server.close();
    await expect(fetchLatest(new URL(address), new AbortController().signal)).rejects.toThrow(
      /cannot be reached: nothing answers there/,
    );
    server = await ReleaseServer.start();
  });

  it('a program that ends', async () => {
    const closing = new AbortController();
    server.answer = () => closing.abort(new FolioError('cancelled', 'Folio was closed'));
    await expect(read({}, closing.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('redirects', () => {
  const leadsTo = (location: string | null): void => {
    server.answer = (request, response) => {
      if (request.url !== '/latest.json') response.end(JSON.stringify(LATEST));
      else response.writeHead(302, location === null ? {} : { location }).end();
    };
  };

  it('are followed on this machine', async () => {
    leadsTo('/there');
    expect(await read()).toEqual(LATEST);
  });

  it.each([
    ['http://folio.example/latest.json', /leads to http:\/\/folio\.example, which is not https/],
    ['file:///etc/passwd', /which is not https/],
    [null, /does not say to which/],
    ['http://', /does not say to which/],
  ])('to %s are not', async (location, why) => {
    leadsTo(location);
    await expect(read()).rejects.toThrow(why);
    expect(server.requests).toHaveLength(1);
  });

  it('have an end', async () => {
    server.answer = (_request, response) => response.writeHead(302, { location: '/latest.json' }).end();
    await expect(read()).rejects.toThrow(/from one address to the next, more than 3 times/);
    expect(server.requests).toHaveLength(4);
  });
});
