/** electron-builder's configuration (version 26), for all systems. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Arch, type Configuration } from 'electron-builder';
import {
  BESIDE_ARCHIVE,
  FOLDERS,
  gap,
  hasEngine,
  isArch,
  isPlatform,
  nativePackages,
  PROGRAM_FILES,
} from './contents.ts';

const root = resolve(import.meta.dirname, '../..');

/** Chromium's own words for the two languages that Folio speaks; the others are a fifth of its size. */
const LANGUAGES = ['en-US', 'en-GB', 'en', 'zh-CN', 'zh-TW', 'zh_CN', 'zh_TW'];

/** What the program's own binary allows: nothing that would make a general Node of it, and no other program than the packed one. */
export const FUSES: Configuration['electronFuses'] = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  enableCookieEncryption: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  // The page comes from app://; a file that is opened by mistake gets no rights by it.
  grantFileProtocolExtraPrivileges: false,
};

/** Anew each time: electron-builder writes into what it is given. */
export const configuration = (): Configuration => ({
  appId: 'org.folio.Folio',
  productName: 'Folio',
  copyright: 'MIT license',
  directories: { output: FOLDERS.packages, buildResources: 'build' },
  artifactName: `Folio-${gap('version')}-${gap('os')}-${gap('arch')}.${gap('ext')}`,
  extraMetadata: {
    author: { name: 'Folio contributors', email: 'contributors@folio.invalid' },
    desktopName: 'folio.desktop',
    homepage: homepage(process.env),
  },
  files: [...PROGRAM_FILES],
  asar: true,
  asarUnpack: [...BESIDE_ARCHIVE],
  extraResources: [
    { from: 'LICENSE', to: 'LICENSE.txt' },
    { from: 'build/THIRD-PARTY-NOTICES.txt', to: 'THIRD-PARTY-NOTICES.txt' },
  ],
  electronLanguages: LANGUAGES,
  electronFuses: { ...FUSES },
  // Native packages come as they are, built for Node-API; nothing is compiled, fetched or published from here.
  npmRebuild: false,
  publish: null,
  beforePack,
  fileAssociations: [
    {
      ext: 'folio',
      name: 'Folio run',
      description: 'A run of Folio: settings, losses, texts and weights',
      mimeType: 'application/x-folio-run',
      role: 'Editor',
      icon: 'icons/run',
    },
  ],
  // With the runtime that brings its own FUSE: the default one needs a library that distributions have dropped.
  toolsets: { appimage: '1.0.3' },
  linux: {
    target: [{ target: 'AppImage' }, { target: 'deb' }],
    files: [nativePackages('linux')],
    extraResources: [engine('linux')],
    executableName: 'folio',
    icon: 'build/icons/linux',
    category: 'Science',
    synopsis: 'Train a text generator on your own computer',
    ...(process.env['FOLIO_MAINTAINER'] ? { maintainer: process.env['FOLIO_MAINTAINER'] } : {}),
    syncDesktopName: true,
  },
  mac: {
    target: [{ target: 'dmg' }, { target: 'zip' }],
    files: [nativePackages('darwin')],
    extraResources: [engine('darwin')],
    icon: 'build/icons/icon.icns',
    category: 'public.app-category.education',
    // Ready for a certificate: with one in CSC_LINK the package is signed by it, without one ad hoc.
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: 'build/entitlements.mac.plist',
    entitlementsInherit: 'build/entitlements.mac.plist',
  },
  win: {
    target: [{ target: 'nsis' }],
    files: [nativePackages('win32')],
    icon: 'build/icons/icon.ico',
  },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
    differentialPackage: false,
  },
  dmg: { writeUpdateInfo: false },
});

/** The same for the program that was lowered to an old Electron (scripts/package/check.ts): another build, from another folder, no fuses. */
export const loweredConfiguration = (): Configuration => ({
  ...configuration(),
  extraMetadata: {
    ...(configuration().extraMetadata as object),
    type: 'commonjs',
    main: 'e9/boot.cjs',
    smokeMain: './main/main.cjs',
  },
  files: [
    'resources/corpora/*',
    '!node_modules/**',
    { from: 'out-smoke', to: '.', filter: ['{main,preload,renderer,e9}/**'] },
  ],
  asarUnpack: ['out-smoke/main/*/**', 'out-smoke/e9/**', 'node_modules/**'],
  electronFuses: null,
});

function engine(platform: 'linux' | 'darwin'): { from: string; to: string } {
  return { from: FOLDERS.engine(`${platform}-${gap('arch')}`), to: 'engine' };
}

function beforePack({
  electronPlatformName,
  arch,
}: {
  readonly electronPlatformName: string;
  readonly arch: Arch;
}): void {
  requireEngine(electronPlatformName, Arch[arch]);
}

/** A package that should have the engine is never made without it. */
export function requireEngine(platform: string, arch: string | undefined): void {
  if (!isPlatform(platform) || arch === undefined || !isArch(arch)) {
    throw new Error(`There is no package of Folio for ${platform} on ${arch ?? 'this processor'}.`);
  }
  const target = { platform, arch };
  if (!hasEngine(target) || existsSync(resolve(root, FOLDERS.engine(target), 'tensorflow'))) return;
  throw new Error(
    `${FOLDERS.engine(target)} is not there: the engine that the package carries. \`npm run package\` on ${platform}-${arch} prepares it.`,
  );
}

/** A deb names a page. Until the project has one, it is one that nobody can have; a release knows its own. */
function homepage(env: NodeJS.ProcessEnv): string {
  if (env['FOLIO_HOMEPAGE']) return env['FOLIO_HOMEPAGE'];
  const server = env['GITHUB_SERVER_URL'];
  const repository = env['GITHUB_REPOSITORY'];
  return server && repository ? `${server}/${repository}` : 'https://folio.invalid/';
}
