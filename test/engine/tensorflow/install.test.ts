import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { InstallProgress } from '../../../src/main/engine/tensorflow/install.ts';
import { inspectBuild, verifyBuild } from '../../../src/main/engine/tensorflow/cache.ts';
import { LIBRARIES, onMachine, pinFor, type FakeMachine } from './fakes.ts';
import { failure, home, install } from './install-harness.ts';

/** Resolves when the compiler has been called. */
async function compiling(machine: FakeMachine): Promise<void> {
  while (machine.calls('cxx').length === 0) await setTimeout(10);
}

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
