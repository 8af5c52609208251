/** The addon, compiled on the person's machine from the sources in the npm package against TensorFlow's C interface. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { FolioError } from '../../../shared/errors.ts';
import { OWN_SOURCES } from './builds.ts';
import { MissingProgram } from './missing-program.ts';
import type { Environment } from './paths.ts';
import { describe, lastLines, run } from './processes.ts';

const COMPILERS = ['c++', 'g++', 'clang++'];

export interface Compiler {
  /** The program and the arguments that CXX gives with it. */
  readonly command: readonly [string, ...string[]];
  /** The first line of its --version. */
  readonly version: string;
}

interface Options {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The C++ compiler that CXX names, or the first on the PATH.
 *
 * @throws FolioError 'install' when there is none.
 */
export async function findCompiler(options: Options): Promise<Compiler> {
  const named = options.env['CXX']?.trim();
  const candidates = named ? [named] : COMPILERS;
  for (const candidate of candidates) {
    const [program = candidate, ...args] = candidate.split(/\s+/);
    const outcome = await run(program, [...args, '--version'], options);
    if (outcome.type === 'exited' && outcome.code === 0) {
      return { command: [program, ...args], version: outcome.stdout.split('\n')[0]?.trim() || candidate };
    }
    if (named) {
      throw new FolioError(
        'install',
        `The compiler that CXX names, "${named}", does not run (${describe(outcome)}).`,
        'Correct CXX, or unset it.',
      );
    }
  }
  throw new MissingProgram(
    {
      what: `a C++ compiler (looked for ${COMPILERS.join(', ')})`,
      debian: 'g++',
      elsewhere:
        process.platform === 'darwin'
          ? 'xcode-select --install brings a compiler'
          : 'a compiler is in the package gcc-c++ (Fedora) or gcc (Arch), or name one in CXX',
    },
    `There is no C++ compiler (looked for ${COMPILERS.join(', ')}).`,
    process.platform === 'darwin'
      ? 'Install one: xcode-select --install. Or name one in CXX.'
      : 'Install one (on Debian and Ubuntu: apt install g++; on Fedora: dnf install gcc-c++), or name one in CXX.',
  );
}

/**
 * Compiles and links the addon. Takes about 11 s.
 *
 * @param rpath where the addon looks for the libraries when it is loaded: absolute, or relative to itself
 * @throws FolioError 'install' with the end of the compiler's messages.
 */
export async function compileAddon(
  compiler: Compiler,
  input: {
    readonly include: string;
    readonly libraries: readonly string[];
    readonly rpath: string;
    readonly output: string;
  },
  options: Options,
): Promise<void> {
  const require = createRequire(import.meta.url);
  const binding = path.join(path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'binding');
  const nodeApi = path.join(path.dirname(require.resolve('node-api-headers/package.json')), 'include');
  const mac = process.platform === 'darwin';
  const origin = mac ? '@loader_path' : '$ORIGIN';
  const [program, ...first] = compiler.command;
  const args = [
    ...first,
    // Node-API's functions are in the Node that loads the addon; macOS wants to be told that they come later.
    ...(mac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-fPIC']),
    '-O3',
    // So that loops with comparisons and roundings can be vectorized; no result changes by them.
    '-fno-math-errno',
    '-fno-trapping-math',
    '-ffp-contract=fast',
    '-std=c++17',
    '-DNAPI_VERSION=8',
    `-I${nodeApi}`,
    `-I${input.include}`,
    path.join(binding, 'tfjs_backend.cc'),
    path.join(binding, 'tfjs_binding.cc'),
    ...OWN_SOURCES,
    '-o',
    input.output,
    ...input.libraries,
    `-Wl,-rpath,${path.isAbsolute(input.rpath) ? input.rpath : `${origin}/${input.rpath}`}`,
  ];
  const folder = path.dirname(input.output);
  const outcome = await run(program, args, { ...options, env: { ...options.env, TMPDIR: folder } });
  if (outcome.type === 'exited' && outcome.code === 0) return;
  const said = outcome.type === 'not found' ? '' : lastLines(outcome.stderr || outcome.stdout, 20);
  throw new FolioError(
    'install',
    `Compiling TensorFlow's addon with ${program} failed (${describe(outcome)}):\n${said || '(it said nothing)'}`,
    /No space left/i.test(said)
      ? 'Free some space. Or put the cache elsewhere with FOLIO_CACHE.'
      : 'It needs a compiler for C++17 (GCC 8, Clang 7 or newer); name another one in CXX.',
  );
}
