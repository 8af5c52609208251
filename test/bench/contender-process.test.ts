import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measure } from '../../bench/contender-process.ts';
import { trainerEnvironment } from '../../src/main/services/trainer-environment.ts';
import { FolioError } from '../../src/shared/errors.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-contender-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(script: string, ...args: string[]) {
  const file = join(folder, 'contender.cjs');
  writeFileSync(file, script);
  return measure(process.execPath, { name: '', script: file, args });
}

describe('a contender’s process', () => {
  it('finds in its environment what the processes find that compute for the program', async () => {
    const names = ['TF_NUM_INTRAOP_THREADS', 'TF_FORCE_GPU_ALLOW_GROWTH', 'TF_CPP_MIN_LOG_LEVEL'];
    const { variant } = await run(
      `const version = '', peakBytes = 1, ms = [1];
       const variant = JSON.stringify(process.argv.slice(2).map((name) => process.env[name]));
       console.log('something first'); console.log(JSON.stringify({ variant, version, ms, peakBytes }));`,
      ...names,
    );
    const wanted = trainerEnvironment(process.env);
    expect(JSON.parse(variant)).toEqual(names.map((name) => wanted[name]));
    expect(wanted['TF_NUM_INTRAOP_THREADS']).toMatch(/^\d+$/);
  });

  it('that fails is told with what it said, and one without a result as well', async () => {
    await expect(run(`console.error('no such engine'); process.exit(3)`)).rejects.toThrow(
      /ended with code 3:\nno such engine/,
    );
    await expect(run(`console.log('{}')`)).rejects.toThrow('printed no result');
    const nowhere = join(folder, 'nowhere');
    await expect(measure(nowhere, { name: '', script: 'x', args: [] })).rejects.toThrow(/nowhere cannot be started: /);
  });

  it('that ends with a FolioError gives it, without what else was written', async () => {
    const error = { code: 'engine', message: 'There is no graphics card.', hint: 'Take tensorflow.' };
    const told = (value: unknown): Promise<unknown> =>
      run(`console.log(${JSON.stringify(JSON.stringify({ error: value }))}); console.error('more'); process.exit(1)`);
    await expect(told(error)).rejects.toEqual(new FolioError('engine', error.message, error.hint));
    await expect(told({ code: 'engine', message: 'x' })).rejects.toThrow(/^x$/);
    await expect(told({ code: 'engine' })).rejects.toThrow(/ended with code 1:\nmore/);
  });
});
