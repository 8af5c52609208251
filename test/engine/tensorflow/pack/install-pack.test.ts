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
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BINDING_VERSION, platformName } from '../../../../src/main/engine/tensorflow/builds.ts';
import { readManifest, verifyBuild, writeManifest } from '../../../../src/main/engine/tensorflow/cache.ts';
import { locateBuild } from '../../../../src/main/engine/tensorflow/locate.ts';
import { requireAll } from '../../../../src/main/engine/tensorflow/pack/chosen.ts';
import { discardDownload, inventory } from '../../../../src/main/engine/tensorflow/pack/inventory.ts';
import type { PackProgress } from '../../../../src/shared/contract/packs.ts';
import { FolioError } from '../../../../src/shared/errors.ts';
import {
  cache,
  cublas,
  cusolver,
  DRIVER,
  env,
  home,
  install,
  left,
  pack,
  root,
  server,
  tensorflow,
  useCache,
  wheels,
} from './pack-harness.ts';

useCache();

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

  it('names only a few of many, and says how many more there are', () => {
    const files = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...cublas, name, bytes: 1234 }));
    expect(() => requireAll({ ...pack, files }, new Map(), ['1', '2', '3', '4', '5', '6'])).toThrow(
      expect.objectContaining({
        message:
          'Of the 5 files of the CUDA pack 5 are missing: a (1,234 bytes); b (1,234 bytes); c (1,234 bytes); and 2 more.',
        hint: 'Choose these too: each is recognised by its content, whatever it is called. What was chosen and is none of them, or is damaged: 1; 2; 3; and 3 more.',
      }),
    );
  });

  it('says so when a folder or a file cannot be read', async () => {
    await expect(install({ source: { folder: path.join(cache, 'nowhere') } })).rejects.toMatchObject({ code: 'file' });
    await expect(install({ source: { files: [path.join(cache, 'nothing')] } })).rejects.toMatchObject({ code: 'file' });
  });
});
