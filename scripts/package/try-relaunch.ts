/**
 * desktop/relaunch.ts in the old Electron, as an AppImage has it: a script stands in for the AppImage's file, and writes down how it was
 * started and whether the process that asked for it was still there.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ts from 'typescript';
import { runQuietly } from '../processes.ts';

const RELAUNCH = resolve(import.meta.dirname, '../../src/main/desktop/relaunch.ts');
const LIMIT_MS = 60_000;
/** The new process is nobody's child: what it writes is waited for. */
const WAIT_MS = 20_000;
const LOOK_MS = 100;
/** Long enough that a new process which did not wait for the old one would meet it. */
const LINGER_MS = 1500;
const WORDS = ['--data', '/a folder/of runs'];

const MAIN = `
  const { app } = require('electron');
  const { relaunch } = require('./relaunch.js');
  app.whenReady().then(() => {
    require('fs').writeFileSync(process.env.OLD, String(process.pid));
    relaunch();
    setTimeout(() => app.quit(), ${LINGER_MS});
  });`;

/** A zombie has ended, and only waits for somebody to hear of it. */
const STAND_IN = `#!/bin/sh
{
  if grep -s '^State:' "/proc/$(cat "$OLD")/status" | grep -qv 'Z (zombie)'; then echo there; else echo gone; fi
  printf '%s\\n' "$@"
} > "$TOLD.part"
mv "$TOLD.part" "$TOLD"
`;

/** @returns what was wrong. @param electron the old Electron's program. @param place an empty folder may be made in it */
export async function tryRelaunch(electron: string, place: string): Promise<string[]> {
  const folder = join(place, 'relaunch');
  const [old, told, image] = [join(folder, 'old'), join(folder, 'told'), join(folder, 'An App.AppImage')];
  cpSync(dirname(electron), folder, { recursive: true });
  // Electron takes itself for packaged by its name.
  renameSync(join(folder, 'electron'), join(folder, 'Folio'));
  rmSync(join(folder, 'resources/default_app.asar'), { force: true });
  const app = join(folder, 'resources/app');
  mkdirSync(app);
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2019 };
  const { outputText } = ts.transpileModule(readFileSync(RELAUNCH, 'utf8'), { compilerOptions });
  writeFileSync(join(app, 'relaunch.js'), outputText);
  writeFileSync(join(app, 'main.js'), MAIN);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'relaunch', version: '1.0.0', main: 'main.js' }));
  writeFileSync(image, STAND_IN);
  chmodSync(image, 0o755);

  const args = ['-a', join(folder, 'Folio'), '--no-sandbox', `--user-data-dir=${join(folder, 'profile')}`, ...WORDS];
  const env = { ...process.env, APPIMAGE: image, OLD: old, TOLD: told };
  const { code, output } = await runQuietly('xvfb-run', args, { cwd: folder, env, limitMs: LIMIT_MS });
  if (code !== 0) return [`it ended with ${String(code)}\n${output}`];
  for (let waited = 0; !existsSync(told); waited += LOOK_MS) {
    if (waited > WAIT_MS) return [`the file was not started\n${output}`];
    await sleep(LOOK_MS);
  }
  const [before, first, ...others] = readFileSync(told, 'utf8').trimEnd().split('\n');
  return [
    ...(before === 'gone' ? [] : ['the old process was still there']),
    ...(first === '--appimage-extract-and-run' ? [] : [`the first word was ${String(first)}`]),
    ...(others.slice(-WORDS.length).join('\n') === WORDS.join('\n') ? [] : [`the words were ${others.join(' ')}`]),
  ];
}
