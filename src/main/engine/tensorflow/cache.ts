/** One installed build: its manifest, the quick check before every load and the full one. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BINDING_VERSION } from './builds.ts';
import { ADDON_NAME, MANIFEST_NAME } from './paths.ts';

const manifestSchema = z.strictObject({
  format: z.literal(1),
  id: z.string().min(1),
  kind: z.enum(['cpu', 'cuda', 'external']),
  /** TensorFlow's version, as the loaded library reported it. */
  version: z.string().min(1),
  /** Version of the npm package whose binding the addon was compiled from. */
  binding: z.string().min(1),
  compiler: z.string().min(1),
  /** Hash of the wheel it came from; null for a library that was already there. */
  wheelSha256: z.string().nullable(),
  installedAt: z.iso.datetime(),
  /** The addon and every library it loads. A relative path starts at the build's folder. */
  files: z.array(
    z.strictObject({
      path: z.string().min(1),
      bytes: z.number().int().positive(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];

/** Writes a build's manifest, durably: the last file of an installation. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const handle = await open(path.join(folder, MANIFEST_NAME), 'w');
  try {
    await handle.writeFile(manifestText(manifest));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** As it is written. Throws ZodError for one that could not be read again. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`;
}

/** A build in the cache: usable, or why not. */
export type CachedBuild =
  | { readonly state: 'ready'; readonly folder: string; readonly addon: string; readonly manifest: Manifest }
  | { readonly state: 'missing'; readonly folder: string }
  | { readonly state: 'broken'; readonly folder: string; readonly reason: string };

/** A build's manifest, whatever it was compiled from; a string says why there is none. */
export function readManifest(folder: string): Manifest | string {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path.join(folder, MANIFEST_NAME), 'utf8')));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing ? `its ${MANIFEST_NAME} is missing` : `its ${MANIFEST_NAME} cannot be read`;
  }
}

/** Looks at a build without reading its libraries: the manifest, and each file's size. Never throws. */
export function inspectBuild(folder: string): CachedBuild {
  const broken = (reason: string): CachedBuild => ({ state: 'broken', folder, reason });
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return { state: 'missing', folder };
  const manifest = readManifest(folder);
  if (typeof manifest === 'string') return broken(manifest);
  if (manifest.binding !== BINDING_VERSION) {
    return broken(`it was built for version ${manifest.binding} of the binding, and this Folio has ${BINDING_VERSION}`);
  }
  if (!manifest.files.some((file) => file.path === ADDON_NAME)) {
    return broken(`its ${MANIFEST_NAME} does not name ${ADDON_NAME}`);
  }
  for (const file of manifest.files) {
    const stat = statSync(path.resolve(folder, file.path), { throwIfNoEntry: false });
    if (stat === undefined) return broken(`${file.path} is missing`);
    if (stat.size !== file.bytes) return broken(`${file.path} has ${stat.size} bytes instead of ${file.bytes}`);
  }
  return { state: 'ready', folder, addon: path.join(folder, ADDON_NAME), manifest };
}

/**
 * Reads every file of a build and compares its SHA-256 with the manifest. Takes seconds; {@link inspectBuild} is the quick check.
 *
 * @returns what is wrong, or null when every byte is as installed
 */
export async function verifyBuild(
  folder: string,
  progress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<string | null> {
  const build = inspectBuild(folder);
  if (build.state === 'missing') return 'it is not there';
  if (build.state === 'broken') return build.reason;
  const total = build.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  let before = 0;
  for (const file of build.manifest.files) {
    const sha256 = await hashFile(path.resolve(folder, file.path), (done) => progress(before + done, total), signal);
    if (sha256 !== file.sha256) return `${file.path} has changed since it was installed (SHA-256 ${sha256})`;
    before += file.bytes;
  }
  return null;
}

/** SHA-256 of a file in hexadecimal, read piece by piece. */
export async function hashFile(
  file: string,
  progress: (doneBytes: number) => void = () => {},
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(chunk as Buffer);
    done += (chunk as Buffer).length;
    progress(done);
  }
  return hash.digest('hex');
}
