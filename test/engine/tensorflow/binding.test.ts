import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { loadAddon, loadBinding } from '../../../src/main/engine/tensorflow/binding.ts';
import {
  BINDING_VERSION,
  pinnedBuild,
  platformName,
  type BuildKind,
} from '../../../src/main/engine/tensorflow/builds.ts';
import { inspectBuild, verifyBuild, writeManifest } from '../../../src/main/engine/tensorflow/cache.ts';
import { locateBuild, tensorFlowStatus } from '../../../src/main/engine/tensorflow/locate.ts';
import { FakeMachine } from './fakes.ts';
import fc from '../../property.ts';

const machine = new FakeMachine();
afterAll(() => machine.remove());
beforeEach(() => rmSync(machine.cache, { recursive: true, force: true }));

const env = (more: Readonly<Record<string, string>> = {}) => machine.env(more);
const folderOf = (kind: BuildKind) => path.join(machine.cache, 'tensorflow', `2.21.0-${kind}-${platformName()}`);

/** Puts a build into the cache whose files are text. */
async function put(kind: BuildKind, changes: { readonly binding?: string } = {}): Promise<string> {
  const folder = folderOf(kind);
  mkdirSync(path.join(folder, 'lib'), { recursive: true });
  const contents = { 'tfjs_binding.node': 'this is not machine code', 'lib/libtensorflow_cc.so.2': 'library' };
  const files = Object.entries(contents).map(([name, content]) => {
    writeFileSync(path.join(folder, name), content);
    return { path: name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  await writeManifest(folder, {
    format: 1,
    id: path.basename(folder),
    kind,
    version: '2.21.0',
    binding: changes.binding ?? BINDING_VERSION,
    compiler: 'c++ 1.0',
    wheelSha256: '0'.repeat(64),
    installedAt: new Date(0).toISOString(),
    files,
  });
  return folder;
}

const engineError = (message: RegExp, hint = 'folio engines --install tensorflow'): unknown =>
  expect.objectContaining({
    code: 'engine',
    message: expect.stringMatching(message) as string,
    hint: expect.stringContaining(hint) as string,
  });

// Where there is no wheel for the platform, there is nothing to find.
describe.runIf(['linux-x64', 'linux-arm64', 'darwin-arm64'].includes(platformName()))('loadBinding refuses', () => {
  it('when nothing is installed', () => {
    expect(() => loadBinding(env())).toThrow(engineError(/not installed/));
  });

  it.each([
    ['a library is truncated', 'lib/libtensorflow_cc.so.2', /lib\/libtensorflow_cc\.so\.2 has 3 bytes instead of 7/],
    ['the manifest is cut off', 'manifest.json', /manifest\.json cannot be read/],
    ['the addon is cut off', 'tfjs_binding.node', /tfjs_binding\.node has 3 bytes/],
  ])('when %s', async (_what, file, message) => {
    truncateSync(path.join(await put('cpu'), file), 3);
    expect(() => loadBinding(env())).toThrow(engineError(message));
  });

  it.each([
    ['the manifest', 'manifest.json', /manifest\.json is missing/],
    ['the addon', 'tfjs_binding.node', /tfjs_binding\.node is missing/],
    ['a library', 'lib/libtensorflow_cc.so.2', /libtensorflow_cc\.so\.2 is missing/],
  ])('when %s is missing', async (_what, file, message) => {
    rmSync(path.join(await put('cpu'), file));
    expect(() => loadBinding(env())).toThrow(engineError(message));
  });

  it('when the addon belongs to another binding', async () => {
    await put('cpu', { binding: '1.0.0' });
    expect(() => loadBinding(env())).toThrow(engineError(/built for version 1\.0\.0 of the binding/));
  });

  it('when the addon has the right size and is no addon', async () => {
    await put('cpu');
    expect(() => loadBinding(env())).toThrow(engineError(/cannot be loaded: .*tfjs_binding\.node/));
  });

  it('when FOLIO_TENSORFLOW_BUILD is neither cpu nor cuda', () => {
    expect(() => loadBinding(env({ FOLIO_TENSORFLOW_BUILD: 'gpu' }))).toThrow(
      expect.objectContaining({ code: 'usage', message: 'FOLIO_TENSORFLOW_BUILD is "gpu".' }),
    );
  });
});

describe.runIf(platformName() === 'linux-x64')('locateBuild', () => {
  it('takes the CPU build unless the CUDA build is asked for', async () => {
    await put('cpu');
    await put('cuda');
    expect(locateBuild(env()).manifest.kind).toBe('cpu');
    expect(locateBuild(env({ FOLIO_TENSORFLOW_BUILD: 'cuda' })).manifest.kind).toBe('cuda');
  });

  it('takes the CUDA build when it is the only one', async () => {
    await put('cuda');
    expect(locateBuild(env()).manifest.kind).toBe('cuda');
  });

  it('never takes another build than the one that was named', async () => {
    await put('cpu');
    expect(() => locateBuild(env({ FOLIO_TENSORFLOW_BUILD: 'cuda' }))).toThrow(
      engineError(/The CUDA build of TensorFlow is not installed/, 'FOLIO_TENSORFLOW_BUILD=cuda folio engines'),
    );
    expect(() => locateBuild(env({ FOLIO_LIBTENSORFLOW: '/nowhere/at/all' }))).toThrow(
      engineError(/no such folder/, 'unset FOLIO_LIBTENSORFLOW'),
    );
  });

  it('does not fall from a damaged CPU build to the CUDA build', async () => {
    rmSync(path.join(await put('cpu'), 'tfjs_binding.node'));
    await put('cuda');
    expect(() => locateBuild(env())).toThrow(engineError(/damaged/));
  });
});

describe('tensorFlowStatus', () => {
  it('tells the way out when nothing is installed', () => {
    const status = tensorFlowStatus(env());
    expect(status.installed).toBe(false);
    expect(status.details).toEqual({ folder: path.join(machine.cache, 'tensorflow') });
  });

  it('reports a bad setting instead of throwing', () => {
    expect(tensorFlowStatus(env({ FOLIO_TENSORFLOW_BUILD: 'tpu' })).reason).toContain('"tpu"');
  });
});

describe('a build in the cache', () => {
  it('is broken, and nothing worse, whatever its manifest holds', async () => {
    const folder = await put('cpu');
    const file = path.join(folder, 'manifest.json');
    const whole = readFileSync(file, 'utf8').trimEnd();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.nat(whole.length - 1).map((end) => whole.slice(0, end)),
        ),
        (text) => {
          writeFileSync(file, text);
          expect(inspectBuild(folder).state).toBe('broken');
        },
      ),
    );
  });

  it('verifies every byte', async () => {
    const folder = await put('cpu');
    expect(await verifyBuild(folder)).toBeNull();
    writeFileSync(path.join(folder, 'lib/libtensorflow_cc.so.2'), 'librarY');
    expect(inspectBuild(folder).state).toBe('ready');
    expect(await verifyBuild(folder)).toMatch(/libtensorflow_cc\.so\.2 has changed since it was installed/);
  });
});

