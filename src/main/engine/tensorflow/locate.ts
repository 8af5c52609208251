/** Which TensorFlow build would be used, and why, without loading anything native. */
import path from 'node:path';
import { z } from 'zod';
import { FolioError } from '../../../shared/errors.ts';
import { BUILD_KINDS, pinnedBuild, type BuildKind } from './builds.ts';
import { inspectBuild, type CachedBuild } from './cache.ts';
import { findExternalLibrary } from './external.ts';
import { tensorFlowFolder, type Environment } from './paths.ts';

/** The command that installs TensorFlow, for hints. */
export const INSTALL_HINT = 'folio engines --install tensorflow';

/** Whether TensorFlow can be loaded here. */
export interface TensorFlowStatus {
  readonly installed: boolean;
  /** One sentence: what would be loaded, or why nothing can be. */
  readonly reason: string;
  /** For the diagnosis: version, build, folder, compiler. */
  readonly details: Readonly<Record<string, string>>;
}

/** As the cause of an error: the build is there, but not as it was installed. */
export class BrokenBuild extends Error {}

/** A build that loadBinding can load. */
export type ReadyBuild = Extract<CachedBuild, { state: 'ready' }>;

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
 * The build to load: the one that FOLIO_LIBTENSORFLOW names, else the one that FOLIO_TENSORFLOW_BUILD names, else the CPU
 * build, else an installed CUDA build. A build that was named is never replaced by another.
 *
 * @throws FolioError 'engine' when that build is missing or broken.
 */
export function locateBuild(env: Environment = process.env): ReadyBuild {
  const external = env['FOLIO_LIBTENSORFLOW'];
  if (external) {
    const library = findExternalLibrary(external);
    return readyOr(
      inspectBuild(path.join(tensorFlowFolder(env), library.id)),
      `The addon for the library in ${library.folder} is not compiled yet.`,
    );
  }
  const requested = requestedBuild(env);
  if (requested !== null) return locateKind(requested, env);
  const cuda = inspectKind('cuda', env);
  if (inspectKind('cpu', env)?.state === 'missing' && cuda?.state === 'ready') return cuda;
  return locateKind('cpu', env);
}

/** What {@link locateBuild} finds, as a report. Never throws. */
export function tensorFlowStatus(env: Environment = process.env): TensorFlowStatus {
  const folder = tensorFlowFolder(env);
  try {
    const build = locateBuild(env);
    const { version, id } = build.manifest;
    return { installed: true, reason: `TensorFlow ${version} (${id}) is installed.`, details: details(build) };
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

function locateKind(kind: BuildKind, env: Environment): ReadyBuild {
  const { id } = pinned(kind);
  return readyOr(
    inspectBuild(path.join(tensorFlowFolder(env), id)),
    kind === 'cpu' ? 'TensorFlow is not installed.' : 'The CUDA build of TensorFlow is not installed.',
    kind === 'cuda' ? 'FOLIO_TENSORFLOW_BUILD=cuda ' : '',
  );
}

/** Null where there is no such build for this platform. */
function inspectKind(kind: BuildKind, env: Environment): CachedBuild | null {
  try {
    return inspectBuild(path.join(tensorFlowFolder(env), pinned(kind).id));
  } catch (error) {
    if (error instanceof FolioError) return null;
    throw error;
  }
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

function readyOr(build: CachedBuild, missing: string, environment = ''): ReadyBuild {
  if (build.state === 'ready') return build;
  throw build.state === 'missing'
    ? new FolioError('engine', missing, `Install it: \`${environment}${INSTALL_HINT}\`.`)
    : new FolioError(
        'engine',
        `TensorFlow in ${build.folder} is damaged: ${build.reason}.`,
        `Install it again: \`${environment}${INSTALL_HINT}\`.`,
        { cause: new BrokenBuild(build.reason) },
      );
}
