import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  installTensorFlow,
  type InstallOptions,
  type InstallProgress,
} from '../../../src/main/engine/tensorflow/install.ts';
import { inspectBuild, verifyBuild } from '../../../src/main/engine/tensorflow/cache.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import { LIBRARIES, onMachine, pinFor, WHEEL_FILES, zip, type FakeMachine, type Program } from './fakes.ts';

function install(
  machine: FakeMachine,
  more: Partial<InstallOptions> & { readonly fake?: Readonly<Record<string, string>> } = {},
): Promise<Readonly<Record<string, string>>> {
  const { fake, ...options } = more;
  return installTensorFlow({
    build: 'cpu',
    env: machine.env(fake),
    pinned: pinFor(machine.wheel),
    freeBytes: () => Promise.resolve(1e12),
    node: machine.node,
    ...options,
  });
}

/** The FolioError that an installation fails with. */
async function failure(installation: Promise<unknown>): Promise<FolioError> {
  const error = await installation.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FolioError) return error;
  throw new Error(`expected a FolioError, got ${String(error)}`);
}

/** Resolves when the compiler has been called. */
async function compiling(machine: FakeMachine): Promise<void> {
  while (machine.calls('cxx').length === 0) await setTimeout(10);
}

const home = (machine: FakeMachine) => path.join(machine.cache, 'tensorflow', '9.9.9-cpu-test');

