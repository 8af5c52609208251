/** The licences of TensorFlow and of what is linked into it: they lie in its wheel, far from each other. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { openPromise } from 'yauzl';
import type { TensorFlowBuild } from '../../src/main/engine/tensorflow/builds.ts';
import { NOTICES_FOLDER, tensorFlowFolder, type Environment } from '../../src/main/engine/tensorflow/paths.ts';
import { downloadWheel, findPip } from '../../src/main/engine/tensorflow/pip.ts';
import { noticeIn, verifyWheel } from '../../src/main/engine/tensorflow/wheel.ts';
import { readText, tidy, type LicenceText } from './licence-texts.ts';

/** Without these two a wheel is not what Folio was written for. */
const NEEDED = ['include/LICENSE', 'THIRD_PARTY_NOTICES.txt'];

/**
 * The texts in a wheel, or in the folder of an installed build.
 *
 * @throws Error when TensorFlow's own licence or its list of others is not among them
 */
export async function wheelNotices(place: string): Promise<LicenceText[]> {
  const found = (await stat(place)).isDirectory() ? await inFolder(place) : await inWheel(place);
  const lacking = NEEDED.filter((name) => !found.some((text) => text.name === name));
  if (lacking.length > 0) throw new Error(`${place} has no ${lacking.join(' and no ')} of TensorFlow.`);
  // TensorFlow's own first, then the collection, then what stands beside it.
  const rank = (name: string): number => (NEEDED.indexOf(name) + NEEDED.length + 1) % (NEEDED.length + 1);
  return found.sort((a, b) => order(rank(a.name), rank(b.name)) || order(a.name, b.name));
}

const order = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

async function inFolder(folder: string): Promise<LicenceText[]> {
  const home = join(folder, NOTICES_FOLDER);
  if (!existsSync(home)) return [];
  const names = await readdir(home, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      name: file
        .slice(home.length + 1)
        .split(sep)
        .join('/'),
      text: readText(file),
    }));
}

async function inWheel(wheel: string): Promise<LicenceText[]> {
  const zip = await openPromise(wheel, { lazyEntries: true });
  const texts: LicenceText[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      const name = noticeIn(entry.fileName);
      if (name === null) continue;
      const pieces: Buffer[] = [];
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
      texts.push({ name, text: tidy(Buffer.concat(pieces).toString('utf8')) });
    }
  } finally {
    zip.close();
  }
  return texts;
}

/**
 * The texts of a pinned build: from where it is installed, or, if it was installed by an older Folio that did not keep them, out of its
 * wheel, which is downloaded for that and checked.
 *
 * @throws FolioError 'install' when it cannot be fetched
 */
export async function buildNotices(
  build: TensorFlowBuild,
  say: (line: string) => void,
  env: Environment = process.env,
): Promise<LicenceText[]> {
  const installed = join(tensorFlowFolder(env), build.id);
  if (existsSync(join(installed, NOTICES_FOLDER))) return wheelNotices(installed);
  say(`The licences of TensorFlow are taken out of its wheel (${Math.round(build.wheelBytes / 1e6)} MB to download)…`);
  const folder = await mkdtemp(join(tmpdir(), 'folio-notices-'));
  try {
    const wheel = await downloadWheel(await findPip({ env }), build, folder, () => undefined, { env });
    await verifyWheel(wheel, build, () => undefined);
    return await wheelNotices(wheel);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
