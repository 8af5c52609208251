/** A new Folio compiles its addon anew and downloads nothing; what cannot be trusted is downloaded again. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectBuild, verifyBuild } from '../../../src/main/engine/tensorflow/cache.ts';
import { installTensorFlow, type InstallOptions } from '../../../src/main/engine/tensorflow/install.ts';
import { wholeLibraries } from '../../../src/main/engine/tensorflow/reuse.ts';
import { type FakeMachine, onMachine, pinFor, WHEEL_FILES, zip } from './fakes.ts';

const WHEEL = zip({
  ...WHEEL_FILES,
  'tensorflow/include/tensorflow/c/kernels.h': '// kernels\n',
  'tensorflow/include/tsl/platform/platform.h': '// the platform\n',
});
const PINNED = pinFor(WHEEL);
const CORE = 'lib/libtensorflow_cc.so.2';

const homeOf = (machine: FakeMachine) => path.join(machine.cache, 'tensorflow', PINNED.id);
const inode = (machine: FakeMachine, name: string) => statSync(path.join(homeOf(machine), name)).ino;

function install(
  machine: FakeMachine,
  fake: Readonly<Record<string, string>> = {},
  more: Partial<InstallOptions> = {},
): Promise<Readonly<Record<string, string>>> {
  machine.serve(WHEEL);
  return installTensorFlow({
    build: 'cpu',
    env: machine.env(fake),
    pinned: PINNED,
    freeBytes: () => Promise.resolve(1e12),
    node: machine.node,
    ...more,
  });
}

/** Changes the manifest of what is installed. */
function edit(machine: FakeMachine, changes: Readonly<Record<string, unknown>>): void {
  const file = path.join(homeOf(machine), 'manifest.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }));
}

/** What an older Folio left: a whole build whose addon was compiled from other sources. */
async function outdated(machine: FakeMachine): Promise<void> {
  await install(machine);
  edit(machine, { binding: '4.22.0+before' });
  expect(inspectBuild(homeOf(machine)).state).toBe('broken');
}

describe('an addon that is out of date', () => {
  it('is compiled anew beside the libraries that are there, without a copy and without pip', () =>
    onMachine(async (machine) => {
      await outdated(machine);
      const before = inode(machine, CORE);
      // Nothing of this is needed any more: no pip, and no space for a download.
      const seen: string[] = [];
      await install(
        machine,
        { FAKE_PIP: 'missing' },
        { freeBytes: () => Promise.resolve(0), progress: ({ phase }) => seen.push(phase) },
      );
      expect(machine.calls('pip')).toHaveLength(1);
      expect(machine.calls('cxx')).toHaveLength(2);
      expect(inode(machine, CORE)).toBe(before);
      expect(await verifyBuild(homeOf(machine))).toBeNull();
      expect(machine.installed()).toEqual([PINNED.id]);
      expect(new Set(seen)).toEqual(new Set(['verify', 'compile', 'check']));
      for (const header of ['tensorflow/c/kernels.h', 'tsl/platform/platform.h', 'tensorflow/c/eager/c_api.h']) {
        expect(statSync(path.join(homeOf(machine), 'include', header)).size).toBeGreaterThan(0);
      }
      expect(statSync(path.join(homeOf(machine), 'notices/THIRD_PARTY_NOTICES.txt')).size).toBeGreaterThan(0);
      // Headers and libraries are where the compiler is told to look.
      const [, compile = ''] = machine.calls('cxx');
      expect(compile).toMatch(/-I\S+staging-\S+include/);
      expect(compile).toMatch(/\S+staging-\S+libtensorflow_cc\.so\.2/);
    }));

  it('can be out of date again and again', () =>
    onMachine(async (machine) => {
      await outdated(machine);
      await install(machine);
      edit(machine, { binding: '4.22.0+another' });
      await install(machine);
      expect(machine.calls('pip')).toHaveLength(1);
      expect(inspectBuild(homeOf(machine)).state).toBe('ready');
    }));

  it('damaged in place is compiled anew, too', () =>
    onMachine(async (machine) => {
      await install(machine);
      writeFileSync(path.join(homeOf(machine), 'tfjs_binding.node'), 'not an addon');
      await install(machine);
      expect(machine.calls('pip')).toHaveLength(1);
      expect(await verifyBuild(homeOf(machine))).toBeNull();
    }));

  it('stays as it was when the new one does not compile', () =>
    onMachine(async (machine) => {
      await outdated(machine);
      await expect(install(machine, { FAKE_CXX: 'error' })).rejects.toMatchObject({ code: 'install' });
      expect(machine.installed()).toEqual([PINNED.id]);
      expect(readFileSync(path.join(homeOf(machine), CORE), 'utf8')).toBe('c'.repeat(5000));
      await install(machine);
      expect(machine.calls('pip')).toHaveLength(1);
    }));
});

describe('libraries that cannot be trusted are downloaded again', () => {
  it.each<[string, (machine: FakeMachine) => void]>([
    ['a byte of one has changed', (machine) => writeFileSync(path.join(homeOf(machine), CORE), 'C'.repeat(5000))],
    ['one is missing', (machine) => rmSync(path.join(homeOf(machine), CORE))],
    ['one is cut short', (machine) => writeFileSync(path.join(homeOf(machine), CORE), 'c')],
    [
      'a header that is needed now was not unpacked then',
      (machine) => rmSync(path.join(homeOf(machine), 'include/tensorflow/c/kernels.h')),
    ],
    ['there are no headers', (machine) => rmSync(path.join(homeOf(machine), 'include'), { recursive: true })],
    ['they came from another wheel', (machine) => edit(machine, { wheelSha256: 'a'.repeat(64) })],
    ['they came from no wheel', (machine) => edit(machine, { wheelSha256: null })],
    ['the manifest is damaged', (machine) => edit(machine, { files: 'none' })],
    ['the manifest names no library', (machine) => edit(machine, { files: [] })],
  ])('%s', (_what, spoil) =>
    onMachine(async (machine) => {
      await outdated(machine);
      spoil(machine);
      await install(machine);
      expect(machine.calls('pip')).toHaveLength(2);
      expect(await verifyBuild(homeOf(machine))).toBeNull();
      expect(machine.installed()).toEqual([PINNED.id]);
    }),
  );
});

describe('wholeLibraries', () => {
  const signal = new AbortController().signal;

  it('names each with its hash, and counts the bytes that it read', () =>
    onMachine(async (machine) => {
      await outdated(machine);
      const done: number[] = [];
      const files = await wholeLibraries(homeOf(machine), PINNED, (bytes) => done.push(bytes), signal);
      expect(files?.map(({ path: name, bytes }) => [name, bytes])).toEqual([
        ['lib/libtensorflow_cc.so.2', 5000],
        ['lib/libtensorflow_framework.so.2', 700],
      ]);
      expect(done).toEqual([5000, 5700]);
    }));

  it('is null where nothing is installed', () =>
    onMachine(async (machine) => {
      expect(await wholeLibraries(homeOf(machine), PINNED, () => undefined, signal)).toBeNull();
    }));

  it('a cancelled look is no answer', () =>
    onMachine(async (machine) => {
      await outdated(machine);
      const cancelled = AbortSignal.abort();
      await expect(wholeLibraries(homeOf(machine), PINNED, () => undefined, cancelled)).rejects.toThrow();
      await expect(install(machine, {}, { signal: cancelled })).rejects.toMatchObject({ code: 'cancelled' });
      expect(machine.installed()).toEqual([PINNED.id]);
    }));
});
