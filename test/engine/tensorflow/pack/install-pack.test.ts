import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BINDING_VERSION, platformName } from '../../../../src/main/engine/tensorflow/builds.ts';
import {
  inspectBuild,
  readManifest,
  verifyBuild,
  writeManifest,
} from '../../../../src/main/engine/tensorflow/cache.ts';
import { locateBuild } from '../../../../src/main/engine/tensorflow/locate.ts';
import { installPack, type PackOptions } from '../../../../src/main/engine/tensorflow/pack/install-pack.ts';
import {
  discardDownload,
  inventory,
  removeBuild,
  verifyAll,
} from '../../../../src/main/engine/tensorflow/pack/inventory.ts';
import { pinnedPack } from '../../../../src/main/engine/tensorflow/pack/pinned.ts';
import { destination } from '../../../../src/main/engine/tensorflow/pack/unpack.ts';
import type { PackProgress } from '../../../../src/shared/contract/packs.ts';
import { FolioError } from '../../../../src/shared/errors.ts';
import { fakePack, PackServer } from './pack-server.ts';

const { pack, wheels, tensorflow, cublas, cusolver } = fakePack();
const DRIVER = { found: true, what: 'the NVIDIA driver 1.2' } as const;

let server: PackServer;
let cache: string;
let root: string;
let home: string;
beforeEach(async () => {
  server = await PackServer.start(wheels);
  cache = mkdtempSync(path.join(tmpdir(), 'folio-pack-'));
  root = path.join(cache, 'tensorflow');
  home = path.join(root, pack.id);
  await putCpu('an addon');
});
afterEach(async () => {
  await server.stop();
  rmSync(cache, { recursive: true, force: true });
});

const env = (): Record<string, string> => ({ FOLIO_CACHE: cache });

