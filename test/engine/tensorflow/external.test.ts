import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findExternalLibrary } from '../../../src/main/engine/tensorflow/external.ts';
import { installTensorFlow } from '../../../src/main/engine/tensorflow/install.ts';
import { locateBuild, tensorFlowStatus } from '../../../src/main/engine/tensorflow/locate.ts';
import { onMachine } from './fakes.ts';

/** Writes empty-handed but existing files below a folder. */
function lay(root: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), 'x');
  }
}

const HEADER = 'include/tensorflow/c/c_api.h';
const PACKAGE = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', HEADER];

describe('findExternalLibrary', () => {
  it.each([
    ["Python's package", PACKAGE, '.', ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'], 'include'],
    [
      'site-packages',
      PACKAGE.map((file) => `tensorflow/${file}`),
      'tensorflow',
      ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
      'tensorflow/include',
    ],
    [
      "TensorFlow's C package",
      ['lib/libtensorflow.so.2', 'lib/libtensorflow_framework.so.2', HEADER],
      'lib',
      ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
      'include',
    ],
  ])('finds libraries and headers in %s', (_what, files, folder, names, include) =>
    onMachine((machine) => {
      lay(machine.home, files);
      const found = findExternalLibrary(machine.home, 'linux');
      expect(found.libraries).toEqual(names.map((name) => path.join(machine.home, folder, name)));
      expect(found.include).toBe(path.join(machine.home, include));
    }),
  );

  it.each([
    ['the core library', PACKAGE.slice(1), /neither it nor its lib\/ or tensorflow\/ has libtensorflow_cc\.so\.2/],
    ['the framework library', [PACKAGE[0] ?? '', HEADER], /libtensorflow_framework\.so\.2 is missing beside/],
    ['the headers', PACKAGE.slice(0, 2), /headers are missing/],
  ])('names %s when it is missing', (_what, files, message) =>
    onMachine((machine) => {
      lay(machine.home, files);
      expect(() => findExternalLibrary(machine.home, 'linux')).toThrow(
        expect.objectContaining({ code: 'engine', message: expect.stringMatching(message) as string }),
      );
    }),
  );

  it('gives another name to a library that has changed', () =>
    onMachine((machine) => {
      lay(machine.home, PACKAGE);
      const before = findExternalLibrary(machine.home, 'linux').id;
      expect(findExternalLibrary(machine.home, 'linux').id).toBe(before);
      utimesSync(path.join(machine.home, 'libtensorflow_cc.so.2'), 1, 1);
      expect(findExternalLibrary(machine.home, 'linux').id).not.toBe(before);
    }));
});

it.runIf(process.platform === 'linux')(
  'FOLIO_LIBTENSORFLOW: only the addon is compiled, and the library stays where it is',
  () =>
    onMachine(async (machine) => {
      lay(machine.home, PACKAGE);
      const env = machine.env({ FOLIO_LIBTENSORFLOW: machine.home });
      expect(tensorFlowStatus(env)).toMatchObject({
        installed: false,
        reason: expect.stringContaining('not compiled yet') as string,
      });

      const details = await installTensorFlow({ build: 'cpu', env, node: machine.node });

      expect(details['build']).toMatch(/^external-[0-9a-f]{16}$/);
      expect(machine.calls('pip')).toEqual([]);
      const [compile = ''] = machine.calls('cxx');
      expect(compile).toContain(`-I${machine.home}/include`);
      expect(compile).toContain(`-Wl,-rpath,${machine.home}`);
      expect(locateBuild(env).manifest.kind).toBe('external');
      expect(tensorFlowStatus(env).installed).toBe(true);

      // A library that was replaced needs a new addon: the old one is not loaded with it.
      writeFileSync(path.join(machine.home, 'libtensorflow_cc.so.2'), 'another');
      expect(tensorFlowStatus(env).installed).toBe(false);
    }),
);
