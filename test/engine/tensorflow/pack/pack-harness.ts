/** What the tests of packs share: a cache with a CPU build in it, a server with the files of a small pack, and its installation. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { BINDING_VERSION, platformName } from '../../../../src/main/engine/tensorflow/builds.ts';
import { writeManifest } from '../../../../src/main/engine/tensorflow/cache.ts';
import { installPack, type PackOptions } from '../../../../src/main/engine/tensorflow/pack/install-pack.ts';
import { fakePack, PackServer } from './pack-server.ts';

export const { pack, wheels, tensorflow, cublas, cusolver } = fakePack();
export const DRIVER = { found: true, what: 'the NVIDIA driver 1.2' } as const;

/** Set anew before each test by `useCache`. */
export let server: PackServer;
export let cache: string;
/** Where the builds lie in the cache. */
export let root: string;
/** Where the pack goes. */
export let home: string;

/** Each test gets a server that behaves, and a cache that holds the CPU build alone. */
export function useCache(): void {
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
}

export const env = (): Record<string, string> => ({ FOLIO_CACHE: cache });

/** A CPU build whose addon has this content. */
export async function putCpu(addon: string): Promise<void> {
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

/** Installs the pack from the server; `more` replaces options. */
export function install(more: Partial<PackOptions> = {}): Promise<Readonly<Record<string, string>>> {
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

/** What lies beside the CPU build. */
export const left = (): string[] =>
  readdirSync(root)
    .filter((name) => name !== `2.21.0-cpu-${platformName()}`)
    .toSorted();
