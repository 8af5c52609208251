/** The lowered program in the old Electron with `--self-test --json --out FILE`: no page, no record but its own, exit code 0. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runQuietly } from './processes.ts';

const LIMIT_MS = 240_000;

const reportSchema = z.object({
  ok: z.boolean(),
  versions: z.object({ electron: z.string(), sqlite: z.string() }),
  steps: z.array(z.object({ name: z.string(), outcome: z.enum(['ok', 'failed', 'skipped']), detail: z.string() })),
});

/** What every Folio can do wherever it is; which engines there are depends. */
const NEEDED = ['record', 'engine wasm', 'training', 'checkpoint', 'writing', 'integrity', 'cleaning up'];

/** Runs what the kit's own `smoke` has built for (its library for native modules is in its cache by then). Null when all is well. */
export async function smokeSelfTest(root: string, kit: string): Promise<string | null> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'electron-smoke');
  const electron = (await runQuietly(join(kit, 'get-electron'), [], {})).output.trim().split('\n').at(-1) ?? '';
  const place = mkdtempSync(join(tmpdir(), 'folio-smoke-self-test-'));
  const [temporary, persons, report] = [join(place, 'tmp'), join(place, 'data'), join(place, 'report.json')];
  mkdirSync(temporary);
  const sandbox = process.getuid?.() === 0 ? '--no-sandbox' : '--disable-seccomp-filter-sandbox';
  try {
    const { code, output } = await runQuietly(
      'xvfb-run',
      [
        ...['-a', 'env', `LD_PRELOAD=${join(cache, 'e9napi.so')}`, `TMPDIR=${temporary}`, electron, sandbox],
        ...[join(root, 'out-smoke'), '--self-test', '--json', '--out', report],
      ],
      {
        cwd: root,
        limitMs: LIMIT_MS,
        env: { ...process.env, FOLIO_DATA: persons, SMOKE_NODE: process.execPath, SMOKE_SHOT: '', SMOKE_SCRIPT: '' },
      },
    );
    if (code !== 0) return `it ended with ${code}\n${output}`;
    const { ok, versions, steps } = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
    const missing = NEEDED.filter((name) => !steps.some((step) => step.name === name && step.outcome === 'ok'));
    if (!ok || missing.length > 0) return `not ok: ${missing.join(', ')}\n${output}`;
    if (!output.includes(readFileSync(report, 'utf8').trim())) return `standard output lacks the report\n${output}`;
    if (existsSync(persons)) return `it touched the person's folder: ${readdirSync(persons).join(', ')}`;
    const left = readdirSync(temporary).filter((name) => name.startsWith('folio-'));
    if (left.length > 0) return `it left behind ${left.join(', ')}`;
    console.log(
      `  Electron ${versions.electron}, SQLite ${versions.sqlite}: ${steps.map((step) => `${step.name} ${step.outcome}`).join(', ')}`,
    );
    return null;
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 3 });
  }
}
