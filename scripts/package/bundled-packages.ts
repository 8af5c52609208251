/** Which npm packages a build carries: written down by the build itself, because only it knows what it took and what it left out. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';

/** The three builds of electron.vite.config.ts. */
export const PARTS = ['main', 'preload', 'renderer'] as const;
export type Part = (typeof PARTS)[number];

const recordSchema = z.strictObject({
  /** Folders of packages of which code, styles or files went into the build, from the program's folder: `node_modules/zod`. */
  bundled: z.array(z.string()),
  /** Names of packages that the build asks for when it runs. */
  asked: z.array(z.string()),
});
export type BundledPackages = z.infer<typeof recordSchema>;

const FOLDER = join('out', 'shipped');
const SUPPLIED = new Set([...builtinModules, 'electron']);

/** What the recorder reads of a bundle: the same in Rollup and Rolldown. */
interface Output {
  readonly type: 'chunk' | 'asset';
  readonly fileName: string;
  readonly modules?: Readonly<Record<string, unknown>>;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly originalFileNames?: readonly string[];
}

/** A plugin for Vite that writes the record of one part. */
export function recordPackages(
  part: Part,
  root: string,
): {
  name: string;
  generateBundle(this: unknown, options: unknown, bundle: Readonly<Record<string, Output>>): void;
} {
  return {
    name: 'folio:record-packages',
    generateBundle(_options, bundle) {
      const ids = (this as { getModuleIds?: () => Iterable<string> }).getModuleIds?.() ?? [];
      const record = packagesOf(Object.values(bundle), ids, root);
      mkdirSync(join(root, FOLDER), { recursive: true });
      writeFileSync(join(root, FOLDER, `${part}.json`), `${JSON.stringify(record, null, 2)}\n`);
    },
  };
}

/**
 * The packages in the outputs of a build.
 *
 * @param ids all modules that were read: of style sheets nothing is left in the chunks
 */
export function packagesOf(outputs: readonly Output[], ids: Iterable<string>, root: string): BundledPackages {
  const files = outputs.flatMap(({ modules = {}, originalFileNames = [] }) => [
    ...Object.keys(modules),
    ...originalFileNames.map((name) => resolve(root, 'src/renderer', name)),
  ]);
  const styles = [...ids].filter((id) => /\.css(\?|$)/.test(id));
  const own = new Set(outputs.map(({ fileName }) => fileName));
  const asked = outputs
    .flatMap(({ imports = [], dynamicImports = [] }) => [...imports, ...dynamicImports])
    .filter((name) => !own.has(name) && !name.startsWith('node:') && !/^[./]/.test(name))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)
    .filter((name) => !SUPPLIED.has(name));
  const bundled = [...files, ...styles].flatMap((file) => packageFolder(file, root) ?? []);
  return { bundled: sorted(bundled), asked: sorted(asked) };
}

/** The folder of the package that a file belongs to; null for Folio's own and for modules that are no files. */
function packageFolder(file: string, root: string): string | null {
  const path = relative(root, file.replace(/^\0+/, '').replace(/\?.*$/, '')).split(sep).join('/');
  return /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? null;
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();

/**
 * What all parts of the build that is there carry.
 *
 * @throws Error when it is not there
 */
export function readBundledPackages(root: string): BundledPackages {
  const records = PARTS.map((part) => {
    const file = join(root, FOLDER, `${part}.json`);
    if (!existsSync(file)) throw new Error(`${file} is not there: build the program first (npm run build).`);
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  });
  return {
    bundled: sorted(records.flatMap(({ bundled }) => bundled)),
    asked: sorted(records.flatMap(({ asked }) => asked)),
  };
}
