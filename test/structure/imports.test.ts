import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const configuration = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IConfiguration;

/** Violations of src below `baseDir`, each as "rule: importing file -> imported file". */
async function violations(baseDir: string): Promise<string[]> {
  // The options' file names are relative to the repository.
  const { tsConfig: _, ...options } = configuration.options ?? {};
  const { output } = await cruise(['src'], { ...options, ruleSet: configuration, validate: true, baseDir });
  const result = output as ICruiseResult; // without an output type the result is the object itself
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

describe('who may import whom', () => {
  it('holds in src', async () => {
    expect(await violations(root)).toEqual([]);
  });
});

describe('the import rules', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** A tree of these files (path -> source) beside this repository's package.json and node_modules. */
  function tree(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'folio-imports-'));
    folders.push(folder);
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
    for (const [path, source] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    return folder;
  }

  const empty = 'export const here = 1;\n';
  const to = (path: string): string => `import { here } from '${path}';\nexport const there = here;\n`;

  const forbidden: readonly (readonly [rule: string, files: Readonly<Record<string, string>>])[] = [
    [
      'shared-imports',
      { 'src/shared/a.ts': `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n` },
    ],
    ['shared-imports', { 'src/shared/a.ts': `import commander from 'commander';\nexport const parse = commander;\n` }],
    ['shared-imports', { 'src/shared/a.ts': to('../main/app.ts'), 'src/main/app.ts': empty }],
    ['model-imports', { 'src/main/model/gru.ts': to('../engine/open.ts'), 'src/main/engine/open.ts': empty }],
    ['engine-imports', { 'src/main/engine/open.ts': to('../model/gru.ts'), 'src/main/model/gru.ts': empty }],
    ['trainer-imports', { 'src/main/trainer/session.ts': to('../store/open.ts'), 'src/main/store/open.ts': empty }],
    ['store-imports', { 'src/main/store/open.ts': to('../services/runs.ts'), 'src/main/services/runs.ts': empty }],
    [
      'services-imports',
      { 'src/main/services/runs.ts': to('../trainer/session.ts'), 'src/main/trainer/session.ts': empty },
    ],
    // A type is a dependency too.
    [
      'services-imports',
      {
        'src/main/services/runs.ts': `import type { Gru } from '../model/gru.ts';\nexport type Cell = Gru;\n`,
        'src/main/model/gru.ts': 'export interface Gru { units: number }\n',
      },
    ],
    [
      'services-imports',
      { 'src/main/services/runs.ts': `import Database from 'better-sqlite3';\nexport const open = Database;\n` },
    ],
    ['services-imports', { 'src/main/services/runs.ts': to('../engine/open.ts'), 'src/main/engine/open.ts': empty }],
    [
      'a-look-loads-nothing',
      {
        'src/main/engine/tensorflow/locate.ts': to('./cache.ts'),
        'src/main/engine/tensorflow/cache.ts': to('./binding.ts'),
        'src/main/engine/tensorflow/binding.ts': empty,
      },
    ],
    ['headless-imports', { 'src/main/headless/cli.ts': to('../engine/open.ts'), 'src/main/engine/open.ts': empty }],
    // Loading late does not hide it.
    [
      'headless-imports',
      {
        'src/main/headless/cli.ts': `export const open = () => import('../store/open.ts');\n`,
        'src/main/store/open.ts': empty,
      },
    ],
    ['app-imports', { 'src/main/app.ts': to('./trainer/session.ts'), 'src/main/trainer/session.ts': empty }],
    ['api-imports', { 'src/main/api/runs.ts': to('../store/open.ts'), 'src/main/store/open.ts': empty }],
    ['preload-imports', { 'src/preload/index.ts': to('../main/app.ts'), 'src/main/app.ts': empty }],
    ['renderer-imports', { 'src/renderer/api.ts': to('../main/app.ts'), 'src/main/app.ts': empty }],
    [
      'electron-only-in-its-shell',
      { 'src/main/services/dialog.ts': `import { dialog } from 'electron';\nexport const open = dialog;\n` },
    ],
    ['every-file-has-a-room', { 'src/main/helpers.ts': to('./app.ts'), 'src/main/app.ts': empty }],
    [
      'no-cycles',
      {
        'src/main/model/a.ts': `import { b } from './b.ts';\nexport const a = () => b;\n`,
        'src/main/model/b.ts': `import { a } from './a.ts';\nexport const b = () => a;\n`,
      },
    ],
    ['no-unknown-module', { 'src/shared/a.ts': to('./nowhere.ts') }],
    ['no-development-package', { 'src/main/store/a.ts': `import fc from 'fast-check';\nexport const check = fc;\n` }],
    ['not-to-tests', { 'src/shared/a.ts': to('../../test/helper.ts'), 'test/helper.ts': empty }],
  ];

  const titled = forbidden.map(([rule, files]) => {
    const [[file, source] = ['', '']] = Object.entries(files);
    return { rule, files, title: `${file} -> ${/'(.*?)'/.exec(source)?.[1] ?? ''}` };
  });

  it.each(titled)('$rule refuses $title', async ({ rule, files }) => {
    const found = await violations(tree(files));
    expect(found.map((violation) => violation.split(':')[0])).toContain(rule);
  });

  it('let every allowed import pass', async () => {
    const folder = tree({
      'src/shared/config.ts': `import { z } from 'zod';\nexport const schema = z.string();\n`,
      'src/main/engine/tensor-ops.ts': `import { schema } from '../../shared/config.ts';\nexport const ops = schema;\n`,
      'src/main/model/gru.ts': `import { ops } from '../engine/tensor-ops.ts';\nexport const gru = ops;\n`,
      'src/main/model/vocabulary.ts': empty,
      'src/main/engine/tensorflow/locate.ts': empty,
      'src/main/trainer/messages.ts': empty,
      'src/main/trainer/session.ts': `import { gru } from '../model/gru.ts';\nimport { pid } from 'node:process';\nexport const id = [gru, pid];\n`,
      'src/main/store/open.ts': `import Database from 'better-sqlite3';\nimport 'node:fs';\nexport const here = Database;\n`,
      'src/main/services/runs.ts': `${to('../store/open.ts')}export * from '../trainer/messages.ts';\nexport * from '../model/vocabulary.ts';\nexport * from '../engine/tensorflow/locate.ts';\n`,
      'src/main/app.ts': `export * from './services/runs.ts';\nexport { here as store } from './store/open.ts';\n`,
      'src/main/headless/cli.ts': `import { Command } from 'commander';\nexport * from '../app.ts';\nexport const program = new Command();\n`,
      'src/main/desktop/index.ts': `import { app } from 'electron';\nexport * from '../app.ts';\nexport const shell = app;\n`,
      'src/preload/index.ts': `import { contextBridge } from 'electron';\nexport const bridge = contextBridge;\n`,
      'src/renderer/api.ts': `export * from '../shared/config.ts';\n`,
    });
    expect(await violations(folder)).toEqual([]);
  });
});
