/** Where a build's libraries come from: a downloaded wheel, or a folder that the person named. */
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { FolioError } from '../../../shared/errors.ts';
import type { TensorFlowBuild } from './builds.ts';
import { hashFile, type Manifest, type ManifestFile } from './cache.ts';
import type { ExternalLibrary } from './external.ts';
import { INCLUDE_FOLDER, LIBRARY_FOLDER, type Environment } from './paths.ts';
import { downloadWheel, findPip } from './pip.ts';
import { takeOver, wholeLibraries } from './reuse.ts';
import { unpackedBytes, unpackWheel, verifyWheel } from './wheel.ts';

export interface InstallProgress {
  /** `wait`: another process is installing; this one takes over when that one is done. */
  readonly phase: 'wait' | 'download' | 'verify' | 'unpack' | 'compile' | 'check';
  /** Bytes; 0 and 0 where there is no measure. */
  readonly done: number;
  readonly total: number;
}

/** Room for headers, addon and the compiler's temporary files. */
const MARGIN_BYTES = 150_000_000;

/** What every step needs. */
export interface Job {
  readonly root: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** The Node that tries the addon. */
  readonly node: string;
  readonly report: (phase: InstallProgress['phase'], done?: number, total?: number) => void;
}

/** What is particular to a kind of build. */
export interface Recipe {
  readonly id: string;
  readonly kind: Manifest['kind'];
  readonly wheelSha256: string | null;
  /** The version that the library must report; null when any will do. */
  readonly version: string | null;
  /** Looks for everything that could be missing, before anything big is begun. */
  readonly prepare: (job: Job) => Promise<void>;
  /** Puts the libraries into the folder, or finds them where they are. */
  readonly libraries: (folder: string, job: Job) => Promise<Libraries>;
}

export interface Libraries {
  readonly include: string;
  /** For the linker, absolute. */
  readonly paths: readonly string[];
  /** Where the addon looks for them, absolute or relative to itself. */
  readonly rpath: string;
  readonly files: readonly ManifestFile[];
}

/** Downloads the pinned wheel and takes its library; `measureFree` tells the free bytes in a folder. */
export function wheelRecipe(build: TensorFlowBuild, measureFree: (folder: string) => Promise<number>): Recipe {
  let python = '';
  /** Libraries of an installed build that only needs another addon. */
  let kept: readonly ManifestFile[] | null = null;
  return {
    id: build.id,
    kind: build.kind,
    wheelSha256: build.wheelSha256,
    version: build.version,
    prepare: async (job) => {
      const progress = (done: number) => job.report('verify', done, unpackedBytes(build));
      kept = await wholeLibraries(path.join(job.root, build.id), build, progress, job.signal);
      if (kept !== null) return;
      python = await findPip(job);
      await requireSpace(build, job.root, measureFree);
    },
    libraries: async (folder, job) => {
      if (kept !== null) {
        await takeOver(path.join(job.root, build.id), folder, kept);
        return librariesIn(folder, kept);
      }
      const downloads = path.join(folder, 'download');
      await mkdir(downloads);
      job.report('download', 0, build.wheelBytes);
      const progress = (done: number) => job.report('download', Math.min(done, build.wheelBytes), build.wheelBytes);
      const wheel = await downloadWheel(python, build, downloads, progress, job);
      await verifyWheel(wheel, build, (done) => job.report('verify', done, build.wheelBytes), job.signal);
      const total = unpackedBytes(build);
      const files = await unpackWheel(
        wheel,
        build,
        folder,
        (done) => job.report('unpack', Math.min(done, total), total),
        job.signal,
      );
      await rm(downloads, { recursive: true });
      return librariesIn(folder, files);
    },
  };
}

function librariesIn(folder: string, files: readonly ManifestFile[]): Libraries {
  return {
    include: path.join(folder, INCLUDE_FOLDER),
    paths: files.map((file) => path.join(folder, file.path)),
    // Relative, so that the staging folder can be renamed and the cache be moved.
    rpath: LIBRARY_FOLDER,
    files,
  };
}

/** Uses a library where it lies. */
export function externalRecipe(library: ExternalLibrary): Recipe {
  return {
    id: library.id,
    kind: 'external',
    wheelSha256: null,
    version: null,
    prepare: async () => {},
    libraries: async (_folder, job) => {
      const files: ManifestFile[] = [];
      for (const file of library.libraries) {
        const { size } = await stat(file);
        const sha256 = await hashFile(file, (done) => job.report('verify', done, size), job.signal);
        files.push({ path: file, bytes: size, sha256 });
      }
      return { include: library.include, paths: library.libraries, rpath: library.folder, files };
    },
  };
}

async function requireSpace(
  build: TensorFlowBuild,
  root: string,
  measureFree: (folder: string) => Promise<number>,
): Promise<void> {
  // pip keeps the growing wheel and its finished copy side by side for a moment; later the wheel and what is unpacked.
  const needed = build.wheelBytes + Math.max(build.wheelBytes, unpackedBytes(build)) + MARGIN_BYTES;
  const free = await measureFree(root);
  if (free >= needed) return;
  throw new FolioError(
    'install',
    `There is not enough space in ${root}: installing TensorFlow takes ${megabytes(needed)} for a while (${megabytes(unpackedBytes(build))} in the end), and ${megabytes(free)} are free.`,
    'Free some space. Or put the cache elsewhere with FOLIO_CACHE.',
  );
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