/** A CPU build whose addon has this content. */
async function putCpu(addon: string): Promise<void> {
  const folder = path.join(root, `2.21.0-cpu-${platformName()}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'tfjs_binding.node'), addon);
  await writeManifest(folder, {
    format: 1,
    id: path.basename(folder),
    kind: 'cpu',
    version: '2.21.0',
    binding: BINDING_VERSION,
    compiler: 'c++ 1.0',
    wheelSha256: '0'.repeat(64),
    installedAt: new Date(0).toISOString(),
    files: [
      { path: 'tfjs_binding.node', bytes: addon.length, sha256: createHash('sha256').update(addon).digest('hex') },
    ],
  });
}

function install(more: Partial<PackOptions> = {}): Promise<Readonly<Record<string, string>>> {
  return installPack({
    source: { address: server.address },
    env: env(),
    pinned: pack,
    freeBytes: () => Promise.resolve(1e12),
    trial: () => ({ version: '9.9.9', gpu: true }),
    pauseMs: 0,
    ...more,
  });
}

/** The wheels in a folder of their own, under other names. */
function onDisk(names: readonly string[] = [...wheels.keys()]): string[] {
  const folder = path.join(cache, 'disk');
  mkdirSync(folder, { recursive: true });
  return names.map((name, place) => {
    const file = path.join(folder, `file ${place}`);
    writeFileSync(file, wheels.get(name) ?? '');
    return file;
  });
}

const left = (): string[] =>
  readdirSync(root)
    .filter((name) => name !== `2.21.0-cpu-${platformName()}`)
    .toSorted();

// Elsewhere there is no pack, and no CPU build to take the addon from.
describe.runIf(platformName() === 'linux-x64')('installPack', () => {
  it('fetches, checks, unpacks what is needed, tries, and leaves a whole build and nothing else', async () => {
    const seen: PackProgress[] = [];
    const details = await install({ progress: (progress) => seen.push(progress) });
    expect(details).toMatchObject({ build: pack.id, version: '9.9.9', device: 'GPU', folder: home });
    expect(details['warning']).toBeUndefined();
    expect(left()).toEqual([pack.id]);
    expect(await verifyBuild(home)).toBeNull();
    expect(
      readdirSync(home, { recursive: true })
        .map(String)
        .filter((name) => statSync(path.join(home, name)).isFile())
        .toSorted(),
    ).toEqual([
      'lib/libtensorflow_cc.so.2',
      'lib/libtensorflow_framework.so.2',
      'licences/nvidia_cublas_cu12.txt',
      'licences/tensorflow.txt',
      'manifest.json',
      'nvidia/cublas/lib/libcublas.so.12',
      'nvidia/cuda_nvcc/bin/ptxas',
      'nvidia/cusparse/lib/libcusolver.so.11',
      'tfjs_binding.node',
    ]);
    expect(statSync(path.join(home, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).not.toBe(0);
    expect(readFileSync(path.join(home, 'tfjs_binding.node'), 'utf8')).toBe('an addon');
    expect(readManifest(home)).toMatchObject({ kind: 'cuda', compiler: 'c++ 1.0', binding: BINDING_VERSION });

    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['download', 'unpack', 'check']);
    const total = pack.files.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(seen.filter(({ phase }) => phase === 'download').at(-1)).toMatchObject({ done: total, total });
  });

  it('is taken from then on where there is a driver, and left alone where there is none', async () => {
    await install();
    expect(locateBuild(env(), DRIVER).manifest.kind).toBe('cuda');
    expect(locateBuild(env(), { found: false, reason: 'no driver' }).manifest.kind).toBe('cpu');
  });

  it('does nothing when it is there and whole', async () => {
    await install();
    await install();
    expect(server.asked).toHaveLength(3);
  });

  it('fetches it again when a byte of it has changed', async () => {
    await install();
    writeFileSync(path.join(home, 'nvidia/cublas/lib/libcublas.so.12'), 'B'.repeat(300_000));
    await install();
    expect(await verifyBuild(home)).toBeNull();
    expect(server.asked).toHaveLength(6);
  });

  it('replaces a CUDA build without the libraries of NVIDIA', async () => {
    await install();
    const manifest = readManifest(home);
    if (typeof manifest === 'string') throw new Error(manifest);
    await writeManifest(home, {
      ...manifest,
      files: manifest.files.filter(({ path: name }) => !name.startsWith('nvidia/')),
    });
    await install();
    expect(existsSync(path.join(home, 'nvidia/cublas/lib/libcublas.so.12'))).toBe(true);
    expect(server.asked).toHaveLength(6);
  });

  it('says so when it found no GPU', async () => {
    const details = await install({ trial: () => ({ version: '9.9.9', gpu: false }) });
    expect(details).toMatchObject({ device: 'CPU', warning: expect.stringContaining('found no GPU') as string });
  });

  it('keeps what came when a file is refused, and goes on from there', async () => {
    server.is(cublas, { does: 'answers', status: 403 });
    await expect(install()).rejects.toMatchObject({
      code: 'install',
      message: expect.stringContaining('403') as string,
    });
    expect(left()).toEqual([`downloads-${pack.id}`]);
    expect((await inventory(env(), pack)).cudaPack).toMatchObject({
      downloadedBytes: tensorflow.bytes,
      installed: false,
    });
    server.is(cublas, { does: 'gives' });
    await install();
    expect(server.asked.filter(({ file }) => file === tensorflow.name)).toHaveLength(1);
    expect(left()).toEqual([pack.id]);
  });

  it('leaves no build and keeps the downloads when the trial fails', async () => {
    const trial = (): never => {
      throw new FolioError('engine', 'TensorFlow cannot be loaded: no');
    };
    await expect(install({ trial })).rejects.toMatchObject({ message: 'TensorFlow cannot be loaded: no' });
    await expect(install({ trial: () => ({ version: '8.8.8', gpu: false }) })).rejects.toMatchObject({
      message: 'The installed library says that it is TensorFlow 8.8.8, not 9.9.9.',
    });
    expect(left()).toEqual([`downloads-${pack.id}`]);
    expect(server.asked).toHaveLength(3);
  });

  it('keeps what came when it is cancelled', async () => {
    const abort = new AbortController();
    server.is(cublas, { does: 'falls silent', after: 1000 });
    const progress = ({ done, file }: PackProgress): void => {
      if (file === cublas.name && done > tensorflow.bytes) abort.abort();
    };
    await expect(install({ signal: abort.signal, progress })).rejects.toMatchObject({ code: 'cancelled' });
    expect((await inventory(env(), pack)).cudaPack?.downloadedBytes).toBe(tensorflow.bytes + 1000);
    expect(await discardDownload(env(), pack)).toBe(tensorflow.bytes + 1000);
    expect(left()).toEqual([]);
  });

  it('says before it begins how much space is missing, less what is there', async () => {
    const freeBytes = () => Promise.resolve(1000);
    await expect(install({ freeBytes })).rejects.toMatchObject({
      code: 'install',
      message: expect.stringMatching(
        /not enough space in .*: the CUDA pack takes 0\.1 GB more, and 0\.0 GB are free/,
      ) as string,
    });
    expect(server.asked).toEqual([]);
  });

  it('says so when the disk becomes full meanwhile', async () => {
    mkdirSync(path.join(root, `downloads-${pack.id}`));
    symlinkSync('/dev/full', path.join(root, `downloads-${pack.id}`, `${tensorflow.name}.part`));
    await expect(install()).rejects.toMatchObject({
      code: 'install',
      message: expect.stringContaining('The disk became full while the CUDA pack was installed') as string,
      hint: expect.stringContaining('is kept') as string,
    });
  });

  it('asks nobody for a bad address, and needs the CPU build for its addon', async () => {
    await expect(install({ source: { address: 'http://example.org/' } })).rejects.toMatchObject({ code: 'usage' });
    rmSync(path.join(root, `2.21.0-cpu-${platformName()}`), { recursive: true });
    await expect(install()).rejects.toMatchObject({ code: 'engine', message: 'TensorFlow is not installed.' });
    expect(server.asked).toEqual([]);
  });

  it('takes files from the disk by their content', async () => {
    await install({ source: { files: onDisk() } });
    expect(server.asked).toEqual([]);
    expect(await verifyBuild(home)).toBeNull();
    expect(readdirSync(path.join(cache, 'disk'))).toHaveLength(3);
  });

  it('takes them from a folder, and what an earlier download has left', async () => {
    server.is(cublas, { does: 'answers', status: 404 });
    await expect(install()).rejects.toMatchObject({ code: 'install' });
    onDisk([cublas.name, cusolver.name]);
    await install({ source: { folder: path.join(cache, 'disk') } });
    expect(await verifyBuild(home)).toBeNull();
  });

  it('names what is missing, with sizes, and what was chosen and is none of them', async () => {
    const files = onDisk([tensorflow.name, cublas.name]);
    const bytes = readFileSync(files[1] ?? '');
    bytes[100] = 1;
    writeFileSync(files[1] ?? '', bytes);
    writeFileSync(path.join(cache, 'disk', 'letter.txt'), 'Dear');
    await expect(install({ source: { folder: path.join(cache, 'disk') } })).rejects.toMatchObject({
      code: 'install',
      message: `Of the 3 files of the CUDA pack 2 are missing: ${cublas.name} (${cublas.bytes.toLocaleString('en')} bytes); ${cusolver.name} (${cusolver.bytes.toLocaleString('en')} bytes).`,
      hint: expect.stringMatching(/letter\.txt; file 1\.$/) as string,
    });
    expect(left()).toEqual([]);
  });

  it('says so when a folder or a file cannot be read', async () => {
    await expect(install({ source: { folder: path.join(cache, 'nowhere') } })).rejects.toMatchObject({ code: 'file' });
    await expect(install({ source: { files: [path.join(cache, 'nothing')] } })).rejects.toMatchObject({ code: 'file' });
  });
});

describe.runIf(platformName() === 'linux-x64')('what is installed', () => {
  it('is listed with its size and what is wrong with it', async () => {
    await install();
    const { installed, cudaPack } = await inventory(env(), pack);
    expect(installed.map(({ id, kind, problem }) => [id, kind, problem])).toEqual([
      [`2.21.0-cpu-${platformName()}`, 'cpu', null],
      [pack.id, 'cuda', null],
    ]);
    expect(installed[1]?.bytes).toBeGreaterThan(600_000);
    expect(cudaPack).toMatchObject({ id: pack.id, installed: true, downloadedBytes: 0 });
    writeFileSync(path.join(home, 'lib/libtensorflow_framework.so.2'), 'short');
    expect((await inventory(env(), pack)).installed[1]?.problem).toContain('has 5 bytes instead of 700');
  });

  it('is verified byte by byte', async () => {
    await install();
    expect(await verifyAll(env())).toEqual({});
    writeFileSync(path.join(home, 'lib/libtensorflow_framework.so.2'), 'F'.repeat(700));
    expect(await verifyAll(env())).toEqual({ [home]: expect.stringContaining('has changed since') as string });
  });

  it('is removed, and nothing else', async () => {
    await install();
    const bytes = (await inventory(env(), pack)).installed[1]?.bytes;
    expect(await removeBuild(pack.id, env())).toBe(bytes);
    expect(left()).toEqual([]);
    expect(inspectBuild(path.join(root, `2.21.0-cpu-${platformName()}`)).state).toBe('ready');
    for (const id of [pack.id, '..', 'downloads-x', '2.21.0-cuda-../..']) {
      await expect(removeBuild(id, env())).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  it('gets the addon of a new Folio without being fetched again', async () => {
    await install();
    await putCpu('a newer addon');
    const manifest = readManifest(home);
    if (typeof manifest === 'string') throw new Error(manifest);
    await writeManifest(home, { ...manifest, binding: '1.0.0+old' });
    expect(locateBuild(env(), DRIVER).manifest).toMatchObject({ kind: 'cuda', binding: BINDING_VERSION });
    expect(readFileSync(path.join(home, 'tfjs_binding.node'), 'utf8')).toBe('a newer addon');
    expect(await verifyBuild(home)).toBeNull();
    expect(readdirSync(home).filter((name) => /\.\d+$/.test(name))).toEqual([]);
  });
});

describe('the pinned pack', () => {
  const real = pinnedPack('linux-x64');

  it('is for Linux x64 alone, and every file of it has a hash of its own', () => {
    expect(pinnedPack('linux-arm64')).toBeNull();
    expect(pinnedPack('win32-x64')).toBeNull();
    expect(new Set(real?.files.map(({ sha256 }) => sha256)).size).toBe(13);
    for (const { name, sha256, bytes } of real?.files ?? []) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(name).toMatch(/^[\w.-]+\.whl$/);
      expect(bytes).toBeGreaterThan(1e6);
    }
    expect(real?.files[0]?.sha256).toBe(real?.wheelSha256);
  });

  it('lays NVIDIA’s libraries out where those of TensorFlow look for them', () => {
    const to = (entry: string): string | null => destination(entry, cublas, pack);
    expect(to('nvidia/cudnn/lib/libcudnn.so.9')).toBe('nvidia/cudnn/lib/libcudnn.so.9');
    expect(to('nvidia/cusolver/lib/libcusolver.so.11')).toBe('nvidia/cusparse/lib/libcusolver.so.11');
    expect(to('nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc')).toBe(
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    );
    expect(to('nvidia/cudnn/include/cudnn.h')).toBeNull();
    expect(to('nvidia/cudnn/lib/')).toBeNull();
    expect(to('elsewhere/lib/x.so')).toBeNull();
  });
});
