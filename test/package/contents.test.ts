import { describe, expect, test } from 'vitest';
import { pinnedBuild } from '../../src/main/engine/tensorflow/builds.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { configuration, loweredConfiguration, requireEngine } from '../../scripts/package/configuration.ts';
import { gap, hasEngine, nativePackages, ownTarget, type Target } from '../../scripts/package/contents.ts';

const TARGETS: readonly Target[] = (['linux', 'darwin', 'win32'] as const).flatMap((platform) =>
  (['x64', 'arm64'] as const).map((arch) => ({ platform, arch })),
);

describe('the engine in a package', () => {
  test.each(TARGETS)('$platform-$arch has one where a build of TensorFlow is pinned', ({ platform, arch }) => {
    let pinned = true;
    try {
      pinnedBuild('cpu', `${platform}-${arch}`);
    } catch (error) {
      if (!(error instanceof FolioError)) throw error;
      pinned = false;
    }
    expect(hasEngine({ platform, arch })).toBe(pinned);
  });

  test('a package that should carry it is not made without it', () => {
    expect(() => requireEngine('darwin', 'arm64')).toThrow(/dist\/engine\/darwin-arm64 is not there/);
    expect(() => requireEngine('win32', 'x64')).not.toThrow();
    expect(() => requireEngine('freebsd', 'x64')).toThrow(/no package of Folio for freebsd/);
    expect(() => requireEngine('linux', undefined)).toThrow(/no package/);
  });
});

describe('the configuration', () => {
  test('sets every fuse that makes a general program of Folio’s own', () => {
    expect(configuration().electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  test('compiles, fetches and publishes nothing', () => {
    expect(configuration().npmRebuild).toBe(false);
    expect(configuration().publish).toBeNull();
    expect(configuration().asar).toBe(true);
  });

  test('names one system’s native code for each system', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const text = JSON.stringify(nativePackages(platform));
      for (const other of ['linux', 'darwin', 'win32'].filter((name) => name !== platform)) {
        expect(text).not.toContain(other);
      }
      expect(text).toContain(`${platform}-${gap('arch')}.node`);
    }
  });

  test('the lowered program has the same but for its build and its fuses', () => {
    const real = configuration();
    const { files, asarUnpack, electronFuses } = real;
    const extraMetadata: unknown = real.extraMetadata;
    expect({ ...loweredConfiguration(), files, asarUnpack, electronFuses, extraMetadata }).toEqual(real);
    expect(loweredConfiguration().electronFuses).toBeNull();
    expect(loweredConfiguration().asarUnpack).not.toEqual(asarUnpack);
  });
});

test('a machine that there are no packages for is named', () => {
  expect(ownTarget('linux', 'arm64')).toEqual({ platform: 'linux', arch: 'arm64' });
  expect(() => ownTarget('linux', 'riscv64')).toThrow('this is linux on riscv64');
  expect(() => ownTarget('freebsd', 'x64')).toThrow('this is freebsd on x64');
});
