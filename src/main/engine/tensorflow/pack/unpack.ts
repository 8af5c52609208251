/** What is taken out of a pack's wheels, and where it goes. */
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { openPromise } from 'yauzl';
import { FolioError } from '../../../../shared/errors.ts';
import type { ManifestFile } from '../cache.ts';
import { LIBRARY_FOLDER } from '../paths.ts';
import { extract } from '../wheel.ts';
import type { Pack, PackFile } from './pinned.ts';

/** Licences lie there, one a wheel. */
const LICENCES = 'licences';
/** NVIDIA's libraries, its assembler (`bin`) and what that needs (`nvvm`). */
const NEEDED = /^nvidia\/[^/]+\/(lib|bin|nvvm)\/.*[^/]$/;
/** For compiling against them, or Python's. */
const NOT_NEEDED = /\.(a|h|py|pyc)$/;

/**
 * Where an entry of a wheel goes, relative to the build's folder; null when it is not needed. TensorFlow's libraries look for NVIDIA's in
 * `../nvidia/NAME/lib`, seen from their own folder, and NVIDIA's for one another in `../../NAME/lib`: the wheels' own layout. But cusolver is looked
 * for by a library of TensorFlow's whose list of places lacks it (TensorFlow 2.21; in Python others have loaded it before), and without it
 * TensorFlow leaves the GPU alone: it lies in a folder that the list has.
 */
export function destination(entry: string, wheel: PackFile, pack: Pack): string | null {
  if (pack.libraries.some((library) => library.path === entry))
    return `${LIBRARY_FOLDER}/${path.posix.basename(entry)}`;
  if (/\.dist-info\/(.*\/)?LICEN[CS]E[^/]*$/i.test(entry)) return `${LICENCES}/${wheel.name.split('-')[0] ?? ''}.txt`;
  if (!NEEDED.test(entry) || NOT_NEEDED.test(entry)) return null;
  return entry.replace(/^nvidia\/cusolver\/lib\//, 'nvidia/cusparse/lib/');
}

/**
 * Unpacks what is needed of a wheel whose hash was checked.
 *
 * @param progress told the bytes that were written
 * @returns the files, for the manifest
 * @throws FolioError 'install' when a library of TensorFlow's has another size than the pinned one
 */
export async function unpackPackFile(
  file: string,
  wheel: PackFile,
  pack: Pack,
  target: string,
  progress: (doneBytes: number) => void,
  signal: AbortSignal,
): Promise<ManifestFile[]> {
  const zip = await openPromise(file, { lazyEntries: true });
  const files: ManifestFile[] = [];
  let before = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const to = destination(entry.fileName, wheel, pack);
      if (to === null || files.some((known) => known.path === to)) continue;
      const place = path.join(target, to);
      const written = await extract(zip, entry, place, (done) => progress(before + done), signal);
      before += written.bytes;
      const pinned = pack.libraries.find((library) => library.path === entry.fileName);
      if (pinned !== undefined && pinned.bytes !== written.bytes) {
        throw new FolioError(
          'install',
          `${entry.fileName} in the wheel has ${written.bytes} bytes instead of ${pinned.bytes}.`,
        );
      }
      if (/\/bin\/[^/]+$/.test(to)) await chmod(place, 0o755);
      files.push({ path: to, ...written });
    }
  } finally {
    zip.close();
  }
  return files;
}
