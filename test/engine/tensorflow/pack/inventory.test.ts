import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BINDING_VERSION, platformName } from '../../../../src/main/engine/tensorflow/builds.ts';
import {
  inspectBuild,
  readManifest,
  verifyBuild,
  writeManifest,
} from '../../../../src/main/engine/tensorflow/cache.ts';
import { locateBuild } from '../../../../src/main/engine/tensorflow/locate.ts';
import { inventory, removeBuild, verifyAll } from '../../../../src/main/engine/tensorflow/pack/inventory.ts';
import { DRIVER, env, home, install, left, pack, putCpu, root, useCache } from './pack-harness.ts';

useCache();

// Elsewhere there is no pack, and no CPU build to take the addon from.
describe.runIf(platformName() === 'linux-x64')('what is installed', () => {
  it('is listed with its size and what is wrong with it', async () => {
    await install();
    const { installed, cudaPack } = await inventory(env(), pack);
    expect(installed.map(({ id, kind, problem }) => [id, kind, problem])).toEqual([
      [`2.21.0-cpu-${platformName()}`, 'cpu', null],
      [pack.id, 'cuda', null],
    ]);
    expect(installed[1]?.bytes).toBeGreaterThan(600_000);
    expect(cudaPack).toMatchObject({ id: pack.id, installed: true, downloadedBytes: 0 });
    writeFileSync(path.join(home, 'lib/libtensorflow_framework.so.2'), 'short');
    expect((await inventory(env(), pack)).installed[1]?.problem).toContain('has 5 bytes instead of 700');
  });

  it('is verified byte by byte', async () => {
    await install();
    expect(await verifyAll(env())).toEqual({});
    writeFileSync(path.join(home, 'lib/libtensorflow_framework.so.2'), 'F'.repeat(700));
    expect(await verifyAll(env())).toEqual({ [home]: expect.stringContaining('has changed since') as string });
  });

  it('is removed, and nothing else', async () => {
    await install();
    const bytes = (await inventory(env(), pack)).installed[1]?.bytes;
    expect(await removeBuild(pack.id, env())).toBe(bytes);
    expect(left()).toEqual([]);
    expect(inspectBuild(path.join(root, `2.21.0-cpu-${platformName()}`)).state).toBe('ready');
    for (const id of [pack.id, '..', 'downloads-x', '2.21.0-cuda-../..']) {
      await expect(removeBuild(id, env())).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  it('gets the addon of a new Folio without being fetched again', async () => {
    await install();
    await putCpu('a newer addon');
    const manifest = readManifest(home);
    if (typeof manifest === 'string') throw new Error(manifest);
    await writeManifest(home, { ...manifest, binding: '1.0.0+old' });
    expect(locateBuild(env(), DRIVER).manifest).toMatchObject({ kind: 'cuda', binding: BINDING_VERSION });
    expect(readFileSync(path.join(home, 'tfjs_binding.node'), 'utf8')).toBe('a newer addon');
    expect(await verifyBuild(home)).toBeNull();
    expect(readdirSync(home).filter((name) => /\.\d+$/.test(name))).toEqual([]);
  });
});
