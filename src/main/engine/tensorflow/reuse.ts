/** A build whose addon is out of date keeps its libraries: a new Folio compiles anew and does not download again. */
import { existsSync } from 'node:fs';
import { cp, link, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { TensorFlowBuild } from './builds.ts';
import { hashFile, type ManifestFile, readManifest } from './cache.ts';
import { ADDON_NAME, INCLUDE_FOLDER, NOTICES_FOLDER } from './paths.ts';

/** Headers by which an older installation that unpacked fewer of them is told. */
const HEADERS = ['tensorflow/c/kernels.h', 'tsl/platform/platform.h'];

/**
 * The library files of the build in `home` that came from this wheel, each checked against its hash; null when one is missing
 * or changed, or there are no headers.
 */
export async function wholeLibraries(
  home: string,
  build: TensorFlowBuild,
  progress: (doneBytes: number) => void,
  signal: AbortSignal,
): Promise<readonly ManifestFile[] | null> {
  const manifest = readManifest(home);
  if (typeof manifest === 'string' || manifest.wheelSha256 !== build.wheelSha256) return null;
  const libraries = manifest.files.filter((file) => file.path !== ADDON_NAME);
  let before = 0;
  try {
    for (const header of HEADERS) await stat(path.join(home, INCLUDE_FOLDER, header));
    for (const { path: name, bytes, sha256 } of libraries) {
      const found = await hashFile(path.join(home, name), (done) => progress(before + done), signal);
      if (found !== sha256) return null;
      before += bytes;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
  return libraries.length === build.libraries.length ? libraries : null;
}

/** Puts libraries, headers and licences of the build in `home` into another folder of the same disk, without copying the libraries. */
export async function takeOver(home: string, folder: string, libraries: readonly ManifestFile[]): Promise<void> {
  for (const { path: name } of libraries) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await link(path.join(home, name), path.join(folder, name));
  }
  await cp(path.join(home, INCLUDE_FOLDER), path.join(folder, INCLUDE_FOLDER), { recursive: true });
  // An older installation kept none.
  const notices = path.join(home, NOTICES_FOLDER);
  if (existsSync(notices)) await cp(notices, path.join(folder, NOTICES_FOLDER), { recursive: true });
}
