/** The commands about this machine: engines, diagnosis, serving. */
import { describe, expect, it } from 'vitest';
import { fakeApp } from '../fake-app.ts';
import { engineReport } from '../fixtures.ts';
import { folio } from '../run-cli.ts';

describe('engines', () => {
  it('tells what is there, the reasons, what auto takes and a diagnosis', async () => {
    const fake = fakeApp();
    fake.reports.push(
      engineReport({
        engine: 'webgpu',
        available: false,
        selfTest: 'not run',
        gflops: null,
        device: '',
        reason: 'No adapter was found.',
        details: {},
      }),
    );
    const { code, out } = await folio(['engines'], { fake });
    expect(code).toBe(0);
    expect(out).toMatch(/tensorflow +yes +passed +190 +CPU, 2 threads/);
    expect(out).toMatch(/webgpu +no +not run +- +-/);
    expect(out).toMatch(/webgpu +No adapter was found\./);
    expect(out).toContain('trains with the fastest that passes its self-test: tensorflow');
    expect(out).toContain('version: 4.22.0');
    const [reports] = (await folio(['engines', '--json'], { fake })).json();
    expect(reports).toMatchObject([
      { engine: 'tensorflow', device: 'CPU, 2 threads', available: true, selfTest: 'passed', gflops: 190 },
      { engine: 'wasm' },
      { engine: 'webgpu', available: false, reason: 'No adapter was found.', gflops: null },
    ]);
  });

  it('installs the build that is asked for', async () => {
    const fake = fakeApp();
    await folio(['engines', '--install', 'tensorflow'], { fake });
    await folio(['engines', '--install', 'tensorflow', '--cuda'], { fake });
    expect(fake.installs).toEqual(['cpu', 'cuda']);
  });

  it('installs the CUDA pack from an address or a folder, and says what it found', async () => {
    const fake = fakeApp();
    const install = (from: string) => folio(['engines', '--install', 'cuda-pack', '--from', from], { fake });
    const { code, err } = await install('https://example.org/cuda/');
    expect(code).toBe(0);
    expect(err).toContain('The CUDA pack is installed');
    expect(err).toContain('It found no GPU.');
    await install(import.meta.dirname);
    await install(import.meta.filename);
    expect(fake.packs).toEqual([
      { address: 'https://example.org/cuda/' },
      { folder: import.meta.dirname },
      { files: [import.meta.filename] },
    ]);
  });

  it('removes the CUDA pack and tells what that frees', async () => {
    const fake = fakeApp();
    expect((await folio(['engines', '--remove', 'cuda-pack'], { fake })).err).toContain('There is no CUDA pack');
    fake.cudaPack = true;
    const { err } = await folio(['engines', '--remove', 'cuda-pack'], { fake });
    expect(err).toContain('The CUDA pack is removed; 6.0 GB are free again.');
    expect(fake.packs).toEqual(['2.21.0-cuda-linux-x64']);
  });

  it.each([
    [['--install', 'cuda-pack'], 'needs to know where its files are'],
    [['--install', 'cuda-pack', '--from', '/nowhere/at/all'], 'there is no such folder'],
    [['--install', 'cuda-pack', '--from', '/', '--cuda'], '--cuda belongs to --install tensorflow'],
    [['--install', 'tensorflow', '--from', '/'], '--from says where the CUDA pack is'],
    [['--from', '/'], '--from says where the CUDA pack is'],
    [['--remove', 'wasm'], 'wasm'],
  ])('refuses %j', async (args, reason) => {
    const fake = fakeApp();
    const { code, err } = await folio(['engines', ...args], { fake });
    expect(code).toBe(2);
    expect(err).toContain(reason);
    expect([...fake.installs, ...fake.packs]).toEqual([]);
  });
});

describe('doctor', () => {
  it('reports versions, paths, the database and the engines', async () => {
    const { code, out } = await folio(['doctor']);
    expect(code).toBe(0);
    for (const part of [
      '0.1.0',
      process.versions.node,
      '/data/folio.db, 1 run',
      'in order',
      'free',
      'tensorflow: CPU, 2 threads',
    ]) {
      expect(out).toContain(part);
    }
    const [report] = (await folio(['doctor', '--json'])).json();
    expect(report).toMatchObject({
      folio: '0.1.0',
      database: { path: '/data/folio.db', problems: [] },
      engines: [{}, {}],
    });
  });

  it('names damage and ends with 1', async () => {
    const fake = fakeApp();
    fake.problems = ['the weights of checkpoint 3 do not match their hash'];
    const { code, out } = await folio(['doctor'], { fake });
    expect(code).toBe(1);
    expect(out).toContain('1 problem:');
    expect(out).toContain('checkpoint 3');
  });
});
