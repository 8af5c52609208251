/**
 * Installing the CUDA pack: its files fetched or recognised, unpacked into a staging folder, given the addon that the CPU build has, tried, and
 * only then named. What was downloaded stays until all of it is installed, so that nothing is fetched twice.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { PackProgress } from '../../../../shared/contract/packs.ts';
import { FolioError } from '../../../../shared/errors.ts';
import { BINDING_VERSION, platformName } from '../builds.ts';
import { inspectBuild, verifyBuild, writeManifest, type ManifestFile } from '../cache.ts';
import { cpuBuild, describeBuild, type ReadyBuild } from '../locate.ts';
import { ADDON_NAME, tensorFlowFolder, type Environment } from '../paths.ts';
import { publish, withInstallLock } from '../staging.ts';
import { tryAddonHere } from '../trial.ts';
import { packAddress } from './address.ts';
import { filesIn, recognise, requireAll, type Found } from './chosen.ts';
import { explainPack } from './explain.ts';
import { fetchFile, partName } from './fetch-file.ts';
import { packBytes, pinnedPack, type Pack, type PackFile } from './pinned.ts';
import { progressTo, type Report } from './report.ts';
import { unpackPackFile } from './unpack.ts';

/** An address as the person wrote it, files on this computer, or a folder with them. */
export type PackSource =
  { readonly address: string } | { readonly files: readonly string[] } | { readonly folder: string };

export interface PackOptions {
  readonly source: PackSource;
  readonly progress?: (progress: PackProgress) => void;
  readonly signal?: AbortSignal;
  readonly env?: Environment;
  /** For tests: another pack, another disk, another trial, less patience. */
  readonly pinned?: Pack;
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly trial?: (addon: string) => { readonly version: string; readonly gpu: boolean };
  readonly stallMs?: number;
  readonly pauseMs?: number;
}

interface Job {
  readonly pack: Pack;
  readonly cpu: ReadyBuild;
  readonly root: string;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly options: PackOptions;
}

/** Room for the addon, licences and what a file system adds. */
const MARGIN_BYTES = 50_000_000;

const NO_GPU =
  'The CUDA pack is installed and works, but found no GPU that it can use, and computes on the processor. It needs the NVIDIA driver, 525 or newer.';

/** Where downloads of a pack stay until it is installed, in the cache's TensorFlow folder. */
export const downloadsName = (pack: Pack): string => `downloads-${pack.id}`;

/**
 * Installs the pack, unless it is there and every byte of it is right. To be called in a process that lives for nothing else: the pack is
 * tried in it.
 *
 * @returns version, build, folder, device: what the installation is; `warning` when it found no GPU
 * @throws FolioError 'install' (or 'usage' for a bad address, 'engine' where the CPU build is missing) with cause and way out,
 *   'cancelled' when `signal` ended it
 */
export async function installPack(options: PackOptions): Promise<Readonly<Record<string, string>>> {
  const env = options.env ?? process.env;
  const pack = options.pinned ?? pinnedPack();
  if (pack === null) {
    throw new FolioError(
      'install',
      `There is no CUDA pack for ${platformName()}, only for linux-x64.`,
      'Use the engine webgpu for a graphics card.',
    );
  }
  // Before anything is waited for.
  if ('address' in options.source) packAddress(options.source.address);
  const { build: cpu } = cpuBuild(env);
  const root = tensorFlowFolder(env);
  const report = progressTo(options.progress ?? (() => {}));
  try {
    return await withInstallLock(root, { signal: options.signal, waiting: () => report('wait') }, (signal) =>
      install({ pack, cpu, root, signal, report, options }),
    );
  } catch (error) {
    throw explainPack(error, root, options.signal);
  }
}

async function install(job: Job): Promise<Readonly<Record<string, string>>> {
  const { pack, root, report, signal } = job;
  const home = path.join(root, pack.id);
  if (isWhole(home) && (await verifyBuild(home, (done, total) => report('verify', done, total), signal)) === null) {
    return describeBuild(home);
  }
  const downloads = path.join(root, downloadsName(pack));
  const found = await findAll(job, downloads);
  let usesGpu = false;
  await publish(root, pack.id, async (folder) => {
    usesGpu = await fill(job, found, folder);
  });
  await rm(downloads, { recursive: true, force: true });
  const details = { ...describeBuild(home), device: usesGpu ? 'GPU' : 'CPU' };
  return usesGpu ? details : { ...details, warning: NO_GPU };
}

