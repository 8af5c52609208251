/**
 * `npm run package`: builds the program, prepares the engine, makes the packages of this system (electron-builder), checks what is in them
 * and says how big they are.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SENTINEL } from '@electron/fuses/dist/constants.js';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { buildWhenStale } from '../app-build.ts';
import { installedElectron } from '../electron-binary.ts';
import { configuration } from './configuration.ts';
import { FOLDERS, isArch, ownTarget, type Target } from './contents.ts';
import { prepareEngine } from './engine.ts';
import { engineOf, inspect, places, sizes, wrongFuses } from './inspect.ts';
import { writeNotices } from './notices.ts';
import { pack } from './pack.ts';

const root = resolve(import.meta.dirname, '../..');

const HELP = `npm run package                               installers for this system
npm run package -- --dir                      only the folder that they are made of
npm run package -- --arch x64|arm64           for another processor, where the engine needs no compiler for it
npm run package -- --electron-dist FOLDER     with an Electron that is there, instead of downloading it

Everything is made in ${FOLDERS.packages}.
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`.padStart(10);

function readArguments(): { target: Target; folderOnly: boolean; electronDist: string | null } | null {
  const { values } = parseArgs({
    options: {
      dir: { type: 'boolean' },
      arch: { type: 'string' },
      'electron-dist': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const own = ownTarget();
  const arch = values.arch ?? own.arch;
  if (!isArch(arch)) throw new Error(`--arch is "${arch}": it is x64 or arm64.`);
  const dist = values['electron-dist'];
  if (dist !== undefined && !existsSync(resolve(dist)))
    throw new Error(`--electron-dist ${dist}: there is no such folder.`);
  return {
    target: { platform: own.platform, arch },
    folderOnly: values.dir === true,
    electronDist: dist === undefined ? electronHere(arch === own.arch) : resolve(dist),
  };
}

/** The Electron that `npx install-electron` has fetched, for this machine's own processor. */
function electronHere(isOwn: boolean): string | null {
  const binary = installedElectron(root);
  return binary === null || !isOwn ? null : join(root, 'node_modules', 'electron', 'dist');
}

/** Whether a folder's Electron has the switches that a package sets. Where its binary has another name, electron-builder will tell. */
function hasFuses(dist: string, { platform }: Target): boolean {
  const binary = join(dist, platform === 'win32' ? 'electron.exe' : 'electron');
  return platform === 'darwin' || !existsSync(binary) || readFileSync(binary).includes(SENTINEL);
}

async function main(): Promise<number> {
  const wanted = readArguments();
  if (wanted === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const { target } = wanted;
  const failure = await buildWhenStale(root, say);
  if (failure !== null) throw new Error(`The program could not be built:\n${failure}`);
  const engine = await prepareEngine(root, target, say);
  await writeNotices({ root, platform: `${target.platform}-${target.arch}`, engine: engine !== null, say });

  const dist = wanted.electronDist;
  // Only good for looking at: an Electron older than 12 has nothing that could be flipped, and Folio does not run in it.
  const fusible = dist === null || hasFuses(dist, target);
  if (!fusible)
    say(
      `The Electron in ${dist} is too old for Folio and has no fuses: what is packed with it is to be looked at only.`,
    );
  const made = { ...configuration(), ...(fusible ? {} : { electronFuses: null }) };
  const { folder, artifacts } = await pack({ root, configuration: made, ...wanted }).catch((error: unknown) => {
    say(`What lies in ${FOLDERS.packages} is not finished.`);
    const hint =
      'It downloads Electron and what installers are made with; --electron-dist names a folder with an Electron.';
    throw new Error(`electron-builder failed: ${toErrorMessage(error).message}\n${hint}`, { cause: error });
  });

  const problems = [
    ...inspect(folder, root, { target, engine: engineOf(engine), notices: true }),
    ...(fusible ? await wrongFuses(places(folder, target).binary) : []),
  ];
  say(`\n${relative(root, folder)} is made of`);
  const parts = sizes(folder, target);
  for (const [what, bytes] of parts) say(`${megabytes(bytes)}  ${what}`);
  say(`${megabytes(parts.reduce((sum, [, bytes]) => sum + bytes, 0))}  in all`);
  for (const file of artifacts) say(`${megabytes(statSync(file).size)}  ${relative(root, file)}`);
  for (const problem of problems) say(`✗ ${problem}`);
  if (problems.length > 0) say('The package is not what it should be: do not hand it out.');
  return problems.length === 0 ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  const { message, hint } = toErrorMessage(error);
  process.stderr.write(`${message}${hint === undefined ? '' : `\n${hint}`}\n`);
  // At once: what electron-builder leaves running would end this process by itself, and call it well.
  process.exit(error instanceof TypeError && 'code' in error ? 2 : 1); // parseArgs refuses with a TypeError that has a code
}
