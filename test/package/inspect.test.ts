import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackageWithOptions } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FUSE_WIRE } from '../../scripts/package/fuse-wire.ts';
import { engineOf, inspect, places, sizes, wrongFuses } from '../../scripts/package/inspect.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-inspect-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const target = { platform: 'linux', arch: 'x64' } as const;

function write(base: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(base, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
}

describe('a package on disk', () => {
  test('is listed from its archive’s index, from beside it, and around it', async () => {
    const root = join(folder, 'checkout');
    const build = { 'out/main/main.js': 'import "./chunks/a-1.js";', 'out/main/chunks/a-1.js': `// ${root}/src` };
    write(root, build);
    const app = join(folder, 'app');
    cpSync(root, app, { recursive: true });
    write(app, { 'package.json': '{}', 'test/a.test.js': '' });
    const made = join(folder, 'linux-unpacked');
    mkdirSync(join(made, 'resources'), { recursive: true });
    await createPackageWithOptions(app, join(made, 'resources/app.asar'), { unpackDir: 'out/main/chunks' });
    write(made, {
      folio: 'binary',
      'resources/engine/tensorflow/one/manifest.json': '{}',
      'resources/LICENSE.txt': 'MIT',
    });

    const problems = inspect(made, root, { target, engine: null, notices: false });
    expect(problems.filter((problem) => !problem.startsWith('missing'))).toEqual([
      'too much in the archive: test/a.test.js',
      'too much in resources: engine/tensorflow/one/manifest.json',
      `out/main/chunks/a-1.js names ${root}`,
    ]);
    expect(problems.some((problem) => problem.includes('out/main/'))).toBe(true);
    expect(problems).not.toContain('missing in beside the archive: out/main/chunks/a-1.js');
    expect(engineOf(join(made, 'resources/engine'))).toBe('one');
    const parts = new Map(sizes(made, target));
    expect(parts.get('Electron')).toBe('binary'.length);
    expect(parts.get('licenses')).toBe(3);
    expect(parts.get('TensorFlow and its addon')).toBe(2);
  });

  test('lies where each system has it', () => {
    expect(places('made', { platform: 'darwin', arch: 'x64' }).resources).toBe(
      join('made', 'Folio.app', 'Contents', 'Resources'),
    );
    expect(places('made', { platform: 'win32', arch: 'x64' }).binary).toBe(join('made', 'Folio.exe'));
  });
});

describe('fuses', () => {
  test('as Electron ships them are told one by one; as configured nothing is told', async () => {
    const binary = join(folder, 'folio');
    writeFileSync(binary, Buffer.concat([Buffer.from('a program'), FUSE_WIRE, Buffer.from('and more of it')]));
    expect(await wrongFuses(binary)).toEqual([
      'the fuse RunAsNode is not off',
      'the fuse EnableCookieEncryption is not on',
      'the fuse EnableNodeOptionsEnvironmentVariable is not off',
      'the fuse EnableNodeCliInspectArguments is not off',
      'the fuse EnableEmbeddedAsarIntegrityValidation is not on',
      'the fuse OnlyLoadAppFromAsar is not on',
      'the fuse GrantFileProtocolExtraPrivileges is not off',
    ]);
    await flipFuses(binary, {
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
    });
    expect(await wrongFuses(binary)).toEqual([]);
  });
});
