/** Electron's own program: the npm package is only its wrapper, and downloads it on request. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Remembered } from './remembered.ts';
import { runQuietly } from './processes.ts';

/** A download that a person at a usual line can wait for; `npx install-electron` takes all the time that it needs. */
const DOWNLOAD_MS = 120_000;

export type ElectronBinary = { readonly path: string } | { readonly missing: string };

/** Where the program is, or null. */
export function installedElectron(root: string): string | null {
  const folder = join(root, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const file = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(file) ? file : null;
}

/** Finds it, or fetches it once; a failure is not repeated for a day. */
export async function findElectron(
  root: string,
  mayFetch: boolean,
  say: (line: string) => void,
): Promise<ElectronBinary> {
  const there = installedElectron(root);
  if (there !== null) return { path: there };
  if (!mayFetch) return { missing: 'Electron is not there (npx install-electron fetches it)' };
  const install = join(root, 'node_modules', 'electron', 'install.js');
  if (!existsSync(install)) return { missing: 'Electron is not installed (npm ci installs it)' };
  const memory = new Remembered(join(root, 'out', 'electron-missing'));
  const before = memory.read();
  if (before !== null) return { missing: before };
  say(`Fetching Electron, once (for at most ${DOWNLOAD_MS / 60_000} minutes)…`);
  const { output, timedOut } = await runQuietly(process.execPath, [install], { cwd: root, limitMs: DOWNLOAD_MS });
  const path = installedElectron(root);
  if (path !== null) return { path };
  const why = timedOut ? 'the download took too long' : lastLine(output);
  const missing = `Electron could not be fetched: ${why} (npx install-electron tries it again)`;
  memory.write(missing);
  return { missing };
}

/** What a failed download says last that says anything: "Error: …" before the stack. */
function lastLine(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const error = lines.find((line) => /^(\w*Error\b|.*\b(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET)\b)/.test(line));
  return (error ?? lines.at(-1) ?? 'it said nothing').replace(/^\w*Error:\s*/, '').slice(0, 160);
}
