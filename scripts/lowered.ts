/** The desktop program lowered to an old Electron (electron.vite.smoke.config.ts): for `npm run smoke` and `npm run package:check`. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runQuietly } from './processes.ts';

const root = resolve(import.meta.dirname, '..');

/** The folder that holds the old Electron and what lowers a program to it. */
export const KIT = resolve(process.env['FOLIO_SMOKE_KIT'] ?? join(root, '../shared/electron-smoke'));

export const LIMIT_SECONDS = 45;

export const LAUNCHES = [
  { name: 'a fresh record: the wire, a training in the utility process, its text', script: 'first-launch' },
  { name: 'the same record: everything is there, the page is locked in; quit while training', script: 'second-launch' },
  {
    name: 'after that: the training is offered, goes on, stops; its weights write; a run and the record go into files and come back',
    script: 'third-launch',
  },
] as const;

/** Where the old Electron's program is, or why it cannot run here. */
export async function oldElectron(): Promise<{ readonly path: string } | { readonly missing: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 'the old Electron is for Linux on x64' };
  if (!existsSync(join(KIT, 'smoke')))
    return {
      missing:
        'the kit with the old Electron is not here (FOLIO_SMOKE_KIT names the folder that has get-electron, smoke and kit/)',
    };
  for (const tool of ['xvfb-run', 'gcc', 'python3']) {
    if ((await runQuietly('which', [tool], {})).code !== 0) return { missing: `${tool} is not installed` };
  }
  const { code, output } = await runQuietly(join(KIT, 'get-electron'), [], { limitMs: 180_000 });
  const last = output.trim().split('\n').at(-1) ?? '';
  return code === 0 ? { path: last } : { missing: `the old Electron cannot be had: ${last}` };
}

/** Builds into out-smoke. Returns what went wrong, or null. */
export async function buildLowered(): Promise<string | null> {
  const script = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const { code, output } = await runQuietly(
    process.execPath,
    [script, 'build', '--config', 'electron.vite.smoke.config.ts'],
    { cwd: root, env: { ...process.env, FOLIO_SMOKE_KIT: KIT } },
  );
  return code === 0 ? null : output;
}

/** What the page runs in a launch, computing with an engine. */
export function launchScript(script: string, engine: 'tensorflow' | 'wasm'): string {
  const parts = ['page', script].map((part) => readFileSync(join(root, `test/smoke/${part}.js`), 'utf8'));
  return [`const ENGINE = '${engine}';`, ...parts].join('\n');
}

/** What of a launch's output is worth a line. */
export function highlights(output: string): string[] {
  const result = /\[smoke\] result (.*)/.exec(output)?.[1];
  return [...(output.match(/(?<=\[smoke\] )asked: .*/g) ?? []), ...(result === undefined ? [] : [result])];
}
