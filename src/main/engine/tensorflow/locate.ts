/** Which TensorFlow build would be used, and why, without loading anything native. */
import path from 'node:path';
import { z } from 'zod';
import { FolioError } from '../../../shared/errors.ts';
import { BUILD_KINDS, HAS_SOURCES, pinnedBuild, type BuildKind } from './builds.ts';
import { inspectBuild, type CachedBuild } from './cache.ts';
import { findExternalLibrary } from './external.ts';
import { findNvidia, type Nvidia } from './nvidia.ts';
import { bundledFolder, tensorFlowFolder, type Environment } from './paths.ts';
import { withFreshAddon } from './renew.ts';

/** The command that installs TensorFlow, for hints. */
export const INSTALL_HINT = 'folio engines --install tensorflow';

/** Whether TensorFlow can be loaded here. */
export interface TensorFlowStatus {
  readonly installed: boolean;
  /** One sentence: what would be loaded, or why nothing can be. */
  readonly reason: string;
  /** For the diagnosis: version, build, folder, compiler, why this one. */
  readonly details: Readonly<Record<string, string>>;
}

/** As the cause of an error: the build is there, but not as it was installed. */
export class BrokenBuild extends Error {}

/** A build that loadBinding can load. */
export type ReadyBuild = Extract<CachedBuild, { state: 'ready' }>;

export interface ChosenBuild {
  readonly build: ReadyBuild;
  /** Why this one and, where there is a CUDA pack, why not that; for a person. */
  readonly why: string;
  /** What to do when it does not load after all. */
  readonly wayOut: string;
}

/**
 * The build that FOLIO_TENSORFLOW_BUILD asks for; null when it is not set.
 *
 * @throws FolioError 'usage' for any other value than cpu or cuda.
 */
export function requestedBuild(env: Environment = process.env): BuildKind | null {
  const value = env['FOLIO_TENSORFLOW_BUILD'];
  if (value === undefined || value === '') return null;
  const parsed = z.enum(BUILD_KINDS).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new FolioError('usage', `FOLIO_TENSORFLOW_BUILD is "${value}".`, 'Set it to cpu or cuda, or unset it.');
}

/**
 * The build to load. In this order: the library that FOLIO_LIBTENSORFLOW names; the kind that FOLIO_TENSORFLOW_BUILD names; an installed
 * CUDA build where there is an NVIDIA driver; the CPU build that came with Folio; the CPU build in the cache; a CUDA build that is all there
 * is. What was named is never replaced by another.
 *
 * @throws FolioError 'engine' when that build is missing or broken.
 */
export function chooseBuild(env: Environment = process.env, nvidia: Nvidia = findNvidia(env)): ChosenBuild {
  const external = env['FOLIO_LIBTENSORFLOW'];
  if (external) {
    const library = findExternalLibrary(external);
    const build = inspectBuild(path.join(tensorFlowFolder(env), library.id));
    const missing = `The addon for the library in ${library.folder} is not compiled yet.`;
    return { build: readyOr(build, missing), why: 'FOLIO_LIBTENSORFLOW names it', wayOut: install(true) };
  }
  const requested = requestedBuild(env);
  if (requested === 'cpu') return cpuBuild(env, 'FOLIO_TENSORFLOW_BUILD=cpu asks for it');
  const cuda = cudaBuild(env);
  if (requested === 'cuda') {
    // For a platform without one this says so.
    pinned('cuda');
    const build = readyOr(
      cuda ?? { state: 'missing', folder: '' },
      'The CUDA build of TensorFlow is not installed.',
      HAS_SOURCES ? 'FOLIO_TENSORFLOW_BUILD=cuda ' : '',
      HAS_SOURCES ? undefined : CUDA_PACK,
    );
    return { build, why: 'FOLIO_TENSORFLOW_BUILD=cuda asks for it', wayOut: WITHOUT_CUDA };
  }
  if (cuda === null || cuda.state === 'missing') return cpuBuild(env, '');
  if (cuda.state === 'ready') {
    if (nvidia.found) return { build: cuda, why: `the CUDA build, as there is ${nvidia.what}`, wayOut: WITHOUT_CUDA };
    if (bundledCpu(env) === null && cachedCpu(env)?.state === 'missing') {
      return { build: cuda, why: `the only build that is there, though ${nvidia.reason}`, wayOut: WITHOUT_CUDA };
    }
  }
  const left = cuda.state === 'broken' ? `it is damaged: ${cuda.reason}` : nvidia.found ? '' : nvidia.reason;
  return cpuBuild(env, `the CUDA build in ${cuda.folder} is left alone, as ${left}`);
}

/** The build that {@link chooseBuild} takes. */
export function locateBuild(env: Environment = process.env, nvidia?: Nvidia): ReadyBuild {
  return chooseBuild(env, nvidia).build;
}

