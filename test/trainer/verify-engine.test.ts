import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BINDING_VERSION, pinnedBuild } from '../../src/main/engine/tensorflow/builds.ts';
import { writeManifest } from '../../src/main/engine/tensorflow/cache.ts';
import { ADDON_NAME } from '../../src/main/engine/tensorflow/paths.ts';
import { verifyEngine } from '../../src/main/trainer/verify-engine.ts';

let cache: string;
let build: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'folio-test-'));
  vi.stubEnv('FOLIO_CACHE', cache);
  vi.stubEnv('FOLIO_LIBTENSORFLOW', '');
  vi.stubEnv('FOLIO_TENSORFLOW_BUILD', '');
  build = join(cache, 'tensorflow', pinnedBuild('cpu', 'linux-x64').id);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

/** As an installation leaves it: an addon and a library, and their hashes. */
async function install(): Promise<void> {
  mkdirSync(build, { recursive: true });
  const files = [ADDON_NAME, 'libtensorflow.so'].map((path) => {
    writeFileSync(join(build, path), path);
    return { path, bytes: path.length, sha256: createHash('sha256').update(path).digest('hex') };
  });
  await writeManifest(build, {
    format: 1,
    id: 'a-build',
    kind: 'cpu',
    version: '2.21.0',
    binding: BINDING_VERSION,
    compiler: 'c++',
    wheelSha256: null,
    installedAt: '2026-01-01T00:00:00Z',
    files,
  });
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'the files of the native engine (skipped: where there is another build)',
  () => {
    it('are read whole', async () => {
      await install();
      expect(await verifyEngine()).toEqual({
        type: 'engine-verified',
        version: '2.21.0',
        build: 'a-build',
        files: 2,
        bytes: ADDON_NAME.length + 16,
        wrong: null,
        missing: null,
      });
    });

    it('are wrong when one byte is', async () => {
      await install();
      writeFileSync(join(build, 'libtensorflow.so'), 'libtensorflow.sO');
      expect((await verifyEngine()).wrong).toMatch(/^libtensorflow.so has changed since it was installed/);
    });

    it('are wrong when a part is missing, and not there when all is', async () => {
      await install();
      rmSync(join(build, 'libtensorflow.so'));
      expect(await verifyEngine()).toMatchObject({
        version: null,
        wrong: expect.stringContaining('libtensorflow.so is missing') as string,
      });
      rmSync(build, { recursive: true });
      expect(await verifyEngine()).toMatchObject({
        wrong: null,
        missing: expect.stringContaining('not installed') as string,
      });
    });

    it('are wrong when the environment asks for a build that does not exist', async () => {
      vi.stubEnv('FOLIO_TENSORFLOW_BUILD', 'gpu');
      expect((await verifyEngine()).wrong).toContain('FOLIO_TENSORFLOW_BUILD is "gpu".');
    });
  },
);
