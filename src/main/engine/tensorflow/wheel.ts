/** A downloaded wheel: its bytes checked against the pinned hash, and the few files that are needed taken out of it. */
import { createHash } from 'node:crypto';
import { mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { FolioError } from '../../../shared/errors.ts';
import type { TensorFlowBuild } from './builds.ts';
import { hashFile, type ManifestFile } from './cache.ts';
import { INCLUDE_FOLDER, LIBRARY_FOLDER } from './paths.ts';

type Progress = (doneBytes: number) => void;

/** Where the headers lie in the wheel, and which of them the addon needs: the C interface and what it includes. */
const HEADERS = 'tensorflow/include/';
const NEEDED_HEADERS = [
  /^tensorflow\/c\//,
  /^tensorflow\/core\/platform\/ctstring/,
  /^tensorflow\/core\/common_runtime\/next_pluggable_device\/c\//,
  /^tsl\/platform\/(ctstring|platform)/,
  /^xla\/tsl\/c\//,
];

/**
 * Compares the wheel with the pinned size and SHA-256.
 *
 * @throws FolioError 'install' when it is truncated or not the pinned file.
 */
export async function verifyWheel(
  file: string,
  build: TensorFlowBuild,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const name = path.basename(file);
  const { size } = await stat(file);
  if (size !== build.wheelBytes) {
    throw new FolioError(
      'install',
      `The downloaded ${name} has ${size} bytes instead of ${build.wheelBytes}: the download was ${size < build.wheelBytes ? 'cut short' : 'altered'}.`,
      'Try again.',
    );
  }
  const sha256 = await hashFile(file, progress, signal);
  if (sha256 !== build.wheelSha256) {
    throw new FolioError(
      'install',
      `The downloaded ${name} is not the file that Folio was tested with: SHA-256 ${sha256} instead of ${build.wheelSha256}.`,
      'Try again; if it stays, look at which package index pip uses (python3 -m pip config list). Nothing of the file was used.',
    );
  }
}

/**
 * Unpacks the libraries into `target`/lib and the headers into `target`/include.
 *
 * @returns the libraries, for the manifest
 * @throws FolioError 'install' when a library is not in the wheel or does not have its size.
 */
export async function unpackWheel(
  file: string,
  build: TensorFlowBuild,
  target: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ManifestFile[]> {
  const zip = await openPromise(file, { lazyEntries: true });
  const libraries: ManifestFile[] = [];
  let before = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const to = destination(entry, build);
      if (to === null) continue;
      const written = await extract(zip, entry, path.join(target, to), (done) => progress(before + done), signal);
      before += written.bytes;
      const pinned = build.libraries.find((library) => library.path === entry.fileName);
      if (pinned === undefined) continue;
      if (pinned.bytes !== written.bytes) {
        throw new FolioError(
          'install',
          `${entry.fileName} in the wheel has ${written.bytes} bytes instead of ${pinned.bytes}.`,
        );
      }
      libraries.push({ path: to, ...written });
    }
  } finally {
    zip.close();
  }
  const lacking = build.libraries.filter(
    (library) => !libraries.some((found) => path.basename(found.path) === path.basename(library.path)),
  );
  if (lacking.length > 0) {
    throw new FolioError('install', `The wheel has no ${lacking.map((library) => library.path).join(' and no ')}.`);
  }
  return libraries;
}

/** Bytes that {@link unpackWheel} writes, headers (about 1 MB) aside. */
export function unpackedBytes(build: TensorFlowBuild): number {
  return build.libraries.reduce((sum, library) => sum + library.bytes, 0);
}

/** Where a file of the wheel goes, relative to the build's folder; null when it is not needed. */
function destination(entry: Entry, build: TensorFlowBuild): string | null {
  const name = entry.fileName;
  if (build.libraries.some((library) => library.path === name)) return `${LIBRARY_FOLDER}/${path.posix.basename(name)}`;
  if (!name.startsWith(HEADERS) || !name.endsWith('.h')) return null;
  const header = name.slice(HEADERS.length);
  return NEEDED_HEADERS.some((needed) => needed.test(header)) ? `${INCLUDE_FOLDER}/${header}` : null;
}

/** Writes one entry to a new file, durably. */
export async function extract(
  zip: ZipFile,
  entry: Entry,
  to: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<{ bytes: number; sha256: string }> {
  await mkdir(path.dirname(to), { recursive: true });
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(to, 'wx');
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      signal?.throwIfAborted();
      const piece = chunk as Buffer;
      hash.update(piece);
      await handle.writeFile(piece);
      bytes += piece.length;
      progress(bytes);
    }
    // On disk before the finished folder gets its name, so that a power cut cannot leave an empty library in it.
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}
