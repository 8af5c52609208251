/** Uploads and downloads over the real server. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApi } from '../../../src/main/api/dispatch.ts';
import { browserHost } from '../../../src/main/headless/serve/browser-host.ts';
import { fileName, Transfers } from '../../../src/main/headless/serve/transfers.ts';
import type { TransferLimits } from '../../../src/main/headless/serve/transfers.ts';
import { ChosenFiles } from '../../../src/main/services/chosen-files.ts';
import type { ChosenFile } from '../../../src/shared/contract/app.ts';
import { FakeHandlers } from '../../contract/fake-handlers.ts';
import { enter, testServer, type TestServer } from '../../contract/websocket-transport.ts';
import fc from '../../property.ts';

const api = createApi(new FakeHandlers().handlers(), (error) => expect.unreachable(String(error)));
let test: TestServer;
let headers: Record<string, string>;

async function start(make?: (folder: string, files: ChosenFiles) => Transfers): Promise<void> {
  test = await testServer(api, make === undefined ? {} : { makeTransfers: make });
  headers = { Origin: test.origin, Cookie: await enter(test) };
}

beforeEach(() => start());
afterEach(async () => {
  await test.stop();
  expect(test.reports).toEqual([]);
});

const limited = async (limits: Partial<TransferLimits>): Promise<void> => {
  await test.stop();
  await start((folder, files) => {
    return new Transfers(folder, files, { uploadBytes: 1000, freeBytes: () => 1e12, ...limits });
  });
};

const upload = (name: string, body: string): Promise<Response> =>
  fetch(`${test.origin}/files?name=${encodeURIComponent(name)}`, { method: 'POST', headers, body });
const fetchFile = (handle: string, name: string): Promise<Response> =>
  fetch(`${test.origin}/files/${handle}?name=${encodeURIComponent(name)}`, { headers });
/** Everything that lies in the temporary folder. */
const stored = (): string[] =>
  existsSync(test.folder)
    ? readdirSync(test.folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [entry.name] : [],
      )
    : [];

describe('an upload', () => {
  it('becomes a file that the program may read, under its own name', async () => {
    const text = '学而时习之\n'.repeat(50_000);
    const chosen = (await (await upload('论语.txt', text)).json()) as ChosenFile;
    expect(chosen).toMatchObject({ name: '论语.txt', bytes: Buffer.byteLength(text) });
    const path = test.files.path(chosen.handle, 'read');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(basename(path)).toBe('论语.txt');
    expect(() => test.files.path(chosen.handle, 'write')).toThrow('not chosen');
  });

  it.each(['../../evil.txt', '/etc/passwd', 'C:\\evil.txt', '..', '.hidden', 'a\0b', 'con.txt', 'x'.repeat(500)])(
    'cannot choose its place by its name: %j',
    async (name) => {
      const { handle } = (await (await upload(name, 'text')).json()) as ChosenFile;
      const path = test.files.path(handle, 'read');
      expect(dirname(dirname(path))).toBe(test.folder);
      expect(readFileSync(path, 'utf8')).toBe('text');
    },
  );

  it('needs a name', async () => {
    for (const query of ['', '?name=', `?name=${'x'.repeat(2000)}`]) {
      const answer = await fetch(`${test.origin}/files${query}`, { method: 'POST', headers, body: 'text' });
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('name')]);
    }
  });

  it('that says that it is too large is refused before it is read', async () => {
    await limited({});
    const answer = await upload('a.txt', 'x'.repeat(1001));
    expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining('larger than 1.0 kB')]);
    expect(stored()).toEqual([]);
    expect((await upload('a.txt', 'x'.repeat(1000))).status).toBe(200);
  });

  it('that grows too large while it comes leaves nothing', async () => {
    await limited({});
    const answer = await new Promise((resolve) => {
      const request = httpRequest(
        `${test.origin}/files?name=a.txt`,
        { method: 'POST', headers: { ...headers, 'Transfer-Encoding': 'chunked' } },
        (response) => resolve(response.resume().statusCode),
      );
      request.on('error', () => resolve('cut off'));
      request.write('x'.repeat(900));
      request.end('x'.repeat(900));
    });
    expect([413, 'cut off']).toContain(answer);
    await vi.waitFor(() => expect(stored()).toEqual([]));
  });

  it('is refused where the disk has no room for it beside the record', async () => {
    await limited({ freeBytes: () => 256 * 1024 ** 2 + 50 });
    expect((await upload('a.txt', 'x'.repeat(50))).status).toBe(200);
    const answer = await upload('a.txt', 'x'.repeat(51));
    expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining('room for 50 bytes only')]);
  });

  it('that breaks off leaves nothing', async () => {
    const request = httpRequest(`${test.origin}/files?name=a.txt`, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': '1000' },
    });
    request.on('error', () => undefined);
    request.write('half of it');
    await vi.waitFor(() => expect(stored()).toEqual(['a.txt']));
    request.destroy();
    await vi.waitFor(() => expect(stored()).toEqual([]));
  });

  it('is deleted when its handle was given back, at the next one at the latest', async () => {
    const first = (await (await upload('first.txt', '1')).json()) as ChosenFile;
    await upload('second.txt', '2');
    test.files.release(first.handle);
    await upload('third.txt', '3');
    expect(stored().toSorted()).toEqual(['second.txt', 'third.txt']);
    test.files.release(((await (await upload('fourth.txt', '4')).json()) as ChosenFile).handle);
    await test.transfers.tidy();
    expect(stored().toSorted()).toEqual(['second.txt', 'third.txt']);
  });
});

