import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const LINE_LIMIT = 350;
const LINE_WARNING = 250;

/** Files that git keeps, as paths from the root. Outside of a checkout (an unpacked archive) there are none. */
function trackedFiles(): string[] {
  try {
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return list.split('\0').filter((path) => path !== '');
  } catch {
    return [];
  }
}

interface Source {
  readonly path: string;
  readonly lines: readonly string[];
}

const BINARY = /\.(png|ico|icns|jpg|woff2|safetensors|db|gz|zst|whl|onnx)$/;

function read(path: string): Source[] {
  try {
    return [{ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }];
  } catch {
    return []; // deleted, not yet committed
  }
}

const files = trackedFiles()
  .filter((path) => !BINARY.test(path) && path !== 'package-lock.json')
  // This file names what it forbids.
  .filter((path) => basename(path) !== 'house.test.ts')
  .flatMap(read);
const typescript = files.filter(({ path }) => /\.(ts|svelte)$/.test(path));
const src = typescript.filter(({ path }) => path.startsWith('src/'));
const tests = typescript.filter(({ path }) => path.startsWith('test/'));

const isComment = (line: string): boolean => /^\s*(\/\/|\*|\/\*)/.test(line);

interface Rule {
  readonly name: string;
  readonly where: readonly Source[];
  /** Whether a line (the one before it is there for comments) breaks the rule. */
  readonly broken: (line: string, before: string) => boolean;
  /** Lines that break it: the proof that the rule can fail. */
  readonly planted: readonly string[];
}

/** Put together here, so that this file does not name them either. */
const PACKAGE_HOSTS = [
  ['npmjs', 'org'],
  ['npmjs', 'com'],
  ['pypi', 'org'],
  ['pythonhosted', 'org'],
  ['yarnpkg', 'com'],
  ['repo', 'maven'],
  ['repo1', 'maven'],
].map((parts) => parts.join('.'));

const rules: readonly Rule[] = [
  {
    name: 'no `any`',
    where: src,
    broken: (line) => !isComment(line) && /(:|\bas|<|\|)\s*any\b(?!\s+\w)/.test(line),
    planted: ['const a: any = 1;', 'x as any', 'Promise<any>', 'a: any[]'],
  },
  {
    name: 'a reason wherever a check is switched off',
    where: typescript,
    broken: (line) =>
      /@ts-ignore|@ts-nocheck/.test(line) ||
      (/eslint-disable/.test(line) && !/eslint-disable.* -- \S/.test(line)) ||
      /@ts-expect-error\s*(\*\/)?$/.test(line),
    planted: ['// @ts-ignore because', '// eslint-disable-next-line eqeqeq', '// @ts-expect-error'],
  },
  {
    name: 'no focused test',
    where: tests,
    broken: (line) => /\b(it|test|describe|suite)\.only\b/.test(line),
    planted: ["it.only('works')"],
  },
  {
    // `context.skip('why')` carries its reason; a static skip needs it in a comment on its line or the one above.
    name: 'no test skipped without a reason',
    where: tests,
    broken: (line, before) =>
      /\.skip\(\s*\)/.test(line) ||
      (/\b(it|test|describe|suite)\.(skip|todo|fails)\b/.test(line) && !/\/\//.test(line) && !isComment(before)),
    planted: ['context.skip()', "it.skip('works')", "describe.todo('more')"],
  },
  {
    name: 'properties with the same inputs in every run (test/property.ts)',
    where: tests.filter(({ path }) => path !== 'test/property.ts'),
    broken: (line) => /^import .* from 'fast-check'/.test(line),
    planted: ["import fc from 'fast-check';"],
  },
  {
    name: 'no unfinished business in comments',
    where: files,
    broken: (line) => /\b(TODO|FIXME|XXX|HACK)\b/.test(line),
    planted: ['// TODO: later', '# FIXME'],
  },
  {
    name: 'no package host by name',
    where: files,
    broken: (line) => PACKAGE_HOSTS.some((host) => line.toLowerCase().includes(host)),
    planted: PACKAGE_HOSTS.map((host) => `https://any.${host}/name`),
  },
  {
    name: 'nobody’s home folder',
    where: files,
    broken: (line) => /(?<![\w.~$}])\/(home|Users)\/[a-z]\w+\/|(?<![\w.])\/root\/\w|[A-Z]:\\Users\\[a-z]/.test(line),
    planted: ['/home/somebody/folio', '/Users/somebody/folio', '/root/x', 'C:\\Users\\somebody'],
  },
];

describe.skipIf(files.length === 0)('the house (in a git checkout: the files are those that git lists)', () => {
  it.each(rules)('$name', ({ where, broken, planted }) => {
    for (const line of planted) expect(broken(line, ''), `the rule must see ${line}`).toBe(true);
    const found = where.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) =>
        broken(line, lines[index - 1] ?? '') ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
    );
    expect(found).toEqual([]);
  });

  it.for([
    ['src', src],
    ['test', tests],
  ] as const)(`keeps every file of %s under ${LINE_LIMIT} lines`, ([, where], { annotate }) => {
    const long = where.map(({ path, lines }) => ({ path, count: lines.length - 1 }));
    const warn = long.filter(({ count }) => count > LINE_WARNING && count <= LINE_LIMIT);
    for (const { path, count } of warn) void annotate(`${path} has ${count} lines: is it still one room?`, 'warning');
    expect(long.filter(({ count }) => count > LINE_LIMIT)).toEqual([]);
  });
});

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

const manifestSchema = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  scripts: z.record(z.string(), z.string()),
});

/** Packages that carry an install script, and why Folio works although it never runs. */
const UNUSED_INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  '@tensorflow/tfjs-node-gpu':
    'downloads a library that is gone; ours comes from the pinned wheel and is compiled by src/main/engine/tensorflow',
  webgpu: "takes macOS's quarantine mark off a file; a mark that npm does not set",
  'core-js': 'prints a request for donations',
  'core-js-bundle': 'as core-js',
  'electron-winstaller': 'picks a program for Squirrel installers on Windows; ours are made by NSIS',
};

describe('the dependencies', () => {
  const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const packages = Object.entries(lockSchema.parse(json('package-lock.json')).packages).filter(([path]) => path !== '');

  it('are locked by content, not by address', () => {
    expect(packages.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(packages.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual([]);
  });

  it('run no code at install', () => {
    const settings = readFileSync(join(root, '.npmrc'), 'utf8').split('\n');
    expect(settings).toContain('ignore-scripts=true');
    expect(settings).toContain('omit-lockfile-registry-resolved=true');
    const withScript = packages
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(withScript.filter((name) => !(name in UNUSED_INSTALL_SCRIPTS))).toEqual([]);
  });

  it('are asked for in exact versions', () => {
    const manifest = manifestSchema.parse(json('package.json'));
    const all = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('are all accounted for in ARCHITECTURE.md, and those of the program are all used', () => {
    const manifest = manifestSchema.parse(json('package.json'));
    const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const named = (name: string): boolean => new RegExp(`(\\| |, )${name}(,| +\\|)`).test(page);
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    expect(Object.keys(all).filter((name) => !named(name))).toEqual([]);
    const sources = src.map(({ lines }) => lines.join('\n'));
    const used = (name: string): boolean =>
      sources.some((source) => new RegExp(`['"]${name}(/[^'"]*)?['"]`).test(source));
    expect(Object.keys(manifest.dependencies).filter((name) => !used(name))).toEqual([]);
  });

  it('add no lifecycle script of our own', () => {
    const { scripts } = manifestSchema.parse(json('package.json'));
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare|publish)/.test(name))).toEqual([]);
  });
});
