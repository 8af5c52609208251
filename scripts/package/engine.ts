/** The engine that a package carries: TensorFlow as the program itself installs it, checked, made smaller, and laid out as in its cache. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pinnedBuild } from '../../src/main/engine/tensorflow/builds.ts';
import {
  hashFile,
  type Manifest,
  readManifest,
  verifyBuild,
  writeManifest,
} from '../../src/main/engine/tensorflow/cache.ts';
import { installTensorFlow, type InstallProgress } from '../../src/main/engine/tensorflow/install.ts';
import { ADDON_NAME, MANIFEST_NAME, tensorFlowFolder } from '../../src/main/engine/tensorflow/paths.ts';
import { tryAddon } from '../../src/main/engine/tensorflow/trial.ts';
import { runQuietly } from '../processes.ts';
import { FOLDERS, hasEngine, ownTarget, type Target } from './contents.ts';

/** Beside the engine: what it was made from, so that the same is not made twice. Not in the package. */
const SOURCE_NAME = 'made-from';

/**
 * Prepares the engine for a target; null where packages carry none.
 *
 * @returns the folder that becomes `engine` in the package
 * @throws FolioError when it cannot be installed; Error when the target is another machine's, or it does not work.
 */
export async function prepareEngine(root: string, target: Target, say: (line: string) => void): Promise<string | null> {
  if (!hasEngine(target)) return null;
  const own = ownTarget();
  const name = `${target.platform}-${target.arch}`;
  if (own.platform !== target.platform || own.arch !== target.arch) {
    throw new Error(`The engine for ${name} is compiled on such a machine; this is ${own.platform}-${own.arch}.`);
  }
  const { id } = pinnedBuild('cpu', name);
  let shown: InstallProgress['phase'] | null = null;
  await installTensorFlow({
    build: 'cpu',
    env: { ...process.env, FOLIO_LIBTENSORFLOW: undefined },
    progress: ({ phase }) => {
      if (phase !== shown) say(`TensorFlow: ${phase}`);
      shown = phase;
    },
  });
  const folder = resolve(root, FOLDERS.engine(target));
  await stage(join(tensorFlowFolder(), id), folder, id, target);
  return folder;
}

/** Copies a build without its headers, without symbols on Linux, under a manifest of what is there then. */
async function stage(installed: string, folder: string, id: string, target: Target): Promise<void> {
  const source = createHash('sha256')
    .update(await readFile(join(installed, MANIFEST_NAME)))
    .digest('hex');
  const home = join(folder, 'tensorflow', id);
  const before = await readFile(join(folder, '..', `${SOURCE_NAME}-${id}`), 'utf8').catch(() => '');
  if (before === source && (await verifyBuild(home)) === null) return;

  const manifest = readManifest(installed);
  if (typeof manifest === 'string') throw new Error(`TensorFlow in ${installed} cannot be packed: ${manifest}.`);
  const staging = `${folder}-new`;
  await rm(staging, { recursive: true, force: true });
  const files: Manifest['files'][number][] = [];
  for (const { path } of manifest.files) {
    const file = join(staging, 'tensorflow', id, path);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(join(installed, path), file, constants.COPYFILE_FICLONE);
    if (target.platform === 'linux' && path !== ADDON_NAME) await strip(file);
    files.push({ path, bytes: (await stat(file)).size, sha256: await hashFile(file) });
  }
  await writeManifest(join(staging, 'tensorflow', id), { ...manifest, files });
  await prove(join(staging, 'tensorflow', id));
  await rm(folder, { recursive: true, force: true });
  await rename(staging, folder);
  await writeFile(join(folder, '..', `${SOURCE_NAME}-${id}`), source);
}

/** Takes a quarter of the library: the names of functions, which only a debugger asks for. Nothing that is loaded or computed changes. */
async function strip(file: string): Promise<void> {
  const { code, output } = await runQuietly('strip', ['--strip-unneeded', file], {});
  if (code !== 0)
    throw new Error(`strip (of binutils, which comes with a compiler) failed for ${file}: ${output.trim()}`);
}

/** Every byte is what the new manifest says, and the addon computes with the libraries that lie beside it now. */
async function prove(home: string): Promise<void> {
  const wrong = await verifyBuild(home);
  if (wrong !== null) throw new Error(`The engine in ${home} is not what its manifest says: ${wrong}.`);
  await tryAddon(join(home, ADDON_NAME), { node: process.execPath, env: process.env });
}
