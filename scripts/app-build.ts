/** The built program in out/, made anew when what it is made from has changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './processes.ts';

const SOURCES = ['src', 'electron.vite.config.ts', 'package.json', 'package-lock.json'];
const PRODUCTS = ['main/main.js', 'main/trainer/entry.js', 'preload/preload.cjs', 'renderer/index.html'];

/** Builds unless out/ is up to date. Returns what went wrong, or null. `say` is called when there is something to wait for. */
export async function buildWhenStale(root: string, say: (line: string) => void): Promise<string | null> {
  const stamp = join(root, 'out', 'stamp');
  const wanted = hashOf(root, SOURCES);
  const isThere = PRODUCTS.every((path) => existsSync(join(root, 'out', path)));
  if (isThere && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null;
  say('Building the app…');
  rmSync(stamp, { force: true }); // half a build must not look like a whole one
  const script = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { code, output } = await runQuietly(process.execPath, [script, 'build', '--logLevel', 'warn'], { cwd: root });
  if (code !== 0) return output.trim();
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stamp, wanted);
  return null;
}

/** Of all files below these, by name and content: what git or an archive did to their times says nothing. */
function hashOf(root: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    hash.update(`${path}\n`);
    hash.update(
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest(),
    );
  };
  for (const path of paths) {
    if (!existsSync(join(root, path))) continue;
    const entries = path.includes('.') ? null : readdirSync(join(root, path), { recursive: true, withFileTypes: true });
    if (entries === null) {
      add(path);
      continue;
    }
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) add(file.slice(root.length + 1));
  }
  return hash.digest('hex');
}