describe('installTensorFlow', () => {
  it('downloads, checks, unpacks what is needed, compiles, tries and publishes a whole folder', () =>
    onMachine(async (machine) => {
      const seen: InstallProgress[] = [];
      const details = await install(machine, { progress: (progress) => seen.push(progress) });

      expect(details).toMatchObject({
        version: '9.9.9',
        build: '9.9.9-cpu-test',
        compiler: 'fake c++ 1.0',
        device: 'CPU',
      });
      expect(machine.installed()).toEqual(['9.9.9-cpu-test']);
      expect(inspectBuild(home(machine)).state).toBe('ready');
      expect(await verifyBuild(home(machine))).toBeNull();
      expect(readFileSync(path.join(home(machine), 'lib/libtensorflow_cc.so.2'), 'utf8')).toBe(
        LIBRARIES['tensorflow/libtensorflow_cc.so.2'],
      );
      expect(readFileSync(path.join(home(machine), 'include/tensorflow/c/eager/c_api.h'), 'utf8')).toContain('eager');
      expect(() => readFileSync(path.join(home(machine), 'include/Eigen/Core.h'))).toThrow('ENOENT');
      // Whoever hands the library on hands its licences on.
      expect(readFileSync(path.join(home(machine), 'notices/include/LICENSE'), 'utf8')).toContain('its licence');
      expect(readFileSync(path.join(home(machine), 'notices/THIRD_PARTY_NOTICES.txt'), 'utf8')).toContain('of others');

      expect([...new Set(seen.map(({ phase }) => phase))]).toEqual([
        'download',
        'verify',
        'unpack',
        'compile',
        'check',
      ]);
      for (const phase of ['verify', 'unpack'] as const) {
        const last = seen.findLast((progress) => progress.phase === phase);
        expect(last?.done).toBe(last?.total);
      }
    }));

  it('asks pip for the pinned wheel only, and links with a path that survives moving the cache', () =>
    onMachine(async (machine) => {
      await install(machine);
      const [pip = '', ...again] = machine.calls('pip');
      expect(again).toEqual([]);
      expect(pip).toContain('--no-deps --only-binary=:all:');
      expect(pip).toContain('--python-version 3.12 --platform manylinux_2_27_x86_64');
      expect(pip).toMatch(/ tensorflow-cpu==9\.9\.9$/);
      const [compile = ''] = machine.calls('cxx');
      expect(compile).toContain(
        process.platform === 'darwin' ? '-Wl,-rpath,@loader_path/lib' : '-Wl,-rpath,$ORIGIN/lib',
      );
      expect(compile).toContain('-DNAPI_VERSION=8');
    }));

  it('says so when the CUDA build has no GPU to use', () =>
    onMachine(async (machine) => {
      const pinned = { ...pinFor(machine.wheel), kind: 'cuda' as const };
      expect((await install(machine, { pinned }))['warning']).toContain('found no GPU');
    }));

  it('does nothing when the build is there and whole', () =>
    onMachine(async (machine) => {
      await install(machine);
      const details = await install(machine);
      expect(details).toMatchObject({ build: '9.9.9-cpu-test' });
      expect(machine.calls('pip')).toHaveLength(1);
    }));

  it.each([
    ['a byte of a library has changed', 'lib/libtensorflow_cc.so.2', 'C'.repeat(5000)],
    ['a library is truncated', 'lib/libtensorflow_framework.so.2', 'fff'],
    ['the manifest is cut off', 'manifest.json', '{"format": 1, '],
    ['the addon is empty', 'tfjs_binding.node', ''],
  ])('installs again when %s', (_what, file, content) =>
    onMachine(async (machine) => {
      await install(machine);
      writeFileSync(path.join(home(machine), file), content);
      await install(machine);
      expect(machine.calls('pip')).toHaveLength(2);
      expect(await verifyBuild(home(machine))).toBeNull();
      expect(machine.installed()).toEqual(['9.9.9-cpu-test']);
    }),
  );

  it('clears away what a dead installation left', () =>
    onMachine(async (machine) => {
      mkdirSync(path.join(machine.cache, 'tensorflow', 'staging-dead', 'download'), { recursive: true });
      writeFileSync(path.join(machine.cache, 'tensorflow', 'staging-dead', 'download', 'half.whl'), 'half');
      mkdirSync(path.join(machine.cache, 'tensorflow', 'retired-dead'));
      await install(machine);
      expect(machine.installed()).toEqual(['9.9.9-cpu-test']);
    }));

  it('waits while another installation is under way, and downloads once', () =>
    onMachine(async (machine) => {
      const phases: string[] = [];
      const started = Promise.withResolvers<void>();
      const first = install(machine, {
        fake: { FAKE_PIP: 'gate' },
        progress: ({ phase }) => {
          if (phase === 'download') started.resolve();
        },
      });
      await started.promise;
      const second = install(machine, {
        progress: ({ phase }) => {
          phases.push(phase);
          if (phase === 'wait') machine.openGate();
        },
      });
      await Promise.all([first, second]);
      expect(phases[0]).toBe('wait');
      expect(machine.calls('pip')).toHaveLength(1);
      expect(machine.installed()).toEqual(['9.9.9-cpu-test']);
    }));
});

