/** A finished package from the outside: what is in it, how big that is, which fuses are set. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { FuseState } from '@electron/fuses/dist/constants.js';
import { FUSES } from './configuration.ts';
import type { Target } from './contents.ts';
import { differences, type Expectation, flaws, type Listing } from './expected.ts';

const TEXT = /\.(c?js|json|html|css)$/;

/** Where the parts of an unpacked package are. `folder` is what electron-builder made: `linux-unpacked`, or the folder of `Folio.app`. */
export interface Places {
  readonly resources: string;
  readonly binary: string;
}

export function places(folder: string, { platform }: Target): Places {
  const bundle = join(folder, 'Folio.app', 'Contents');
  if (platform === 'darwin') return { resources: join(bundle, 'Resources'), binary: join(bundle, 'MacOS', 'Folio') };
  return { resources: join(folder, 'resources'), binary: join(folder, platform === 'win32' ? 'Folio.exe' : 'folio') };
}

/** Everything that is wrong with a package, in words; empty when it is what it should be. */
export function inspect(folder: string, root: string, expectation: Omit<Expectation, 'built'>): string[] {
  const { resources } = places(folder, expectation.target);
  const archive = join(resources, 'app.asar');
  const listing = list(folder, expectation.target);
  const built = filesBelow(join(root, 'out')).map((file) => `out/${file}`);
  const folders = [root, homedir()].filter((place) => place.length > 1);
  const texts = listing.archive.filter((file) => TEXT.test(file));
  return [
    ...differences(listing, { ...expectation, built }),
    ...texts.flatMap((file) => flaws(file, extractFile(archive, file.split('/').join(sep)).toString('utf8'), folders)),
  ];
}

function list(folder: string, target: Target): Listing {
  const { resources } = places(folder, target);
  const archive = join(resources, 'app.asar');
  const named = listPackage(archive, { isPack: false }).map((file) => slashes(file).slice(1));
  const folders = new Set(
    named.flatMap((file) => file.split('/').map((_, depth, all) => all.slice(0, depth).join('/'))),
  );
  const own = filesBelow(resources);
  return {
    archive: named.filter((file) => !folders.has(file)).sort(),
    beside: filesBelow(join(resources, 'app.asar.unpacked')),
    resources: own.filter((file) => !file.startsWith('app.asar.unpacked/') && !/\.lproj\/|\.icns$/.test(file)),
    electron: target.platform === 'darwin' ? null : filesBelow(folder).filter((file) => !file.startsWith('resources/')),
  };
}

/** Files below a folder with slashes, sorted; none when it is not there. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => slashes(relative(folder, join(entry.parentPath, entry.name))))
    .sort();
}

const slashes = (file: string): string => file.split(sep).join('/');

/** Fuses of the package's binary that are not as configured; empty when all are. */
export async function wrongFuses(binary: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(binary);
  const wanted: readonly (readonly [FuseV1Options, boolean | null | undefined])[] = [
    [FuseV1Options.RunAsNode, FUSES?.runAsNode],
    [FuseV1Options.EnableCookieEncryption, FUSES?.enableCookieEncryption],
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable, FUSES?.enableNodeOptionsEnvironmentVariable],
    [FuseV1Options.EnableNodeCliInspectArguments, FUSES?.enableNodeCliInspectArguments],
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FUSES?.enableEmbeddedAsarIntegrityValidation],
    [FuseV1Options.OnlyLoadAppFromAsar, FUSES?.onlyLoadAppFromAsar],
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot, FUSES?.loadBrowserProcessSpecificV8Snapshot],
    [FuseV1Options.GrantFileProtocolExtraPrivileges, FUSES?.grantFileProtocolExtraPrivileges],
  ];
  return wanted
    .filter(([fuse, on]) => wire[fuse] !== (on === true ? FuseState.ENABLE : FuseState.DISABLE))
    .map(([fuse, on]) => `the fuse ${FuseV1Options[fuse]} is not ${on === true ? 'on' : 'off'}`);
}

/** What the package's bytes are, biggest first: [what, bytes]. */
export function sizes(folder: string, target: Target): (readonly [string, number])[] {
  const { resources } = places(folder, target);
  const archive = join(resources, 'app.asar');
  const bytes = (file: string): number => statSync(file).size;
  const below = (place: string): number =>
    filesBelow(place).reduce((sum, file) => sum + bytes(join(place, ...file.split('/'))), 0);
  const beside = join(resources, 'app.asar.unpacked');
  const native = join(beside, 'node_modules');
  const engine = join(resources, 'engine');
  const texts = ['LICENSE.txt', 'THIRD-PARTY-NOTICES.txt'].map((name) => join(resources, name)).filter(existsSync);
  const parts: [string, number][] = [
    ['TensorFlow and its addon', below(engine)],
    ['WebGPU (Dawn)', below(join(native, 'webgpu'))],
    ['SQLite', below(join(native, 'better-sqlite3'))],
    ['the program: window, main process, built-in text', bytes(archive)],
    ['the program: what is started as a process or thread', below(beside) - below(native)],
    ['licenses', texts.reduce((sum, file) => sum + bytes(file), 0)],
  ];
  const rest = below(folder) - parts.reduce((sum, [, size]) => sum + size, 0);
  return [...parts, ['Electron' as const, rest] as [string, number]].sort(([, a], [, b]) => b - a);
}

/** The name of the build that lies in a prepared engine's folder; null where there is none. */
export function engineOf(folder: string | null): string | null {
  return folder === null ? null : (readdirSync(join(folder, 'tensorflow'))[0] ?? null);
}