describe('a download', () => {
  /** As `files:save` and an export do it. */
  const written = async (name: string, text: string): Promise<string> => {
    const path = await browserHost(test.transfers).saveFile('weights', name);
    if (path === null) return expect.unreachable();
    writeFileSync(path, text);
    return test.files.toWrite(path, name).handle;
  };

  it('that nobody wants any more leaves nothing behind; others stay until they are fetched', async () => {
    const unwanted = await written('unwanted.csv', 'figures');
    const wanted = await written('wanted.csv', 'figures');
    await test.transfers.tidy();
    expect(stored().toSorted()).toEqual(['unwanted.csv', 'wanted.csv']);
    test.files.release(unwanted);
    await test.transfers.tidy();
    expect(stored()).toEqual(['wanted.csv']);
    expect(await (await fetchFile(wanted, 'wanted.csv')).text()).toBe('figures');
    await vi.waitFor(() => expect(stored()).toEqual([]), { timeout: 10_000 });
  });

  it('hands a written file over, once', async () => {
    const handle = await written('weights.safetensors', 'weights');
    const answer = await fetchFile(handle, '我的 "run".safetensors');
    expect(await answer.text()).toBe('weights');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '7',
      'content-disposition': `attachment; filename="__ _run_.safetensors"; filename*=UTF-8''${encodeURIComponent('我的 _run_.safetensors')}`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    await vi.waitFor(() => expect(stored()).toEqual([]));
    expect((await fetchFile(handle, 'weights.safetensors')).status).toBe(404);
  });

  it('of a file that is not written yet says so, and can be asked for again', async () => {
    const path = await browserHost(test.transfers).saveFile('table', 'a.csv');
    const { handle } = test.files.toWrite(path ?? '');
    const early = await fetchFile(handle, 'a.csv');
    expect([early.status, await early.text()]).toEqual([404, expect.stringContaining('not ready')]);
    writeFileSync(path ?? '', 'step,loss');
    expect(await (await fetchFile(handle, 'a.csv')).text()).toBe('step,loss');
  });

  it('is of nothing but what was written for it', async () => {
    const elsewhere = join(test.rendererDir, 'secret.txt');
    writeFileSync(elsewhere, 'secret');
    mkdirSync(`${test.folder}-too`, { recursive: true });
    const beside = join(`${test.folder}-too`, 'secret.txt');
    writeFileSync(beside, 'secret');
    const handles = [
      test.files.toWrite(elsewhere).handle,
      test.files.toWrite(beside).handle,
      (await test.files.toRead(elsewhere)).handle,
      ((await (await upload('a.txt', 'text')).json()) as ChosenFile).handle,
      '00000000-0000-0000-0000-000000000000',
      'x',
    ];
    for (const handle of handles) expect((await fetchFile(handle, 'a')).status).toBe(404);
    expect((await fetchFile('..%2fsecret.txt', 'a')).status).toBe(404);
  });
});

describe('the temporary folder', () => {
  it('is emptied at the start and at the end', async () => {
    await upload('a.txt', 'text');
    const left = new Transfers(join(test.rendererDir, 'other'), new ChosenFiles());
    writeFileSync(await left.place('left over'), 'text');
    expect(readdirSync(join(test.rendererDir, 'other'))).toHaveLength(1);
    new Transfers(join(test.rendererDir, 'other'), new ChosenFiles()).clear();
    expect(existsSync(join(test.rendererDir, 'other'))).toBe(false);
    await test.server.close();
    expect(stored()).toEqual([]);
  });
});

describe('the host of a browser', () => {
  it('has no dialogs of its own', async () => {
    const host = browserHost(test.transfers);
    expect(host.kind).toBe('browser');
    await expect(host.openFile('text')).rejects.toMatchObject({ code: 'usage', hint: expect.any(String) as string });
    await expect(host.showFolder('/data')).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('/data') as string,
    });
    await expect(host.openPage('https://folio.example/')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe("a file's name", () => {
  it('keeps its ending when it is too long, and its characters whole', () => {
    expect(fileName(`${'a'.repeat(300)}.csv`)).toBe(`${'a'.repeat(196)}.csv`);
    expect(fileName(`${'天'.repeat(100)}.safetensors`)).toBe(`${'天'.repeat(62)}.safetensors`);
    expect(fileName(`${'😀'.repeat(100)}`)).toBe('😀'.repeat(50));
    expect(fileName('Loss curves - First try, A long name that somebody typed on a Sunday, Too fast.csv')).toMatch(
      /Too fast\.csv$/,
    );
  });

  it('is always one plain name that a file system takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('nul', 'COM1.txt')), (name) => {
        const made = fileName(name);
        expect(made).not.toBe('');
        expect(Buffer.byteLength(made)).toBeLessThanOrEqual(255);
        expect(made).not.toMatch(/[/\\:\0]|^\.|^(con|nul|com1)(\.|$)|[. ]$/i);
        expect(fileName(made)).toBe(made);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
