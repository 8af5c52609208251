import { existsSync } from 'node:fs';
import path from 'node:path';
import { FolioError } from '../../../shared/errors.ts';
import { programFile } from '../../program-files.ts';
import { bindingVersionOf } from './native-version.ts';

export const BUILD_KINDS = ['cpu', 'cuda'] as const;
export type BuildKind = (typeof BUILD_KINDS)[number];

const NATIVE = programFile('src', 'main', 'engine', 'tensorflow', 'native');

/** Folio's own operations, compiled into the addon. */
export const OWN_SOURCES = [
  'cells.cc',
  'gate_sums.cc',
  'products.cc',
  'sequences.cc',
  'step_product.cc',
  'streams.cc',
].map((name) => path.join(NATIVE, name));

/** Written into the program when it is built (electron.vite.config.ts). */
declare const __BINDING_VERSION__: string | undefined;

/** Whether an addon can be compiled here: a package of Folio carries a compiled one and no sources. */
export const HAS_SOURCES = existsSync(NATIVE);

/** What the addon must have been compiled from: the sources that are here, else those that this program was built with. */
export const BINDING_VERSION = bindingVersion();

function bindingVersion(): string {
  if (HAS_SOURCES) return bindingVersionOf(NATIVE);
  return typeof __BINDING_VERSION__ === 'string' ? __BINDING_VERSION__ : '0';
}

/** A TensorFlow wheel that Folio takes its native library from, pinned by hash. */
export interface TensorFlowBuild {
  /** Names the folder in the cache: version, kind, platform. */
  readonly id: string;
  readonly kind: BuildKind;
  readonly version: string;
  /** Project name and platform tag, as pip spells them. */
  readonly project: string;
  readonly wheelPlatform: string;
  readonly wheelBytes: number;
  readonly wheelSha256: string;
  /** Libraries inside the wheel, with their unpacked sizes; the addon is linked against all of them. */
  readonly libraries: readonly { readonly path: string; readonly bytes: number }[];
}

/** The wheels carry the same native library for every Python version; this one is asked for, whatever Python is installed. */
export const WHEEL_PYTHON = '3.12';

const VERSION = '2.21.0';

const linuxLibraries = (core: number, framework: number): TensorFlowBuild['libraries'] => [
  { path: 'tensorflow/libtensorflow_cc.so.2', bytes: core },
  { path: 'tensorflow/libtensorflow_framework.so.2', bytes: framework },
];

const BUILDS: readonly TensorFlowBuild[] = [
  {
    id: `${VERSION}-cpu-linux-x64`,
    kind: 'cpu',
    version: VERSION,
    project: 'tensorflow-cpu',
    wheelPlatform: 'manylinux_2_27_x86_64',
    wheelBytes: 274_000_871,
    wheelSha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    libraries: linuxLibraries(788_086_608, 65_222_328),
  },
  {
    id: `${VERSION}-cuda-linux-x64`,
    kind: 'cuda',
    version: VERSION,
    project: 'tensorflow',
    wheelPlatform: 'manylinux_2_27_x86_64',
    wheelBytes: 572_611_111,
    wheelSha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    libraries: linuxLibraries(1_096_372_272, 162_648_808),
  },
  {
    // For this platform the wheel without -cpu is the CPU build (there is no tensorflow-cpu).
    id: `${VERSION}-cpu-linux-arm64`,
    kind: 'cpu',
    version: VERSION,
    project: 'tensorflow',
    wheelPlatform: 'manylinux_2_27_aarch64',
    wheelBytes: 281_946_471,
    wheelSha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    libraries: linuxLibraries(814_885_544, 68_176_664),
  },
  {
    id: `${VERSION}-cpu-darwin-arm64`,
    kind: 'cpu',
    version: VERSION,
    project: 'tensorflow',
    wheelPlatform: 'macosx_12_0_arm64',
    wheelBytes: 223_488_205,
    wheelSha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    libraries: [
      { path: 'tensorflow/libtensorflow_cc.2.dylib', bytes: 691_352_648 },
      { path: 'tensorflow/libtensorflow_framework.2.dylib', bytes: 49_452_976 },
    ],
  },
];

/** What Node calls this machine: `linux-x64`. */
export function platformName(platform: string = process.platform, arch: string = process.arch): string {
  return `${platform}-${arch}`;
}

/**
 * The pinned wheel of a kind for a platform.
 *
 * @throws FolioError 'install' where there is none, with the reason.
 */
export function pinnedBuild(kind: BuildKind, platform: string = platformName()): TensorFlowBuild {
  const build = BUILDS.find((candidate) => candidate.id === `${VERSION}-${kind}-${platform}`);
  if (build !== undefined) return build;
  const hint = 'Use the engine wasm. Or name a folder with the TensorFlow C library in FOLIO_LIBTENSORFLOW.';
  if (platform.startsWith('win32')) {
    throw new FolioError(
      'install',
      `TensorFlow cannot be installed on Windows: the library in its wheel works only inside Python.`,
      'Use the engine wasm.',
    );
  }
  throw new FolioError(
    'install',
    kind === 'cuda'
      ? `There is no CUDA build of TensorFlow ${VERSION} for ${platform}, only for linux-x64.`
      : `There is no TensorFlow ${VERSION} for ${platform}.`,
    hint,
  );
}