const otherAddon = path.resolve(`node_modules/better-sqlite3/prebuilds/${platformName()}.node`);
it.runIf(existsSync(otherAddon))('loadAddon refuses an addon that is not the binding', () => {
  expect(() => loadAddon(otherAddon)).toThrow(engineError(/is not the addon of tfjs-node/));
});

const real = tensorFlowStatus();
it.runIf(real.installed)(`the installed build loads and multiplies (${real.reason})`, () => {
  const script = `
    const { loadBinding } = await import(process.argv[1]);
    const b = loadBinding();
    const id = b.createTensor([1, 2], b.TF_FLOAT, new Float32Array([3, 4]));
    const [out] = b.executeOp('Mul', [{ name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT }], [id, id], 1);
    console.log(JSON.stringify({ version: b.TF_Version, shape: out.shape, values: [...b.tensorDataSync(out.id)], tensors: b.getNumOfTensors(), same: loadBinding() === b }));
  `;
  const module = path.resolve('src/main/engine/tensorflow/binding.ts');
  const stdout = execFileSync(process.execPath, ['--input-type=module', '-e', script, module], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const version = real.details['version'];
  expect(JSON.parse(stdout)).toEqual({ version, shape: [1, 2], values: [9, 16], tensors: 2, same: true });
  if (process.env['FOLIO_LIBTENSORFLOW'] === undefined) expect(version).toBe(pinnedBuild('cpu').version);
});
