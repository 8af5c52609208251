import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { BINDING_VERSION, pinnedBuild } from '../../../src/main/engine/tensorflow/builds.ts';

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
