/** The real command with real processes on whatever engines are here; wasm always is. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openStore } from '../../src/main/store/open.ts';
import { folio } from './run-cli.ts';

const BIN = resolve(import.meta.dirname, '../../bin/folio.js');
const TIMEOUT_MS = 240_000;

const reportSchema = z.strictObject({
  ok: z.boolean(),
  interrupted: z.boolean(),
  versions: z.strictObject({
    folio: z.string(),
    node: z.string(),
    electron: z.null(),
    sqlite: z.string(),
    tensorflow: z.string().nullable(),
    platform: z.string(),
  }),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      outcome: z.enum(['ok', 'failed', 'skipped']),
      detail: z.string().min(1),
      seconds: z.number(),
    }),
  ),
  seconds: z.number(),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-self-test-e2e-'));
  mkdirSync(join(folder, 'tmp'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

function run(...argv: readonly string[]): Promise<{ code: unknown; out: string; err: string }> {
  const env = {
    ...process.env,
    FOLIO_DATA: join(folder, 'data'),
    TMPDIR: join(folder, 'tmp'),
    TEMP: join(folder, 'tmp'),
    NO_COLOR: '1',
  };
  return new Promise((done) => {
    execFile(process.execPath, [BIN, ...argv], { env }, (error, out, err) =>
      done({ code: error?.code ?? 0, out, err }),
    );
  });
}

it(
  'ends with 0, beside a Folio that works with the record, which it does not touch, and leaves nothing behind',
  async () => {
    const store = openStore(join(folder, 'data'), { mode: 'write' });
    const file = join(folder, 'report.json');
    const { code, out, err } = await run(`--self-test=${file}`, '--json');
    store.close();
    expect(code, out + err).toBe(0);
    const report = reportSchema.parse(JSON.parse(out));
    expect(report.ok).toBe(true);
    expect(report.steps.filter(({ outcome }) => outcome !== 'skipped').map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'record',
        'engine wasm',
        'training',
        'checkpoint',
        'writing',
        'integrity',
        'cleaning up',
      ]),
    );
    expect(readFileSync(file, 'utf8')).toBe(out);
    expect(readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('folio-'))).toEqual([]);
  },
  TIMEOUT_MS,
);

it('is a command as well, and takes no record and no other words', async () => {
  for (const argv of [
    ['--self-test', '--data', folder],
    ['self-test', `--data=${folder}`],
    ['--json', '--self-test', '--data', folder],
  ]) {
    const { code, err } = await folio(argv);
    expect(code).toBe(2);
    expect(err).toContain('the self-test makes a record of its own');
  }
  expect(await folio(['--self-test', 'now'])).toMatchObject({ code: 2 });
  expect((await folio(['runs', '--self-test'])).err).toContain("unknown option '--self-test'");
  expect((await folio(['--self-test', '--help'])).out).toContain('--out <file>');
  expect(existsSync(join(folder, 'data'))).toBe(false);
});

it('says at once when its report cannot be written', async () => {
  const { code, err } = await folio(['--self-test', '--out', join(folder, 'no', 'report')]);
  expect(code).toBe(1);
  expect(err.replaceAll(/\s+/g, ' ')).toContain('cannot be written: ENOENT');
});
