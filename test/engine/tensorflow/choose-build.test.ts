import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBinding } from '../../../src/main/engine/tensorflow/binding.ts';
import { BINDING_VERSION, platformName } from '../../../src/main/engine/tensorflow/builds.ts';
import { writeManifest } from '../../../src/main/engine/tensorflow/cache.ts';
import { chooseBuild, tensorFlowStatus } from '../../../src/main/engine/tensorflow/locate.ts';

const DRIVER = { found: true, what: 'the NVIDIA driver 570' } as const;
const NONE = { found: false, reason: 'no NVIDIA driver is loaded' } as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'folio-choose-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bundled = (): string => path.join(folder, 'bundled');
const cache = (): string => path.join(folder, 'cache', 'tensorflow');
const env = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  FOLIO_CACHE: path.join(folder, 'cache'),
  FOLIO_BUNDLED_ENGINES: bundled(),
  ...more,
});

/** A build whose files are text. */
async function put(root: string, kind: 'cpu' | 'cuda', binding = BINDING_VERSION): Promise<string> {
  const home = path.join(root, `2.21.0-${kind}-${platformName()}`);
  mkdirSync(path.join(home, 'lib'), { recursive: true });
  const files = ['tfjs_binding.node', 'lib/libtensorflow_cc.so.2'].map((name) => {
    const content = `${name} of ${home}`;
    writeFileSync(path.join(home, name), content);
    return { path: name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  await writeManifest(home, {
    format: 1,
    id: path.basename(home),
    kind,
    version: '2.21.0',
    binding,
    compiler: 'c++ 1.0',
    wheelSha256: '0'.repeat(64),
    installedAt: new Date(0).toISOString(),
    files,
  });
  return home;
}

function chosen(
  more?: Readonly<Record<string, string>>,
  nvidia: typeof DRIVER | typeof NONE = NONE,
): { folder: string; why: string } {
  const { build, why } = chooseBuild(env(more), nvidia);
  return { folder: build.folder, why };
}

describe.runIf(platformName() === 'linux-x64')('chooseBuild', () => {
  it('takes what came with Folio before what is in the cache', async () => {
    const cached = await put(cache(), 'cpu');
    expect(chosen()).toEqual({ folder: cached, why: 'it is installed' });
    const own = await put(bundled(), 'cpu');
    expect(chosen()).toEqual({ folder: own, why: 'it came with Folio' });
    expect(chosen({ FOLIO_TENSORFLOW_BUILD: 'cpu' })).toEqual({
      folder: own,
      why: 'it came with Folio; FOLIO_TENSORFLOW_BUILD=cpu asks for it',
    });
    expect(tensorFlowStatus(env())).toMatchObject({
      installed: true,
      details: { chosen: 'it came with Folio', folder: own },
    });
  });

  it('takes the CUDA build where there is a driver, and says why not where there is none', async () => {
    const own = await put(bundled(), 'cpu');
    const cuda = await put(cache(), 'cuda');
    expect(chosen({}, DRIVER)).toEqual({ folder: cuda, why: 'the CUDA build, as there is the NVIDIA driver 570' });
    expect(chosen()).toEqual({
      folder: own,
      why: `it came with Folio; the CUDA build in ${cuda} is left alone, as no NVIDIA driver is loaded`,
    });
    expect(chosen({ FOLIO_TENSORFLOW_BUILD: 'cpu' }, DRIVER).folder).toBe(own);
    expect(chosen({ FOLIO_TENSORFLOW_BUILD: 'cuda' }).folder).toBe(cuda);
  });

  it('leaves a damaged CUDA build alone and says so', async () => {
    const own = await put(bundled(), 'cpu');
    const cuda = await put(cache(), 'cuda');
    truncateSync(path.join(cuda, 'lib/libtensorflow_cc.so.2'), 1);
    expect(chosen({}, DRIVER)).toEqual({
      folder: own,
      why: expect.stringMatching(/left alone, as it is damaged: lib\/libtensorflow_cc\.so\.2 has 1 bytes/) as string,
    });
  });

  it('never replaces a damaged one of Folio’s own in silence, and says what to do', async () => {
    truncateSync(path.join(await put(bundled(), 'cpu'), 'tfjs_binding.node'), 3);
    await put(cache(), 'cpu');
    const error = { code: 'engine', hint: 'Install Folio again.' };
    expect(() => chooseBuild(env(), NONE)).toThrow(
      expect.objectContaining({
        ...error,
        message: expect.stringMatching(
          /The TensorFlow that came with Folio is damaged: tfjs_binding\.node has 3 bytes/,
        ) as string,
      }),
    );
    await put(bundled(), 'cpu');
    // Its files are text: it does not load.
    expect(() => loadBinding(env())).toThrow(expect.objectContaining(error));
  });

  it('does not give a CUDA build an addon of another Folio', async () => {
    const own = await put(bundled(), 'cpu', '1.0.0+old');
    await put(cache(), 'cuda', '1.0.0+old');
    expect(() => chooseBuild(env(), DRIVER)).toThrow(
      /came with Folio is damaged: it was built for version 1\.0\.0\+old/,
    );
    rmSync(own, { recursive: true });
    await put(cache(), 'cpu');
    expect(chosen({}, DRIVER).folder).toBe(path.join(cache(), `2.21.0-cuda-${platformName()}`));
  });
});
