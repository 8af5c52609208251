import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BINDING_VERSION, HAS_SOURCES, pinnedBuild } from '../../../src/main/engine/tensorflow/builds.ts';
import { bindingVersionOf } from '../../../src/main/engine/tensorflow/native-version.ts';

describe('pinnedBuild', () => {
  it.each([
    ['cpu', 'linux-x64', 'tensorflow-cpu'],
    ['cuda', 'linux-x64', 'tensorflow'],
    ['cpu', 'linux-arm64', 'tensorflow'],
    ['cpu', 'darwin-arm64', 'tensorflow'],
  ] as const)('has a wheel for %s on %s', (kind, platform, project) => {
    const build = pinnedBuild(kind, platform);
    expect(build).toMatchObject({ id: `2.21.0-${kind}-${platform}`, kind, project });
    expect(build.wheelSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(build.libraries).toHaveLength(2);
  });

  it.each([
    ['cpu', 'win32-x64', 'Windows'],
    ['cuda', 'darwin-arm64', 'no CUDA build'],
    ['cpu', 'darwin-x64', 'for darwin-x64'],
  ] as const)('says why there is none for %s on %s', (kind, platform, reason) => {
    expect(() => pinnedBuild(kind, platform)).toThrow(
      expect.objectContaining({ code: 'install', message: expect.stringContaining(reason) as string }),
    );
  });
});

it('the addon is compiled from the binding that is in node_modules', () => {
  const manifest = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/package.json') as { version: string };
  expect(BINDING_VERSION.split('+')[0]).toBe(manifest.version); // after the +: the hash of Folio's own sources
});

describe('without the native sources, as in a package', () => {
  it('the version is the one that was written into the program, and nothing can be compiled', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'folio-package-'));
    try {
      const files = ['src/main/engine/tensorflow/builds.ts', 'src/main/engine/tensorflow/native-version.ts'];
      for (const file of [...files, 'src/main/program-files.ts', 'src/shared/errors.ts', 'package.json']) {
        cpSync(file, path.join(folder, file));
      }
      symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
      const script = `
        globalThis.__BINDING_VERSION__ = process.argv[2];
        const { BINDING_VERSION, HAS_SOURCES } = await import(process.argv[1]);
        console.log(JSON.stringify({ BINDING_VERSION, HAS_SOURCES }));
      `;
      const module = path.join(folder, 'src/main/engine/tensorflow/builds.ts');
      const said = execFileSync(process.execPath, ['--input-type=module', '-e', script, module, '4.22.0+abc'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(JSON.parse(said)).toEqual({ BINDING_VERSION: '4.22.0+abc', HAS_SOURCES: false });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

it('with them the version is theirs, whatever was written', () => {
  expect(HAS_SOURCES).toBe(true);
  expect(BINDING_VERSION).toBe(bindingVersionOf(path.resolve('src/main/engine/tensorflow/native')));
});
