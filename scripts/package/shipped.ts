/** Everything in a package that others wrote: what the notices and the bill of materials are made from. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { TensorFlowBuild } from '../../src/main/engine/tensorflow/builds.ts';
import type { BundledPackages } from './bundled-packages.ts';
import { isAllowed, packageTexts, readText, WITHOUT_FIELD, type LicenceText } from './licence-texts.ts';

export interface Component {
  readonly name: string;
  /** Null where it is not known apart from what it came in. */
  readonly version: string | null;
  /** As SPDX writes it. */
  readonly licence: string;
  /** What it is in Folio, for a person to read. */
  readonly role: string;
  readonly texts: readonly LicenceText[];
  /** A package URL, where there is a kind for it. */
  readonly purl: string | null;
  /** Of what was downloaded: Base64 after the algorithm, as npm's lock file has it, or a SHA-256 in hexadecimal digits. */
  readonly integrity: { readonly algorithm: 'SHA-256' | 'SHA-512'; readonly hex: string } | null;
}

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ integrity: z.string().optional() })),
});

/** Of these a package holds a few files only (contents.ts), and of what they depend on nothing. */
const ALONE = new Set(['better-sqlite3', 'webgpu']);

/** The npm packages in a build: those bundled, and those asked for with all that they need. */
export function npmComponents(root: string, { bundled, asked }: BundledPackages): Component[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))).packages;
  const folders = new Map(bundled.map((folder) => [folder, 'bundled into the program']));
  const add = (name: string, from: string): void => {
    const folder = findPackage(root, from, name);
    if (folder === null) throw new Error(`The build asks for ${name}, which is not installed (npm ci).`);
    if (folders.has(folder)) return;
    folders.set(folder, 'packed beside the program');
    if (ALONE.has(name)) return;
    for (const next of Object.keys(readPackage(root, folder).dependencies ?? {})) add(next, folder);
  };
  for (const name of asked) add(name, '');
  return [...folders].map(([folder, role]) => npmComponent(root, folder, role, lock[folder]?.integrity));
}

/** One npm package, as it is installed. */
export function npmComponent(root: string, folder: string, role: string, integrity?: string): Component {
  const { name, version, license: licence = WITHOUT_FIELD[name] ?? '' } = readPackage(root, folder);
  const hash = /^sha512-(.+)$/.exec(integrity ?? '')?.[1];
  return {
    name,
    version,
    licence,
    role,
    texts: packageTexts(name, licence, join(root, folder)),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    integrity: hash === undefined ? null : { algorithm: 'SHA-512', hex: Buffer.from(hash, 'base64').toString('hex') },
  };
}

function readPackage(root: string, folder: string): z.infer<typeof packageSchema> {
  return packageSchema.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
}

/** Where a package finds another: in its own node_modules, or in those of the folders around it. */
function findPackage(root: string, from: string, name: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder === '.' ? '' : folder, 'node_modules', name);
    if (existsSync(join(root, candidate, 'package.json'))) return candidate.split('\\').join('/');
    if (folder === '' || folder === '.') return null;
  }
}

export interface Surroundings {
  readonly root: string;
  /** As Node names it: `linux-x64`. */
  readonly platform: string;
  /** The build of TensorFlow in the package and its licences; null for a system whose package has none. */
  readonly tensorflow: { readonly build: TensorFlowBuild; readonly notices: readonly LicenceText[] } | null;
  /** Node's own licence. */
  readonly nodeLicence: string;
}

const SQLITE_BLESSING = `SQLite is in the public domain. In its authors' words:

The author disclaims copyright to this source code. In place of a legal notice, here is a blessing:

   May you do good and not evil.
   May you find forgiveness for yourself and forgive others.
   May you share freely, never taking more than you give.`;

