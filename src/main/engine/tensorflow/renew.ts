/**
 * A new Folio brings a new addon. The CUDA build takes it over from the CPU build (the C interface to the library is the same), so that its
 * gigabytes need not be fetched again.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { inspectBuild, manifestText, readManifest, type CachedBuild } from './cache.ts';
import { ADDON_NAME, MANIFEST_NAME } from './paths.ts';

/**
 * The build as it is, or with a fresh addon where that is all it lacked. Each file is replaced whole, so that a process that reads it
 * meanwhile sees the old or the new one. Never throws: what cannot be made fresh stays broken, with its reason.
 *
 * @param cpu the CPU build of this Folio; null for none
 */
export function withFreshAddon(build: CachedBuild, cpu: () => CachedBuild | null): CachedBuild {
  if (build.state !== 'broken') return build;
  const manifest = readManifest(build.folder);
  if (typeof manifest === 'string' || manifest.kind !== 'cuda') return build;
  const libraries = manifest.files.filter((file) => file.path !== ADDON_NAME);
  const whole = libraries.every(({ path: name, bytes }) => {
    return statSync(path.resolve(build.folder, name), { throwIfNoEntry: false })?.size === bytes;
  });
  const source = whole ? cpu() : null;
  if (source?.state !== 'ready') return build;
  try {
    const addon = readFileSync(source.addon);
    const sha256 = createHash('sha256').update(addon).digest('hex');
    replace(path.join(build.folder, ADDON_NAME), addon);
    const { binding, compiler } = source.manifest;
    const files = [{ path: ADDON_NAME, bytes: addon.length, sha256 }, ...libraries];
    replace(
      path.join(build.folder, MANIFEST_NAME),
      Buffer.from(manifestText({ ...manifest, binding, compiler, files })),
    );
    return inspectBuild(build.folder);
  } catch {
    return build; // a cache that cannot be written: the reason that it has says what to do
  }
}

function replace(file: string, content: Uint8Array): void {
  const fresh = `${file}.${process.pid}`;
  try {
    const handle = openSync(fresh, 'w', 0o644);
    try {
      writeSync(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
