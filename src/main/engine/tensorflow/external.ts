/** A TensorFlow library that is already on the machine, named by FOLIO_LIBTENSORFLOW. */
import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { FolioError } from '../../../shared/errors.ts';

export interface ExternalLibrary {
  /** Names the addon's folder in the cache; changes when a library does. */
  readonly id: string;
  /** The folder that holds the libraries, absolute. */
  readonly folder: string;
  /** The folder that holds `tensorflow/c/c_api.h`. */
  readonly include: string;
  /** Absolute paths of the libraries to link, the framework's last. */
  readonly libraries: readonly string[];
}

const suffix = (name: string, platform: string) => (platform === 'darwin' ? `${name}.2.dylib` : `${name}.so.2`);

/** The C interface is in libtensorflow_cc (Python's wheel) or in libtensorflow (TensorFlow's C package). */
const coreNames = (platform: string) => ['libtensorflow_cc', 'libtensorflow'].map((name) => suffix(name, platform));
const frameworkName = (platform: string) => suffix('libtensorflow_framework', platform);

const isFile = (file: string) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

/**
 * Finds libraries and headers in a folder: as Python's package has them, as TensorFlow's C package has them, or flat.
 *
 * @throws FolioError 'engine' that names what is missing.
 */
export function findExternalLibrary(directory: string, platform: string = process.platform): ExternalLibrary {
  const named = `FOLIO_LIBTENSORFLOW=${directory}`;
  const root = path.resolve(directory);
  const hint =
    `Name the folder of an installed Python package ("site-packages/tensorflow"), or one with ${coreNames(platform)[0]}, ` +
    `${frameworkName(platform)} and include/tensorflow/c/c_api.h. Or unset FOLIO_LIBTENSORFLOW.`;
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new FolioError('engine', `${named}: there is no such folder.`, hint);
  }
  const folders = [root, path.join(root, 'lib'), path.join(root, 'tensorflow')];
  const core = folders
    .flatMap((folder) => coreNames(platform).map((name) => path.join(folder, name)))
    .find((file) => isFile(file));
  if (core === undefined) {
    throw new FolioError(
      'engine',
      `${named}: neither it nor its lib/ or tensorflow/ has ${coreNames(platform)[0]}.`,
      hint,
    );
  }
  const folder = realpathSync(path.dirname(core));
  const framework = path.join(folder, frameworkName(platform));
  if (!isFile(framework)) {
    throw new FolioError(
      'engine',
      `${named}: ${frameworkName(platform)} is missing beside ${path.basename(core)}.`,
      hint,
    );
  }
  const include = [path.join(root, 'include'), path.join(folder, 'include'), path.join(folder, '..', 'include')].find(
    (candidate) => isFile(path.join(candidate, 'tensorflow', 'c', 'c_api.h')),
  );
  if (include === undefined) {
    throw new FolioError('engine', `${named}: the headers are missing (include/tensorflow/c/c_api.h).`, hint);
  }
  const libraries = [path.join(folder, path.basename(core)), framework];
  const key = createHash('sha256');
  for (const library of libraries) {
    const stat = statSync(library);
    key.update(`${realpathSync(library)}\0${stat.size}\0${stat.mtimeMs}\n`);
  }
  return { id: `external-${key.digest('hex').slice(0, 16)}`, folder, include, libraries };
}