describe('a failed installation says why, and leaves nothing', () => {
  interface Case {
    readonly name: string;
    readonly programs?: readonly Program[];
    readonly fake?: Readonly<Record<string, string>>;
    readonly options?: Partial<InstallOptions>;
    readonly wheel?: Uint8Array;
    /** Whether the served wheel is also the pinned one. */
    readonly pin?: boolean;
    readonly message: RegExp;
    readonly hint: RegExp;
  }
  const whole = zip(WHEEL_FILES);
  const altered = Buffer.from(whole);
  altered[100] = 0x42;
  const { 'tensorflow/libtensorflow_cc.so.2': _dropped, ...withoutCore } = WHEEL_FILES;
  const cases: readonly Case[] = [
    {
      name: 'no Python',
      programs: ['c++', 'node'],
      message: /Python is not installed/,
      hint: /apt install python3-pip/,
    },
    {
      name: 'no Python and no compiler, both at once',
      programs: ['node'],
      message: /a C\+\+ compiler \(looked for c\+\+, g\+\+, clang\+\+\); and Python 3 with pip/,
      hint: /^Install both first\. On Debian and Ubuntu: apt install g\+\+ python3-pip\. Elsewhere: .*gcc-c\+\+.*Fedora/,
    },
    {
      name: 'no pip and no compiler, both at once',
      programs: ['python3', 'node'],
      fake: { FAKE_PIP: 'missing' },
      message: /a C\+\+ compiler .*; and pip for python3/,
      hint: /apt install g\+\+ python3-pip\. .*python3 -m ensurepip/,
    },
    {
      name: 'no compiler and too little disk space, both at once',
      programs: ['python3', 'node'],
      options: { freeBytes: () => Promise.resolve(1e6) },
      message: /no C\+\+ compiler .* And: There is not enough space/,
      hint: /apt install g\+\+.*FOLIO_CACHE/,
    },
    { name: 'no pip', fake: { FAKE_PIP: 'missing' }, message: /python3 has no pip/, hint: /ensurepip/ },
    { name: 'no network', fake: { FAKE_PIP: 'offline' }, message: /exit code 1[^]*Could not connect/, hint: /network/ },
    { name: 'no such wheel', fake: { FAKE_PIP: 'unknown' }, message: /No matching distribution/, hint: /update pip/ },
    { name: 'no wheel from pip', fake: { FAKE_PIP: 'nothing' }, message: /left 0 wheels/, hint: /Update pip/ },
    {
      name: 'a truncated wheel',
      wheel: whole.subarray(0, 3000),
      message: /has 3000 bytes instead of \d+: .*cut short/,
      hint: /Try again/,
    },
    {
      name: 'a wheel with another hash',
      wheel: altered,
      message: /SHA-256 [0-9a-f]{64} instead of/,
      hint: /Nothing of the file was used/,
    },
    {
      name: 'a wheel without the library',
      wheel: zip(withoutCore),
      pin: true,
      message: /no tensorflow\/libtensorflow_cc/,
      hint: /^$/,
    },
    {
      name: 'a wheel with another library',
      wheel: zip({ ...WHEEL_FILES, 'tensorflow/libtensorflow_cc.so.2': 'short' }),
      pin: true,
      message: /libtensorflow_cc\.so\.2 in the wheel has 5 bytes instead of 5000/,
      hint: /^$/,
    },
    {
      name: 'a pinned file that is no zip',
      wheel: Buffer.from('not a zip at all'),
      pin: true,
      message: /failed: .*central directory/i,
      hint: /report it/,
    },
    {
      name: 'no compiler',
      programs: ['python3', 'node'],
      message: /no C\+\+ compiler .*c\+\+, g\+\+, clang\+\+/,
      hint: /CXX/,
    },
    {
      name: 'a CXX that is not there',
      fake: { CXX: 'nothere -O1' },
      message: /CXX names, "nothere -O1", does not run \(ENOENT\)/,
      hint: /Correct CXX/,
    },
    { name: 'a compile error', fake: { FAKE_CXX: 'error' }, message: /no such luck/, hint: /C\+\+17/ },
    {
      name: 'a library for a newer system',
      fake: { FAKE_NODE: 'dies' },
      message: /does not run on this machine \(exit code 1\)[^]*GLIBC/,
      hint: /newer Linux/,
    },
    { name: 'a library that crashes', fake: { FAKE_NODE: 'killed' }, message: /ended by SIGKILL/, hint: /wasm/ },
    {
      name: 'a library that computes wrongly',
      fake: { FAKE_NODE: 'wrong' },
      message: /computes wrongly/,
      hint: /wasm/,
    },
    { name: 'a trial that says nonsense', fake: { FAKE_NODE: 'chatter' }, message: /unexpected: hello/, hint: /wasm/ },
    {
      name: 'another version than the wheel',
      fake: { FAKE_NODE: 'other' },
      message: /8\.8\.8, not 9\.9\.9/,
      hint: /^$/,
    },
    {
      name: 'too little disk space',
      options: { freeBytes: () => Promise.resolve(1e6) },
      message: /not enough space in .*takes 150 MB.* 1 MB are free/,
      hint: /FOLIO_CACHE/,
    },
  ];
  it.each(cases)('$name', ({ programs, fake, options, wheel, pin, message, hint }) =>
    onMachine(async (machine) => {
      if (wheel !== undefined) machine.serve(wheel);
      const pinned = pinFor(pin === true && wheel !== undefined ? wheel : machine.wheel);
      const error = await failure(install(machine, { pinned, ...(fake ? { fake } : {}), ...options }));
      expect(error.code).toBe('install');
      expect(error.message).toMatch(message);
      expect(error.hint ?? '').toMatch(hint);
      expect(machine.installed()).toEqual([]);
    }, programs),
  );

  it('a cache that cannot be a folder', () =>
    onMachine(async (machine) => {
      writeFileSync(machine.cache, 'in the way');
      const error = await failure(install(machine));
      expect(error).toMatchObject({ code: 'install', hint: expect.stringContaining('FOLIO_CACHE') as string });
      expect(error.message).toContain('cannot be written');
    }));

  it('a FOLIO_LIBTENSORFLOW that is not there, before anything is done', () =>
    onMachine(async (machine) => {
      const error = await failure(
        installTensorFlow({ build: 'cuda', env: machine.env({ FOLIO_LIBTENSORFLOW: '/nowhere/at/all' }) }),
      );
      expect(error.message).toContain('FOLIO_LIBTENSORFLOW=/nowhere/at/all: there is no such folder');
      expect(machine.installed()).toEqual([]);
    }));

  it('keeps the build that is there when its replacement fails', () =>
    onMachine(async (machine) => {
      await install(machine);
      writeFileSync(path.join(home(machine), 'manifest.json'), '{}');
      await failure(install(machine, { fake: { FAKE_CXX: 'error' } }));
      expect(machine.installed()).toEqual(['9.9.9-cpu-test']);
    }));
});

