import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packAddress } from '../../../../src/main/engine/tensorflow/pack/address.ts';
import { fetchFile, type FetchOptions } from '../../../../src/main/engine/tensorflow/pack/fetch-file.ts';
import { fakePack, PackServer } from './pack-server.ts';

const { wheels, cublas } = fakePack();
const bytes = wheels.get(cublas.name) ?? Buffer.alloc(0);
const PART = `${cublas.name}.part`;

let server: PackServer;
let folder: string;
beforeEach(async () => {
  server = await PackServer.start(wheels);
  folder = mkdtempSync(path.join(tmpdir(), 'folio-fetch-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function get(more: Partial<FetchOptions> = {}): Promise<string> {
  return fetchFile(cublas, {
    folder,
    address: packAddress(server.address),
    signal: new AbortController().signal,
    progress: () => undefined,
    pauseMs: 0,
    ...more,
  });
}

const refused = (message: RegExp, hint: RegExp = /./): unknown =>
  expect.objectContaining({
    code: 'install',
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });

const named = new RegExp(`${cublas.name}.*127\\.0\\.0\\.1|127\\.0\\.0\\.1.*${cublas.name}`);
const there = (): string[] => readdirSync(folder).toSorted();
const ranges = (): (string | undefined)[] => server.asked.map(({ range }) => range);

describe('a file that comes', () => {
  it('gets its name when its hash is right', async () => {
    const seen: number[] = [];
    const file = await get({ progress: (done) => seen.push(done) });
    expect(there()).toEqual([cublas.name]);
    expect(readFileSync(file)).toEqual(bytes);
    expect(seen.at(-1)).toBe(cublas.bytes);
    expect(ranges()).toEqual([undefined]);
  });

  it('is not fetched again when it is there, whole', async () => {
    await get();
    await get();
    expect(server.asked).toHaveLength(1);
  });

  it('is fetched again when the disk has changed it', async () => {
    const file = await get();
    writeFileSync(file, Buffer.alloc(cublas.bytes));
    await get();
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('comes over redirections to encrypted addresses and, from this computer, to this computer', async () => {
    server.is(cublas, { does: 'answers', status: 302, location: `/moved/${cublas.name}` }, { does: 'gives' });
    expect(readFileSync(await get())).toEqual(bytes);
  });
});

describe('a download that breaks off', () => {
  /** Cuts the connection when so many bytes are there. */
  const cutAt =
    (...places: readonly number[]): FetchOptions['progress'] =>
    (done) => {
      if (places.includes(done)) server.cut();
    };

  it('goes on where it ended, as long as something comes', async () => {
    server.is(cublas, { does: 'falls silent', after: 1000 }, { does: 'falls silent', after: 500 }, { does: 'gives' });
    expect(readFileSync(await get({ progress: cutAt(1000, 1500) }))).toEqual(bytes);
    expect(ranges()).toEqual([undefined, 'bytes=1000-', 'bytes=1500-']);
  });

  it('is given up when nothing more comes, keeps its part and goes on from there the next time', async () => {
    server.is(cublas, { does: 'falls silent', after: 1000 }, { does: 'breaks off' });
    await expect(get({ progress: cutAt(1000) })).rejects.toEqual(
      refused(/broke off after 1,000 of [\d,]+ bytes/, /kept/),
    );
    expect(there()).toEqual([PART]);
    server.is(cublas, { does: 'gives' });
    expect(readFileSync(await get())).toEqual(bytes);
    expect(ranges().at(-1)).toBe('bytes=1000-');
  });

  it('begins again with a server that knows no ranges', async () => {
    writeFileSync(path.join(folder, PART), bytes.subarray(0, 1000));
    server.is(cublas, { does: 'knows no ranges' });
    expect(readFileSync(await get())).toEqual(bytes);
    expect(ranges()).toEqual(['bytes=1000-']);
  });

  it('begins again when what was there was of another file', async () => {
    writeFileSync(path.join(folder, PART), Buffer.alloc(1000, 'x'));
    expect(readFileSync(await get())).toEqual(bytes);
    expect(ranges()).toEqual(['bytes=1000-', undefined]);
  });

  it('asks for nothing when only the name is missing', async () => {
    writeFileSync(path.join(folder, PART), bytes);
    expect(readFileSync(await get())).toEqual(bytes);
    expect(server.asked).toEqual([]);
  });

  it('begins again when the part is longer than the file', async () => {
    writeFileSync(path.join(folder, PART), Buffer.alloc(cublas.bytes + 1));
    expect(readFileSync(await get())).toEqual(bytes);
  });

  it('ends when it is cancelled, and keeps what came', async () => {
    server.is(cublas, { does: 'falls silent', after: 1000 });
    const abort = new AbortController();
    const going = get({
      signal: abort.signal,
      progress: (done) => {
        if (done === 1000) abort.abort();
      },
    });
    await expect(going).rejects.toMatchObject({ name: 'AbortError' });
    expect(readFileSync(path.join(folder, PART))).toEqual(bytes.subarray(0, 1000));
  });
});

describe('a disk that is slower than the patience with a silent server', () => {
  const stallMs = 60;
  const SLOW_MS = 2 * stallMs;

  it('is not blamed on the server while a part is read again', async () => {
    writeFileSync(path.join(folder, PART), bytes.subarray(0, bytes.length - 10));
    // Busy as the hashing of a large file is: no timer runs meanwhile, and all that are due run after it.
    const progress: FetchOptions['progress'] = (_done, checking) => {
      if (checking) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLOW_MS);
    };
    expect(readFileSync(await get({ stallMs, progress }))).toEqual(bytes);
    expect(ranges()).toEqual([`bytes=${bytes.length - 10}-`]);
  });

  it('is not blamed on the server while it writes', async () => {
    const any = await open(path.join(folder, 'any'), 'w');
    const handles = Object.getPrototypeOf(any) as typeof any;
    await any.close();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own handle below
    const write = handles.writeFile;
    const slow = vi.spyOn(handles, 'writeFile').mockImplementation(async function (this: typeof any, ...written) {
      await new Promise((written) => setTimeout(written, SLOW_MS));
      return write.apply(this, written);
    });
    try {
      expect(readFileSync(await get({ stallMs }))).toEqual(bytes);
      expect(slow).toHaveBeenCalled();
    } finally {
      slow.mockRestore();
    }
    expect(server.asked).toHaveLength(1);
  });
});

describe('a file is refused, by its name and the host,', () => {
  it.each([
    [403, /does not give .* out \(status 403\)/, /permission/],
    [404, /has no .* at this address \(status 404\)/, /folder/],
    [500, /cannot give .* out now \(status 500\)/, /later/],
    [204, /cannot give .* out now \(status 204\)/, /later/],
  ])('for status %i, and what was there is kept', async (status, message, hint) => {
    writeFileSync(path.join(folder, PART), bytes.subarray(0, 1000));
    server.is(cublas, { does: 'answers', status });
    await expect(get()).rejects.toEqual(refused(message, hint));
    await expect(get()).rejects.toEqual(refused(named));
    expect(readFileSync(path.join(folder, PART))).toHaveLength(1000);
  });

  it('for a wrong hash, and deleted', async () => {
    server.is(cublas, { does: 'gives', other: Buffer.alloc(cublas.bytes) });
    await expect(get()).rejects.toEqual(refused(/is not the file that Folio was tested with: SHA-256/, /deleted/));
    expect(there()).toEqual([]);
    await expect(get()).rejects.toEqual(refused(named));
  });

  it('when the server has a shorter one; that can go on, should the server have the rest', async () => {
    server.is(cublas, { does: 'has', bytes: bytes.subarray(0, 200_000) });
    await expect(get()).rejects.toEqual(refused(/broke off after 200,000 of [\d,]+ bytes/, /goes on from there/));
    await expect(get()).rejects.toEqual(refused(named));
    server.is(cublas, { does: 'gives' });
    expect(readFileSync(await get())).toEqual(bytes);
    expect(ranges().at(-1)).toBe('bytes=200000-');
  });

  it.each([true, false])('when it is longer, and deleted (announced: %s)', async (announced) => {
    server.is(cublas, { does: 'has', bytes: Buffer.concat([bytes, Buffer.from('more')]), announced });
    await expect(get()).rejects.toEqual(refused(announced ? /has [\d,]+ bytes instead of/ : /is longer than the/));
    await expect(get()).rejects.toEqual(refused(named));
    expect(there()).toEqual([]);
  });

  it.each([
    ['before it answers', { does: 'is silent' }],
    ['in the midst', { does: 'falls silent', after: 0 }],
  ] as const)('when the server falls silent %s', async (_when, manner) => {
    server.is(cublas, manner);
    await expect(get({ stallMs: 50 })).rejects.toEqual(refused(/has sent nothing of .* for 0\.05 s/, /address\.$/));
    await expect(get({ stallMs: 50 })).rejects.toEqual(refused(named));
  });

  it('when nobody is there', async () => {
    const { address } = server;
    await server.stop();
    await expect(get({ address: packAddress(address) })).rejects.toEqual(
      refused(
        /cannot be reached for .*: nothing answers there/,
        /^Look at the network connection and at the address\.$/,
      ),
    );
    await expect(get({ address: packAddress(address) })).rejects.toEqual(refused(named));
    server = await PackServer.start(wheels);
  });

  it.each([
    ['http://example.org/cuda/', /sends on to http:\/\/example\.org for .*, which is not an encrypted address/],
    ['ftp://example.org/', /sends on to/],
    ['http://[', /sends on to/],
    [`/cuda/${cublas.name}`, /sends on from one address to another without end/],
  ])('when it is sent on to %s', async (location, message) => {
    server.is(cublas, { does: 'answers', status: 302, location });
    await expect(get()).rejects.toEqual(refused(message));
    await expect(get()).rejects.toEqual(refused(named));
  });

  it.runIf(process.platform === 'linux')('by the disk when that is full', async () => {
    symlinkSync('/dev/full', path.join(folder, PART));
    await expect(get()).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