async function findAll(job: Job, downloads: string): Promise<Found> {
  const { source } = job.options;
  if ('address' in source) return download(job, downloads, packAddress(source.address));
  return gather(job, downloads, 'folder' in source ? await filesIn(source.folder) : source.files);
}

/** Whether a build has NVIDIA's libraries too: one that pip installed has not. */
export function isWhole(folder: string): boolean {
  const build = inspectBuild(folder);
  return build.state === 'ready' && build.manifest.files.some((file) => file.path.startsWith('nvidia/'));
}

async function download(job: Job, downloads: string, address: URL): Promise<Found> {
  const { pack, signal, report, options } = job;
  await mkdir(downloads, { recursive: true });
  const total = packBytes(pack);
  await requireSpace(job, total - (await downloadedBytes(pack, downloads)) + pack.unpackedBytes);
  const found = new Map<PackFile, string>();
  let before = 0;
  for (const file of pack.files) {
    const progress = (done: number, checking: boolean): void =>
      report(checking ? 'verify' : 'download', before + done, total, file.name);
    const { stallMs, pauseMs } = options;
    const patience = { ...(stallMs === undefined ? {} : { stallMs }), ...(pauseMs === undefined ? {} : { pauseMs }) };
    found.set(file, await fetchFile(file, { folder: downloads, address, signal, progress, ...patience }));
    before += file.bytes;
  }
  return found;
}

/** What was chosen, and what an earlier download has left whole. */
async function gather(job: Job, downloads: string, chosen: readonly string[]): Promise<Found> {
  const { pack, signal, report } = job;
  const kept: string[] = [];
  for (const { name } of pack.files) {
    const file = path.join(downloads, name);
    if ((await stat(file).catch(() => null)) !== null) kept.push(file);
  }
  const progress = (done: number, total: number): void => report('verify', done, total);
  const { found, others } = await recognise([...kept, ...chosen], pack, progress, signal);
  requireAll(pack, found, others);
  await requireSpace(job, pack.unpackedBytes);
  return found;
}

async function fill(job: Job, found: Found, folder: string): Promise<boolean> {
  const { pack, cpu, report, signal, options } = job;
  const files: ManifestFile[] = [];
  let before = 0;
  for (const [wheel, file] of found) {
    const progress = (done: number): void => report('unpack', before + done, pack.unpackedBytes, wheel.name);
    const unpacked = await unpackPackFile(file, wheel, pack, folder, progress, signal);
    files.push(...unpacked);
    before += unpacked.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  const addon = await copyAddon(cpu, folder);
  report('check');
  const { version, gpu } = (options.trial ?? tryAddonHere)(path.join(folder, ADDON_NAME));
  if (version !== pack.version) {
    throw new FolioError(
      'install',
      `The installed library says that it is TensorFlow ${version}, not ${pack.version}.`,
    );
  }
  await writeManifest(folder, {
    format: 1,
    id: pack.id,
    kind: 'cuda',
    version,
    binding: BINDING_VERSION,
    compiler: cpu.manifest.compiler,
    wheelSha256: pack.wheelSha256,
    installedAt: new Date().toISOString(),
    files: [addon, ...files],
  });
  return gpu;
}

/** It looks for its libraries beside itself. */
async function copyAddon(cpu: ReadyBuild, folder: string): Promise<ManifestFile> {
  const addon = await readFile(cpu.addon);
  const handle = await open(path.join(folder, ADDON_NAME), 'wx', 0o644);
  try {
    await handle.writeFile(addon);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { path: ADDON_NAME, bytes: addon.length, sha256: createHash('sha256').update(addon).digest('hex') };
}

/** Bytes of a pack's files, whole and growing, in a folder of downloads. */
export async function downloadedBytes(pack: Pack, downloads: string): Promise<number> {
  let sum = 0;
  for (const file of pack.files) {
    for (const name of [file.name, partName(file)]) {
      const found = await stat(path.join(downloads, name)).catch(() => null);
      sum += Math.min(found?.size ?? 0, file.bytes);
    }
  }
  return sum;
}

async function requireSpace({ root, options }: Job, bytes: number): Promise<void> {
  const needed = bytes + MARGIN_BYTES;
  const free = await (options.freeBytes ?? freeBytes)(root);
  if (free >= needed) return;
  throw new FolioError(
    'install',
    `There is not enough space in ${root}: the CUDA pack takes ${gigabytes(needed)} more, and ${gigabytes(free)} are free.`,
    'Free some space. Or put the cache elsewhere with FOLIO_CACHE.',
  );
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