/** What npm does not know of: programs and libraries inside packages, and what is downloaded by other ways. */
export function otherComponents({ root, platform, tensorflow, nodeLicence }: Surroundings): Component[] {
  const electron = npmComponent(root, 'node_modules/electron', 'the desktop shell');
  const dawn = npmComponent(root, 'node_modules/webgpu', 'WebGPU for Node, in the package webgpu');
  const seal = (name: string, text: string): LicenceText[] => [{ name, text }];
  return [
    { ...electron, name: 'Electron', purl: `pkg:github/electron/electron@v${electron.version ?? ''}` },
    {
      name: 'Chromium',
      version: null,
      licence: 'BSD-3-Clause',
      role: 'the browser inside Electron, with V8 and everything that it brings',
      texts: seal(
        'where it is',
        'The licences of Chromium and of all its parts are in the file LICENSES.chromium.html, which lies beside the program (on macOS: beside the app in its archive).',
      ),
      ...NOT_A_PACKAGE,
    },
    {
      name: 'Node.js',
      version: null,
      licence: 'MIT',
      role: 'inside Electron, with everything that it brings',
      texts: seal('LICENSE', nodeLicence),
      ...NOT_A_PACKAGE,
    },
    {
      ...NOT_A_PACKAGE,
      name: 'SQLite',
      version: sqliteVersion(root),
      licence: 'blessing',
      role: 'the record, in the package better-sqlite3',
      texts: seal('the blessing', SQLITE_BLESSING),
    },
    {
      ...dawn,
      ...NOT_A_PACKAGE,
      name: 'Dawn',
      version: null,
      licence: 'BSD-3-Clause',
    },
    ...directX(root, platform),
    ...(tensorflow === null ? [] : tensorflowComponents(root, tensorflow)),
  ];
}

const NOT_A_PACKAGE = { purl: null, integrity: null } as const;

function sqliteVersion(root: string): string {
  const header = readFileSync(join(root, 'node_modules/better-sqlite3/deps/sqlite3/sqlite3.h'), 'utf8');
  const version = /#define SQLITE_VERSION\s+"([\d.]+)"/.exec(header)?.[1];
  if (version === undefined) throw new Error('sqlite3.h does not say which version of SQLite it is.');
  return version;
}

/** Microsoft's compilers of shaders, which Dawn loads on Windows. */
function directX(root: string, platform: string): Component[] {
  if (!platform.startsWith('win32')) return [];
  const folder = join(root, 'node_modules/webgpu/dist', platform);
  const text = (name: string): LicenceText => ({ name, text: readText(join(folder, name)) });
  return [
    {
      ...NOT_A_PACKAGE,
      name: 'DirectX Shader Compiler',
      version: null,
      licence: 'NCSA',
      role: 'dxcompiler.dll, in the package webgpu',
      texts: [text('dxcompiler-LICENSE.TXT'), text('dxcompiler-ThirdPartyNotices.txt')],
    },
  ];
}

function tensorflowComponents(root: string, { build, notices }: NonNullable<Surroundings['tensorflow']>): Component[] {
  return [
    {
      name: 'TensorFlow',
      version: build.version,
      licence: 'Apache-2.0',
      role: `the native engine's library, out of the wheel ${build.project} (${build.wheelPlatform}), with everything that is linked into it`,
      texts: notices,
      purl: `pkg:pypi/${build.project}@${build.version}`,
      integrity: { algorithm: 'SHA-256', hex: build.wheelSha256 },
    },
    npmComponent(root, 'node_modules/@tensorflow/tfjs-node-gpu', 'its binding, compiled into the engine’s addon'),
    npmComponent(root, 'node_modules/node-api-headers', 'headers that the addon is compiled with'),
  ];
}

/**
 * Node's own licence: beside the Node that runs this, or in the package that brings one.
 *
 * @throws Error when there is none
 */
export function findNodeLicence(root: string, node: string = process.execPath): string {
  const places = [
    ...['linux-x64', 'linux-arm64', 'win-x64'].map((name) => join(root, 'node_modules', `node-${name}`, 'LICENSE')),
    join(dirname(node), 'LICENSE'),
    join(dirname(node), '..', 'LICENSE'),
  ];
  const file = places.find(
    (place) => existsSync(place) && readFileSync(place, 'utf8').startsWith('Node.js is licensed'),
  );
  if (file === undefined) throw new Error(`Node's LICENSE is in none of ${places.join(', ')}.`);
  return readText(file);
}

/** What must not be shipped as it is, in words: a licence that nobody decided on, or none. */
export function licenceProblems(components: readonly Component[]): string[] {
  return components.flatMap(({ name, version, licence, texts }) => {
    const what = [name, version].filter(Boolean).join(' ');
    if (licence === '') return [`${what} does not say under which licence it is.`];
    return [
      ...(isAllowed(licence)
        ? []
        : [`${what} is under ${licence}, which is not among the licences that may be shipped.`]),
      ...(texts.some(({ text }) => text !== '') ? [] : [`${what} (${licence}) comes without the text of its licence.`]),
    ];
  });
}
