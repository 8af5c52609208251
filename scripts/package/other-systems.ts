/**
 * Packages for Windows and macOS made here, with stand-ins for their Electron: which files go in, and that the fuses are flipped. Nothing of
 * them can be started, and what only their own systems do (signing, installers) is not done.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configuration } from './configuration.ts';
import { hasEngine, type Target } from './contents.ts';
import { FUSE_WIRE } from './fuse-wire.ts';
import { inspect, places, wrongFuses } from './inspect.ts';
import { pack } from './pack.ts';

const OTHERS: readonly Target[] = [
  { platform: 'win32', arch: 'x64' },
  { platform: 'win32', arch: 'arm64' },
  { platform: 'darwin', arch: 'x64' },
  { platform: 'darwin', arch: 'arm64' },
];

/** What is wrong with each other system's package: [system, problems]. The engine, which is compiled there, is left out. */
export async function tryOtherSystems(
  root: string,
  place: string,
  notices: boolean,
): Promise<(readonly [string, readonly string[]])[]> {
  const results: (readonly [string, readonly string[]])[] = [];
  for (const target of OTHERS) {
    const name = `${target.platform}-${target.arch}`;
    const electronDist = join(place, name, 'electron');
    if (target.platform === 'darwin') standInForMac(electronDist);
    else standInForWindows(root, electronDist);
    const { win, mac, linux: _linux, extraResources, ...rest } = configuration();
    const { folder } = await pack({
      root,
      target,
      folderOnly: true,
      electronDist,
      configuration: {
        ...rest,
        ...(extraResources === undefined ? {} : { extraResources }),
        ...(hasEngine(target) ? { beforePack: null } : {}),
        directories: { output: join(place, name, 'package') },
        win: { ...win, signAndEditExecutable: false },
        mac: { ...mac, identity: null, ...(hasEngine(target) ? { extraResources: [] } : {}) },
      },
    });
    const fuses = await wrongFuses(places(folder, target).binary);
    results.push([name, [...inspect(folder, root, { target, engine: null, notices }), ...fuses]]);
  }
  return results;
}

/** Any program for Windows whose version can be read and replaced. */
function standInForWindows(root: string, folder: string): void {
  const program = join(root, 'node_modules/electron-winstaller/vendor/Squirrel.exe');
  write(join(folder, 'locales/en-US.pak'), 'words');
  cpSync(program, join(folder, 'electron.exe'));
  writeFileSync(join(folder, 'electron.exe'), FUSE_WIRE, { flag: 'a' });
}

function standInForMac(folder: string): void {
  const contents = join(folder, 'Electron.app/Contents');
  write(join(contents, 'Info.plist'), plist('Electron'));
  write(join(contents, 'MacOS/Electron'), 'program');
  mkdirSync(join(contents, 'Resources'));
  const framework = join(contents, 'Frameworks/Electron Framework.framework');
  write(join(framework, 'Versions/A/Resources/en.lproj/locale.pak'), 'words');
  writeFileSync(join(framework, 'Electron Framework'), FUSE_WIRE);
  for (const helper of ['', ' (Renderer)', ' (Plugin)', ' (GPU)'].map((kind) => `Electron Helper${kind}`)) {
    const inside = join(contents, `Frameworks/${helper}.app/Contents`);
    write(join(inside, 'Info.plist'), plist(helper));
    write(join(inside, 'MacOS', helper), 'program');
  }
}

/** Whether the drawings are there that these systems' packages need; Linux's folder does without. */
export const hasDrawings = (root: string): boolean =>
  ['icon.icns', 'run.icns', 'icon.ico'].every((name) => existsSync(join(root, 'build/icons', name)));

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const plist = (name: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>${[
    ['CFBundleIdentifier', 'org.folio.stand-in'],
    ['CFBundleExecutable', name],
    ['CFBundleName', name],
  ]
    .map(([key, value]) => `<key>${key}</key><string>${value}</string>`)
    .join('')}</dict></plist>`;
