/** What a finished package must hold, and that it holds nothing else: written down apart from the patterns that choose the files. */
import { builtinModules } from 'node:module';
import { hasEngine, type Target } from './contents.ts';

/** The files of a package, each list sorted. */
export interface Listing {
  /** In the archive's index: what the program sees, wherever it lies. */
  readonly archive: readonly string[];
  /** On disk in `app.asar.unpacked`. */
  readonly beside: readonly string[];
  /** Other files of the `resources` folder. */
  readonly resources: readonly string[];
  /** Everything else: Electron's own. Null where it is laid out by Electron's system (macOS). */
  readonly electron: readonly string[] | null;
}

export interface Expectation {
  readonly target: Target;
  /** What was built: files below the program's folder, such as `out/main/main.js`. */
  readonly built: readonly string[];
  /** Name of the engine's build; null when it was left out on purpose. */
  readonly engine: string | null;
  /** Whether the third parties' licenses were there to be packed. */
  readonly notices: boolean;
}

/** Every difference in words; empty when the package is right. */
export function differences(listing: Listing, expectation: Expectation): string[] {
  const archive = archiveFiles(expectation);
  return [
    ...compare('the archive', listing.archive, archive),
    ...compare('beside the archive', listing.beside, archive.filter(liesBeside)),
    ...compare('resources', listing.resources, resourceFiles(expectation)),
    ...(listing.electron ?? []).filter((file) => !ELECTRON.test(file)).map((file) => `too much of Electron: ${file}`),
  ];
}

const BUILT =
  /^out\/(main\/([\w-]+\/)*[\w.-]+\.js|preload\/preload\.cjs|renderer\/(index\.html|assets\/[\w-]+\.(js|css|svg|woff2)))$/;

function archiveFiles({ target, built }: Expectation): string[] {
  const { platform, arch } = target;
  const dawn = `node_modules/webgpu/dist/${platform === 'darwin' ? 'darwin-universal' : `${platform}-${arch}`}`;
  return [
    'package.json',
    'resources/corpora/shakespeare.txt',
    'resources/window-icon.png',
    ...built.filter((file) => BUILT.test(file)),
    ...SQLITE.map((file) => `node_modules/better-sqlite3/${file}`),
    `node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node`,
    ...['package.json', 'LICENSE.md', 'index.js'].map((file) => `node_modules/webgpu/${file}`),
    ...(platform === 'win32' ? DIRECTX : ['dawn.node']).map((file) => `${dawn}/${file}`),
  ];
}

const METHODS = ['aggregate', 'backup', 'explain', 'function', 'inspect', 'pragma', 'serialize', 'table'];
const SQLITE = [
  'package.json',
  'LICENSE',
  ...['binding', 'database', 'index', 'sqlite-error', 'util'].map((name) => `lib/${name}.js`),
  ...[...METHODS, 'transaction', 'wrappers'].map((name) => `lib/methods/${name}.js`),
];
const DIRECTX = [
  'dawn.node',
  'd3dcompiler_47.dll',
  'dxcompiler.dll',
  'dxcompiler-LICENSE.TXT',
  'dxcompiler-ThirdPartyNotices.txt',
];

/** Code that the system loads, or that is started by its path. */
const liesBeside = (file: string): boolean => /^(node_modules\/|out\/main\/[^/]+\/)/.test(file);

function resourceFiles({ target, engine, notices }: Expectation): string[] {
  const home = `engine/tensorflow/${engine ?? ''}`;
  const library = (name: string): string =>
    target.platform === 'darwin' ? `${home}/lib/${name}.2.dylib` : `${home}/lib/${name}.so.2`;
  return [
    'app.asar',
    'LICENSE.txt',
    ...(notices ? ['THIRD-PARTY-NOTICES.txt'] : []),
    ...(engine === null || !hasEngine(target)
      ? []
      : [
          `${home}/manifest.json`,
          `${home}/tfjs_binding.node`,
          library('libtensorflow_cc'),
          library('libtensorflow_framework'),
        ]),
  ];
}

/** Electron's own files on Linux and Windows, then and now. */
const ELECTRON =
  /^(folio|Folio\.exe|chrome-sandbox|chrome_crashpad_handler|LICENSE\.electron\.txt|LICENSES\.chromium\.html|vk_swiftshader_icd\.json|[\w-]+\.(pak|bin|dat|dll)|lib\w+\.so(\.1)?|(swiftshader\/)?lib\w+\.so|locales\/(en-(US|GB)|zh-(CN|TW))\.pak)$/;

function compare(where: string, there: readonly string[], wanted: readonly string[]): string[] {
  const has = new Set(there);
  const wants = new Set(wanted);
  return [
    ...wanted.filter((file) => !has.has(file)).map((file) => `missing in ${where}: ${file}`),
    ...there.filter((file) => !wants.has(file)).map((file) => `too much in ${where}: ${file}`),
  ];
}

/** Packages that a program's file asks for at run time. */
export function importedPackages(code: string): string[] {
  const names = code.matchAll(/(?:^import\b[^'"\n]*|^export\b[^'"\n]*\bfrom\s*|\bimport\()['"]([^'"\n]+)['"]/gm);
  return [...new Set([...names].map(([, name]) => name ?? '').filter((name) => !/^[./]/.test(name)))];
}

const SUPPLIED = new Set([...builtinModules, 'electron', 'better-sqlite3', 'webgpu']);

/** What is wrong in the text of a packed file: folders of the machine that built it, packages that are not in the package. */
export function flaws(file: string, text: string, folders: readonly string[]): string[] {
  const found = folders.filter((folder) => text.includes(folder)).map((folder) => `${file} names ${folder}`);
  if (!/^out\/main\/.*\.js$/.test(file)) return found;
  const unknown = importedPackages(text).filter((name) => !name.startsWith('node:') && !SUPPLIED.has(name));
  found.push(...unknown.map((name) => `${file} asks for the package ${name}, which is not packed`));
  // The main process's own file lies in the archive, where what lies beside it cannot look.
  if (liesBeside(file) && /['"](\.\.\/)+main\.js['"]/.test(text)) found.push(`${file} asks for main.js`);
  return found;
}