/**
 * The CPU build: the one that came with Folio, else the cache's. A damaged one of Folio's own is not replaced in silence.
 *
 * @param more why it is this kind of build, to be told with the rest
 * @throws FolioError 'engine' when it is missing or broken.
 */
export function cpuBuild(env: Environment = process.env, more = ''): ChosenBuild {
  const because = (what: string) => (more === '' ? what : `${what}; ${more}`);
  const bundled = bundledCpu(env);
  if (bundled !== null) {
    const wayOut = 'Install Folio again.';
    if (bundled.state === 'broken') {
      throw new FolioError('engine', `The TensorFlow that came with Folio is damaged: ${bundled.reason}.`, wayOut);
    }
    return { build: bundled, why: because('it came with Folio'), wayOut };
  }
  const build = inspectBuild(path.join(tensorFlowFolder(env), pinned('cpu').id));
  return {
    build: readyOr(build, 'TensorFlow is not installed.'),
    why: because('it is installed'),
    wayOut: install(true),
  };
}

/** What {@link locateBuild} finds, as a report. Never throws. */
export function tensorFlowStatus(env: Environment = process.env): TensorFlowStatus {
  const folder = tensorFlowFolder(env);
  try {
    const { build, why } = chooseBuild(env);
    const { version, id } = build.manifest;
    return {
      installed: true,
      reason: `TensorFlow ${version} (${id}) is installed.`,
      details: { ...details(build), chosen: why },
    };
  } catch (error) {
    if (!(error instanceof FolioError)) throw error;
    const reason = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    return { installed: false, reason, details: { folder } };
  }
}

/**
 * Version, build, folder and compiler of the build in a folder, for a diagnosis.
 *
 * @throws FolioError 'engine' when it is missing or broken.
 */
export function describeBuild(folder: string): TensorFlowStatus['details'] {
  return details(readyOr(inspectBuild(folder), 'TensorFlow is not installed.'));
}

/** The build that came with Folio; null where none did, or none for this platform. */
export function bundledCpu(env: Environment): Exclude<CachedBuild, { state: 'missing' }> | null {
  const folder = bundledFolder(env);
  const id = idOf('cpu');
  if (folder === null || id === null) return null;
  const build = inspectBuild(path.join(folder, id));
  return build.state === 'missing' ? null : build;
}

/** The CUDA build in the cache, its addon made fresh where it can be; null for a platform that has none. */
export function cudaBuild(env: Environment): CachedBuild | null {
  const id = idOf('cuda');
  if (id === null) return null;
  const folder = path.join(tensorFlowFolder(env), id);
  return withFreshAddon(inspectBuild(folder), () => bundledCpu(env) ?? cachedCpu(env));
}

function cachedCpu(env: Environment): CachedBuild | null {
  const id = idOf('cpu');
  return id === null ? null : inspectBuild(path.join(tensorFlowFolder(env), id));
}

function idOf(kind: BuildKind): string | null {
  try {
    return pinnedBuild(kind).id;
  } catch (error) {
    if (error instanceof FolioError) return null;
    throw error;
  }
}

const WITHOUT_CUDA = 'Remove the CUDA build. Or compute without it: FOLIO_TENSORFLOW_BUILD=cpu.';
/** A package has no command line. */
const CUDA_PACK = 'Add the CUDA pack in Settings.';

/** How to have TensorFlow, for the first time or once more: compiled here, or with Folio. */
export function install(again: boolean, environment = ''): string {
  if (!HAS_SOURCES) return 'Install Folio again.';
  const command = `${environment}${INSTALL_HINT}`;
  return again ? `Install it again: \`${command}\`.` : `Install it: \`${command}\`.`;
}

function details({ manifest, folder }: ReadyBuild): TensorFlowStatus['details'] {
  return {
    version: manifest.version,
    build: manifest.id,
    folder,
    compiler: manifest.compiler,
    binding: manifest.binding,
    installed: manifest.installedAt,
  };
}

/** pinnedBuild, with its refusal as a statement about the engine and not about an installation. */
function pinned(kind: BuildKind): ReturnType<typeof pinnedBuild> {
  try {
    return pinnedBuild(kind);
  } catch (error) {
    if (error instanceof FolioError) throw new FolioError('engine', error.message, error.hint);
    throw error;
  }
}

function readyOr(build: CachedBuild, missing: string, environment = '', otherHint?: string): ReadyBuild {
  if (build.state === 'ready') return build;
  throw build.state === 'missing'
    ? new FolioError('engine', missing, otherHint ?? install(false, environment))
    : new FolioError(
        'engine',
        `TensorFlow in ${build.folder} is damaged: ${build.reason}.`,
        otherHint ?? install(true, environment),
        { cause: new BrokenBuild(build.reason) },
      );
}
