/** A folder whose files others can read: the address in it is without its token, and leads a browser that was let in before to the app. */
import type * as FileSystem from 'node:fs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Api } from '../../../src/main/api/dispatch.ts';
import { knownAddress, publishAddress } from '../../../src/main/headless/serve/known-address.ts';
import { enter, testServer, type TestServer } from '../../contract/websocket-transport.ts';

// Windows and drives without permissions say this of every file.
vi.mock('node:fs', async (load) => {
  const fs = await load<typeof FileSystem>();
  return { ...fs, fstatSync: (handle: number) => Object.assign(fs.fstatSync(handle), { mode: 0o100666 }) };
});

let served: TestServer;

beforeEach(async () => {
  const api: Api = { request: () => Promise.resolve(null), subscribe: () => () => undefined };
  served = await testServer(api);
});

afterEach(() => served.stop());

it('tells no token, and the app is at the address for whoever has the cookie', async () => {
  publishAddress(served.rendererDir, served.server.address);
  expect(readFileSync(join(served.rendererDir, 'folio.address'), 'utf8')).not.toContain(served.token);
  const address = knownAddress(served.rendererDir, process.pid) ?? expect.fail('no address is known');
  const cookie = await enter(served);
  expect(await (await fetch(address, { headers: { cookie } })).text()).toContain('<title>the app</title>');
  expect(await (await fetch(address)).text()).toContain('Each start of Folio makes a new address'); // the way in, for all others
});
