/**
 * Where the program's own files are, the same from its sources, from a build (`out/main`) and from a package. Everything else that needs a
 * file beside the code asks here: after a build a module lies elsewhere than its source does.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Before the first use below, which is at loading. */
const packageSchema = z.looseObject({ name: z.string() });

/** Beside a package's archive `app.asar`: its files that are plain files. */
const BESIDE = 'app.asar.unpacked';

const HERE = fileURLToPath(import.meta.url);

/** The nearest folder upwards with Folio's own package.json. */
export const PROGRAM_ROOT = rootAbove(dirname(HERE));

/** What runs in the main process: src/main, or what was built from it. */
const MAIN = mainAbove(dirname(HERE));

/** Sources run as .ts, builds as .js. */
const EXTENSION = /\.[cm]?[jt]s$/.exec(HERE)?.[0] ?? '.js';

/** A file or folder that ships as it is: `resources/corpora`, or the native sources in `src`. */
export function programFile(...path: readonly string[]): string {
  return join(PROGRAM_ROOT, ...path);
}

/**
 * A module that is started, not imported: a process or a thread of its own.
 *
 * @param name below src/main, without extension: `trainer/entry`. electron.vite.config.ts builds each of them as an entry.
 */
export function entryFile(name: string): string {
  return besideArchive(join(MAIN, `${name}${EXTENSION}`));
}

/**
 * A package's archive can be read by Electron only, through a changed `fs`. What is started as a process or a thread therefore lies beside it,
 * with all that it imports (electron-builder.config.ts): a plain file, whoever loads it. Everywhere else this changes nothing.
 */
export function besideArchive(file: string): string {
  return file.replace(`${sep}app.asar${sep}`, `${sep}${BESIDE}${sep}`);
}

/** A folder of the build beside `main`: `preload`, `renderer`. */
export function builtFolder(name: 'preload' | 'renderer'): string {
  return join(dirname(MAIN), name);
}

function rootAbove(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (basename(folder) === BESIDE || isFolio(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return start; // a file that is missed then names its place
  }
}

function isFolio(manifest: string): boolean {
  if (!existsSync(manifest)) return false;
  const { data } = packageSchema.safeParse(JSON.parse(readFileSync(manifest, 'utf8')));
  return data?.name === 'folio';
}

function mainAbove(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) === 'main') return folder;
  }
  return start;
}
