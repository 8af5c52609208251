/**
 * Installing TensorFlow: download the pinned wheel, check it, take the library out, compile the addon, try it, and only then
 * give the folder its name. Whatever fails or is cancelled on the way, nothing half-installed is left.
 */
import { open, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { assertNever, FolioError } from '../../../shared/errors.ts';
import { BINDING_VERSION, HAS_SOURCES, pinnedBuild, type BuildKind, type TensorFlowBuild } from './builds.ts';
import { hashFile, verifyBuild, writeManifest } from './cache.ts';
import { compileAddon, findCompiler, type Compiler } from './compile.ts';
import { findExternalLibrary } from './external.ts';
import { installFailure } from './install-failure.ts';
import { describeBuild } from './locate.ts';
import { both } from './missing-program.ts';
import { ADDON_NAME, tensorFlowFolder, type Environment } from './paths.ts';
import { externalRecipe, wheelRecipe, type InstallProgress, type Job, type Libraries, type Recipe } from './recipes.ts';
import { publish, withInstallLock } from './staging.ts';
import { tryAddon } from './trial.ts';

export type { InstallProgress } from './recipes.ts';

export interface InstallOptions {
  readonly build: BuildKind;
  readonly progress?: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal;
  readonly env?: Environment;
  /** For tests: another wheel than the pinned one, another measure of free space, another Node for the trial. */
  readonly pinned?: TensorFlowBuild;
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly node?: string;
}

const PROGRESS_MS = 100;

const NO_GPU =
  'The CUDA build found no GPU that it can use and works on the CPU. It needs the NVIDIA driver and the CUDA and cuDNN libraries: ' +
  'install those, or name the "tensorflow" folder of a Python environment that has tensorflow[and-cuda] in FOLIO_LIBTENSORFLOW.';

/**
 * Installs a build into the cache, unless it is there and every byte of it is right. With FOLIO_LIBTENSORFLOW only the addon
 * is compiled, for the library that it names, and `build` does not matter. About a minute, most of it download.
 *
 * @returns version, build, folder, compiler, device: what the installation is
 * @throws FolioError 'install' (or 'engine' for a bad FOLIO_LIBTENSORFLOW) with cause and way out, 'cancelled' when
 *   `signal` ended it.
 */
export async function installTensorFlow(options: InstallOptions): Promise<Readonly<Record<string, string>>> {
  const env = options.env ?? process.env;
  if (!HAS_SOURCES) {
    throw new FolioError(
      'install',
      'This Folio brings its own TensorFlow and has no sources to compile another one against.',
      'When it is damaged, install Folio again. For NVIDIA GPUs there is the CUDA pack.',
    );
  }
  const root = tensorFlowFolder(env);
  const report = throttle(options.progress ?? (() => {}));
  try {
    const recipe = recipeFor(options, env);
    return await withInstallLock(root, { signal: options.signal, waiting: () => report('wait') }, (signal) =>
      install(recipe, { root, env, signal, node: options.node ?? process.execPath, report }),
    );
  } catch (error) {
    throw explain(error, root, options.signal);
  }
}

function recipeFor(options: InstallOptions, env: Environment): Recipe {
  const external = env['FOLIO_LIBTENSORFLOW'];
  if (external) return externalRecipe(findExternalLibrary(external));
  return wheelRecipe(options.pinned ?? pinnedBuild(options.build), options.freeBytes ?? freeBytes);
}

async function install(recipe: Recipe, job: Job): Promise<Readonly<Record<string, string>>> {
  const home = path.join(job.root, recipe.id);
  const wrong = await verifyBuild(home, (done, total) => job.report('verify', done, total), job.signal);
  if (wrong === null) return describeBuild(home);
  const compiler = await prepare(recipe, job);
  let usesGpu = false;
  await publish(job.root, recipe.id, async (folder) => {
    const libraries = await recipe.libraries(folder, job);
    usesGpu = (await finish(recipe, compiler, libraries, folder, job)).gpu;
  });
  const details = { ...describeBuild(home), device: usesGpu ? 'GPU' : 'CPU' };
  return recipe.kind === 'cuda' && !usesGpu ? { ...details, warning: NO_GPU } : details;
}

/** Known before the long download, and told together: a missing compiler, a missing pip, a full disk. */
async function prepare(recipe: Recipe, job: Job): Promise<Compiler> {
  const compiler = await findCompiler(job).catch(refusal);
  const refused = await recipe.prepare(job).then(() => null, refusal);
  if (!(compiler instanceof FolioError)) {
    if (refused !== null) throw refused;
    return compiler;
  }
  throw refused === null ? compiler : both(compiler, refused);
}

/** An error for people as a value; anything else (the person cancelled, a defect) ends the work. */
function refusal(error: unknown): FolioError {
  if (error instanceof FolioError) return error;
  throw error;
}

/** Compiles the addon, tries it and writes the manifest: the part that is the same for every build. */
async function finish(
  recipe: Recipe,
  compiler: Compiler,
  libraries: Libraries,
  folder: string,
  job: Job,
): Promise<{ gpu: boolean }> {
  job.report('compile');
  const addon = path.join(folder, ADDON_NAME);
  await compileAddon(
    compiler,
    { include: libraries.include, libraries: libraries.paths, rpath: libraries.rpath, output: addon },
    job,
  );
  job.report('check');
  const { version, gpu } = await tryAddon(addon, job);
  if (recipe.version !== null && version !== recipe.version) {
    throw new FolioError(
      'install',
      `The installed library says that it is TensorFlow ${version}, not ${recipe.version}.`,
    );
  }
  await syncFile(addon);
  const { size } = await stat(addon);
  await writeManifest(folder, {
    format: 1,
    id: recipe.id,
    kind: recipe.kind,
    version,
    binding: BINDING_VERSION,
    compiler: compiler.version,
    wheelSha256: recipe.wheelSha256,
    installedAt: new Date().toISOString(),
    files: [{ path: ADDON_NAME, bytes: size, sha256: await hashFile(addon) }, ...libraries.files],
  });
  return { gpu };
}

/** Everything is on disk before the folder gets its name: a power cut cannot leave an empty addon in it. */
async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Lets through the first report of a phase, its last, and in between ten a second. */
function throttle(progress: (progress: InstallProgress) => void): Job['report'] {
  let phase: InstallProgress['phase'] | null = null;
  let last = 0;
  return (next, done = 0, total = 0) => {
    const now = performance.now();
    if (next === phase && now - last < PROGRESS_MS && done < total) return;
    phase = next;
    last = now;
    progress({ phase: next, done, total });
  };
}

/** Any failure as one that a person understands. */
function explain(error: unknown, root: string, signal: AbortSignal | undefined): FolioError {
  if (signal?.aborted) {
    return new FolioError('cancelled', 'The installation of TensorFlow was cancelled; nothing of it was left behind.');
  }
  const failure = installFailure(error, root);
  switch (failure.kind) {
    case 'told':
      return failure.error;
    case 'disk-full':
      return new FolioError(
        'install',
        `The disk became full while TensorFlow was installed into ${root}.`,
        'Free some space. Or put the cache elsewhere with FOLIO_CACHE.',
        { cause: error },
      );
    case 'other':
      return new FolioError(
        'install',
        `Installing TensorFlow failed: ${failure.message}`,
        'If the message names nothing that can be changed here, try again later, and report it with the output of: folio doctor',
        { cause: error },
      );
    default:
      return assertNever(failure, 'failure of an installation');
  }
}