describe('a cancelled installation ends what it started, and leaves nothing', () => {
  it.each([
    // The hanging program holds its output open in a grandchild: the installation could not return with that one alive.
    ['a download that hangs', 'download', { FAKE_PIP: 'hang' }],
    ['the check of the download', 'verify', {}],
    ['unpacking', 'unpack', {}],
    ['a compiler that hangs', 'compile', { FAKE_CXX: 'hang' }],
    ['the trial', 'check', {}],
  ] as const)('during %s', (_what, phase, fake) =>
    onMachine(async (machine) => {
      const controller = new AbortController();
      const error = await failure(
        install(machine, {
          fake,
          signal: controller.signal,
          progress: (progress) => {
            const begun = phase !== 'download' || progress.done > 0;
            if (progress.phase !== phase || !begun) return;
            if (phase === 'compile') void compiling(machine).then(() => controller.abort());
            else controller.abort();
          },
        }),
      );
      expect(error.code).toBe('cancelled');
      expect(machine.installed()).toEqual([]);
    }),
  );

  it('while it waits for another', () =>
    onMachine(async (machine) => {
      const started = Promise.withResolvers<void>();
      const first = install(machine, {
        fake: { FAKE_PIP: 'gate' },
        progress: ({ phase }) => {
          if (phase === 'download') started.resolve();
        },
      });
      await started.promise;
      const controller = new AbortController();
      const error = await failure(install(machine, { signal: controller.signal, progress: () => controller.abort() }));
      expect(error.code).toBe('cancelled');
      machine.openGate();
      await first;
      expect(machine.installed()).toEqual(['9.9.9-cpu-test']);
    }));

  it('before it began', () =>
    onMachine(async (machine) => {
      const error = await failure(install(machine, { signal: AbortSignal.abort() }));
      expect(error.code).toBe('cancelled');
      expect(machine.calls('pip')).toEqual([]);
    }));
});
