/**
 * What a package is made of, as patterns for electron-builder (paths below the program's folder): everything that runs, and nothing else.
 * What came of it is held against scripts/package/expected.ts.
 */
import type { FileSet } from 'electron-builder';

/** As Node names systems and processors. */
export interface Target {
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly arch: 'x64' | 'arm64';
}

/** A gap that electron-builder fills. */
export const gap = (name: string): string => ['${', name, '}'].join('');

/** The build, and what the program reads beside its code. */
export const PROGRAM_FILES: readonly string[] = [
  'out/main/**/*.js',
  'out/preload/preload.cjs',
  'out/renderer/**/*',
  'resources/corpora/*',
  'resources/window-icon.png',
  // Whatever electron-builder finds by itself; the two packages with native code are named below.
  '!node_modules/**',
];

/**
 * Plain files beside the archive: native code, which the system loads, and what is started as a process or a thread with all that it
 * imports (src/main/program-files.ts, besideArchive).
 */
export const BESIDE_ARCHIVE: readonly string[] = ['out/main/*/**', 'node_modules/**'];

/** Packages that find native code beside themselves (electron.vite.config.ts bundles all others): only what is loaded of them. */
export function nativePackages(platform: Target['platform']): FileSet {
  const build = `${platform}-${gap('arch')}`;
  const files = {
    'better-sqlite3': [
      'package.json',
      'LICENSE',
      'lib/{binding,database,index,sqlite-error,util}.js',
      'lib/methods/*.js',
      `prebuilds/${build}.node`,
    ],
    webgpu: ['package.json', 'LICENSE.md', 'index.js', `dist/${platform === 'darwin' ? 'darwin-universal' : build}/*`],
  };
  // From one folder above them: a LICENSE of their own would be left out for the program's, which lies elsewhere.
  const filter = Object.entries(files).flatMap(([name, parts]) => parts.map((file) => `${name}/${file}`));
  return { from: 'node_modules', to: 'node_modules', filter };
}

/** Folders below the program's own that packaging makes (git ignores them). */
export const FOLDERS = {
  packages: 'dist/package',
  /** Of one target: its `tensorflow` folder as in a package. */
  engine: (target: Target | string) =>
    `dist/engine/${typeof target === 'string' ? target : `${target.platform}-${target.arch}`}`,
} as const;

/** What TensorFlow's library is there for and can be loaded as it is (src/main/engine/tensorflow/builds.ts). */
export function hasEngine({ platform, arch }: Target): boolean {
  return platform === 'linux' || (platform === 'darwin' && arch === 'arm64');
}

/** The system and processor that this runs on. Throws for one that there are no packages for. */
export function ownTarget(platform: string = process.platform, arch: string = process.arch): Target {
  if (!isPlatform(platform) || !isArch(arch)) {
    throw new Error(
      `There are packages for Linux, macOS and Windows on x64 and arm64; this is ${platform} on ${arch}.`,
    );
  }
  return { platform, arch };
}

export const isPlatform = (value: string): value is Target['platform'] =>
  value === 'linux' || value === 'darwin' || value === 'win32';

export const isArch = (value: string): value is Target['arch'] => value === 'x64' || value === 'arm64';
