/**
 * The desktop program lowered, at test time only, to an Electron of 2020 (Chromium 83, Node 12) that can be had where today's cannot:
 * `npm run smoke`. The kit that lowers it lies beside the checkout; FOLIO_SMOKE_KIT names another place.
 */
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { UserConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import prod from './electron.vite.config.ts';

const root = import.meta.dirname;
const out = resolve(root, 'out-smoke');
const kit = resolve(process.env['FOLIO_SMOKE_KIT'] ?? resolve(root, '../shared/electron-smoke'), 'kit');

interface Kit {
  readonly electron9: (
    config: unknown,
    options: { kit: string; native: readonly string[]; outDir: string },
  ) => UserConfig;
}

const { electron9 } = (await import(pathToFileURL(resolve(kit, 'electron9.mjs')).href)) as Kit;

const { main, preload, renderer } = electron9(prod, {
  kit,
  outDir: out,
  // Native: found beside itself. (Dawn, too, but only the trainer asks for it, in a newer Node.)
  native: ['better-sqlite3'],
});

/** The lowered program is a program folder of its own: what it reads beside its code is linked into it. */
const programFiles = (): Plugin => ({
  name: 'smoke-program-files',
  writeBundle() {
    for (const name of ['resources', 'src']) {
      rmSync(join(out, name), { force: true });
      symlinkSync(join('..', name), join(out, name));
    }
  },
});

/** The kit starts the first entry by name; ours is called main. */
const startsMain = (): Plugin => ({
  name: 'smoke-starts-main',
  writeBundle: {
    order: 'post',
    handler() {
      const file = join(out, 'package.json');
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...manifest, smokeMain: './main/main.cjs' }, null, 1));
    },
  },
});

/** What the old one lacks, by entry: threads of the main process become processes. (Threads of the trainer are threads, of its newer Node.) */
const LOWERED: Readonly<Record<string, readonly string[]>> = {
  main: ['old-node', 'old-electron'],
  'services/bundle-worker': ['thread'],
  'services/exchange-worker': ['thread'],
  'store/checkpoint-read-worker': ['thread'],
  'store/checkpoint-worker': ['thread'],
  'store/copy-worker': ['thread'],
};

/** What the old Electron and the old Node lack is made up for before the program's first line (its threads: before the thread's own). */
const prelude = (): Plugin => ({
  name: 'smoke-prelude',
  renderChunk(code, { name }) {
    const parts = LOWERED[name] ?? [];
    const before = parts.map((part) => readFileSync(resolve(root, `test/smoke/lowered/${part}.cjs`), 'utf8'));
    return parts.length === 0 ? null : { code: [...before, code].join('\n'), map: null };
  },
});

/** Chromium 83 knows no `await` outside of functions: the page's entry waits inside of one. */
const pageEntry = (): Plugin => ({
  name: 'smoke-page-entry',
  enforce: 'post',
  transform(code, id) {
    if (!id.endsWith('/src/renderer/main.ts')) return null;
    const imports: string[] = [];
    const rest: string[] = [];
    for (const node of this.parse(code).body) {
      (node.type === 'ImportDeclaration' ? imports : rest).push(code.slice(node.start, node.end));
    }
    return { code: `${imports.join('\n')}\nvoid (async () => {\n${rest.join('\n')}\n})();\n`, map: null };
  },
});

const into = <Part extends { build?: object; plugins?: unknown }>(
  part: Part | undefined,
  name: string,
  plugins: readonly Plugin[] = [],
): Part =>
  ({
    ...part,
    plugins: [part?.plugins ?? [], ...plugins],
    build: { ...part?.build, outDir: join(out, name), emptyOutDir: true },
  }) as unknown as Part;

export default {
  main: into(main, 'main', [programFiles(), startsMain(), prelude()]),
  preload: into(preload, 'preload'),
  renderer: into(renderer, 'renderer', [pageEntry()]),
} satisfies UserConfig;
