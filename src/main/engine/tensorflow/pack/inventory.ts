/** What builds of TensorFlow this computer has, and taking one away again. */
import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CudaPack, EngineBuild, EngineInventory } from '../../../../shared/contract/packs.ts';
import { FolioError } from '../../../../shared/errors.ts';
import { HAS_SOURCES } from '../builds.ts';
import { inspectBuild, readManifest, verifyBuild, type CachedBuild } from '../cache.ts';
import { bundledCpu, cudaBuild } from '../locate.ts';
import { findNvidia } from '../nvidia.ts';
import { tensorFlowFolder, type Environment } from '../paths.ts';
import { retire, withInstallLock } from '../staging.ts';
import { downloadedBytes, downloadsName, isWhole } from './install-pack.ts';
import { packBytes, pinnedPack, type Pack } from './pinned.ts';

/** What a build's folder is called: a pinned one's or an external library's. */
const BUILD = /^(\d+\.\d+\.\d+-(cpu|cuda)-[a-z0-9-]+|external-[0-9a-f]+)$/;

/** Looks at names, manifests and sizes only; nothing is loaded. */
export async function inventory(env: Environment = process.env, pack = pinnedPack()): Promise<EngineInventory> {
  const root = tensorFlowFolder(env);
  cudaBuild(env); // an addon that is out of date is made fresh before it is looked at
  const bundled = bundledCpu(env);
  const installed: EngineBuild[] = [];
  for (const id of await builds(root)) installed.push(await described(inspectBuild(path.join(root, id))));
  return {
    compiles: HAS_SOURCES,
    bundled: bundled === null ? null : await described(bundled),
    installed,
    cudaPack: pack === null ? null : await packState(pack, root, env),
  };
}

/**
 * Removes an installed build while nobody installs.
 *
 * @returns the bytes that were freed
 * @throws FolioError 'not-found' where there is no such build
 */
export async function removeBuild(id: string, env: Environment = process.env): Promise<number> {
  const root = tensorFlowFolder(env);
  if (!(await builds(root)).includes(id)) {
    throw new FolioError('not-found', `There is no build of TensorFlow called "${id}" to remove.`);
  }
  return withInstallLock(root, { waiting: () => {} }, () => taken(root, id));
}

/** Deletes what an unfinished download has left. Returns the bytes that were freed. */
export async function discardDownload(env: Environment = process.env, pack = pinnedPack()): Promise<number> {
  const root = tensorFlowFolder(env);
  if (pack === null) return 0;
  return withInstallLock(root, { waiting: () => {} }, () => taken(root, downloadsName(pack)));
}

/** Reads every byte of every build there is, and compares it. What is wrong, by build; empty when nothing is. */
export async function verifyAll(env: Environment = process.env): Promise<Readonly<Record<string, string>>> {
  const root = tensorFlowFolder(env);
  const bundled = bundledCpu(env);
  const folders = (await builds(root)).map((id) => path.join(root, id));
  const wrong: Record<string, string> = {};
  for (const folder of [...(bundled === null ? [] : [bundled.folder]), ...folders]) {
    const reason = await verifyBuild(folder);
    if (reason !== null) wrong[folder] = reason;
  }
  return wrong;
}

async function packState(pack: Pack, root: string, env: Environment): Promise<CudaPack> {
  const nvidia = findNvidia(env);
  return {
    id: pack.id,
    files: pack.files.map(({ name, bytes }) => ({ name, bytes })),
    bytes: packBytes(pack),
    unpackedBytes: pack.unpackedBytes,
    downloadedBytes: await downloadedBytes(pack, path.join(root, downloadsName(pack))),
    noDriver: nvidia.found ? null : nvidia.why,
    installed: isWhole(path.join(root, pack.id)),
  };
}

async function builds(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => BUILD.test(name)).sort();
}

async function described(build: CachedBuild): Promise<EngineBuild> {
  const manifest = readManifest(build.folder);
  const id = path.basename(build.folder);
  const named = typeof manifest === 'string' ? null : manifest;
  return {
    id,
    kind: named?.kind ?? (id.includes('-cuda-') ? 'cuda' : id.startsWith('external') ? 'external' : 'cpu'),
    version: named?.version ?? '',
    bytes: await bytesIn(build.folder),
    problem: build.state === 'broken' ? build.reason : null,
  };
}

async function taken(root: string, name: string): Promise<number> {
  const folder = path.join(root, name);
  if ((await stat(folder).catch(() => null)) === null) return 0;
  const bytes = await bytesIn(folder);
  await retire(root, name);
  return bytes;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const seen = new Set<number>();
  let sum = 0;
  for (const name of names) {
    const found = await lstat(path.join(folder, name)).catch(() => null);
    if (found?.isFile() !== true || seen.has(found.ino)) continue;
    seen.add(found.ino);
    sum += found.size;
  }
  return sum;
}
