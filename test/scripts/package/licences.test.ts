import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagesOf, readBundledPackages } from '../../../scripts/package/bundled-packages.ts';
import { isAllowed, packageTexts } from '../../../scripts/package/licence-texts.ts';
import { noticesText } from '../../../scripts/package/notices.ts';
import { licenceProblems, npmComponents, type Component } from '../../../scripts/package/shipped.ts';
import { wheelNotices } from '../../../scripts/package/wheel-notices.ts';
import { zip } from '../../engine/tensorflow/fakes.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'folio-licences-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | object): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const component = (change: Partial<Component>): Component => ({
  name: 'a',
  version: '1.0.0',
  licence: 'MIT',
  role: 'bundled into the program',
  texts: [{ name: 'LICENSE', text: 'Permission is granted' }],
  purl: 'pkg:npm/a@1.0.0',
  integrity: null,
  ...change,
});

describe('what a build carries', () => {
  it('is told by its chunks, its style sheets and its files, and what it asks for by its imports', () => {
    const outputs = [
      {
        type: 'chunk' as const,
        fileName: 'main.js',
        modules: {
          [join(root, 'node_modules/@a/b/dist/index.js')]: {},
          [`\0${join(root, 'node_modules/c/node_modules/d/x.js')}?commonjs`]: {},
          [join(root, 'src/own.ts')]: {},
          '\0rolldown/runtime.js': {},
        },
        imports: ['node:fs', 'fs', 'electron', 'chunks/other.js', 'zod/v4'],
        dynamicImports: ['@dawn/webgpu'],
      },
      { type: 'chunk' as const, fileName: 'chunks/other.js' },
      { type: 'asset' as const, fileName: 'a.woff2', originalFileNames: ['../../node_modules/font/a.woff2'] },
    ];
    expect(packagesOf(outputs, [join(root, 'node_modules/plot/plot.css?inline')], root)).toEqual({
      bundled: ['node_modules/@a/b', 'node_modules/c/node_modules/d', 'node_modules/font', 'node_modules/plot'],
      asked: ['@dawn/webgpu', 'zod'],
    });
  });

  it('is not guessed where nothing was built', () => {
    expect(() => readBundledPackages(root)).toThrow('build the program first');
  });
});

describe('licences', () => {
  it.each(['MIT', '(MIT OR GPL-3.0-only)', 'Apache-2.0 AND BSD-3-Clause', 'OFL-1.1', 'blessing'])(
    '%s may be shipped',
    (id) => {
      expect(isAllowed(id)).toBe(true);
    },
  );

  it.each([
    'GPL-3.0-only',
    'AGPL-3.0-or-later',
    'MIT AND GPL-2.0-only',
    'Commercial',
    'SEE LICENSE IN x',
    'UNLICENSED',
    '',
  ])('%j may not', (id) => {
    expect(isAllowed(id)).toBe(false);
  });

  it('a component without a text, without a licence or with one that nobody decided on is a problem', () => {
    expect(licenceProblems([component({})])).toEqual([]);
    expect(licenceProblems([component({ texts: [] })])).toEqual([
      'a 1.0.0 (MIT) comes without the text of its licence.',
    ]);
    expect(licenceProblems([component({ licence: 'GPL-3.0-only' })])).toEqual([
      'a 1.0.0 is under GPL-3.0-only, which is not among the licences that may be shipped.',
    ]);
    expect(licenceProblems([component({ licence: '', version: null })])).toEqual([
      'a does not say under which licence it is.',
    ]);
  });

  it('texts are a package’s own files; the standard text stands in only for packages that are known', () => {
    put('a/LICENCE.md', '\uFEFFYou may  \r\n\r\n');
    put('a/NOTICE', 'made by a');
    put('a/license.js', 'code');
    put('b/readme.md', 'MIT');
    const texts = (name: string, folder: string) => packageTexts(name, 'MIT', join(root, folder));
    expect(texts('a', 'a')).toEqual([
      { name: 'LICENCE.md', text: 'You may' },
      { name: 'NOTICE', text: 'made by a' },
    ]);
    expect(texts('b', 'b')).toEqual([]);
    expect(texts('sirv', 'b')[0]?.text).toMatch(/^Copyright Luke Edwards\n\nPermission is hereby granted/);
    expect(packageTexts('sirv', 'ISC', join(root, 'b'))).toEqual([]); // it changed its licence: look again
  });
});

describe('packages from the build and what they need', () => {
  beforeEach(() => {
    put('package-lock.json', { packages: { 'node_modules/a': { integrity: 'sha512-AAEC' } } });
    put('node_modules/a/package.json', { name: 'a', version: '1.0.0', license: 'MIT', dependencies: { b: '*' } });
    put('node_modules/a/LICENSE', 'A');
    put('node_modules/a/node_modules/b/package.json', { name: 'b', version: '2.0.0', license: 'ISC' });
    put('node_modules/b/package.json', { name: 'b', version: '1.0.0', license: 'GPL-3.0-only' });
  });

  it('are found where the one that asks finds them', () => {
    const found = npmComponents(root, { bundled: [], asked: ['a'] });
    expect(found.map(({ name, version, role }) => [name, version, role])).toEqual([
      ['a', '1.0.0', 'packed beside the program'],
      ['b', '2.0.0', 'packed beside the program'],
    ]);
    expect(found[0]).toMatchObject({ purl: 'pkg:npm/a@1.0.0', integrity: { algorithm: 'SHA-512', hex: '000102' } });
    expect(licenceProblems(found)).toEqual(['b 2.0.0 (ISC) comes without the text of its licence.']);
  });

  it('what is bundled is listed alone; what is not installed is named', () => {
    expect(npmComponents(root, { bundled: ['node_modules/a'], asked: [] }).map(({ name }) => name)).toEqual(['a']);
    expect(() => npmComponents(root, { bundled: [], asked: ['x'] })).toThrow(
      'The build asks for x, which is not installed',
    );
  });
});

describe('TensorFlow’s licences', () => {
  const FILES = {
    'tensorflow/THIRD_PARTY_NOTICES.txt': 'others\r\n',
    'tensorflow/include/LICENSE': 'Apache',
    'tensorflow/include/external/png/LICENSE': 'png',
    'tensorflow/include/external/png/LICENSE.h': 'code',
    'tensorflow/python/LICENSE_reader.py': 'code',
  };
  const TEXTS = [
    { name: 'include/LICENSE', text: 'Apache' },
    { name: 'THIRD_PARTY_NOTICES.txt', text: 'others' },
    { name: 'include/external/png/LICENSE', text: 'png' },
  ];

  it('are taken out of a wheel, its own first', async () => {
    const file = join(root, 'a.whl');
    writeFileSync(file, zip(FILES));
    expect(await wheelNotices(file)).toEqual(TEXTS);
  });

  it('or out of the folder of an installed build', async () => {
    for (const { name, text } of TEXTS) put(`build/notices/${name}`, text);
    expect(await wheelNotices(join(root, 'build'))).toEqual(TEXTS);
    rmSync(join(root, 'build/notices/THIRD_PARTY_NOTICES.txt'));
    await expect(wheelNotices(join(root, 'build'))).rejects.toThrow('has no THIRD_PARTY_NOTICES.txt of TensorFlow');
  });
});

describe('the notices', () => {
  it('list everything and print each text once, the same way each time', () => {
    const components = [
      component({}),
      component({ name: 'b' }),
      component({ name: 'Whole', version: null, texts: [{ name: 'include/LICENSE', text: 'Other terms' }] }),
    ];
    const text = noticesText(components);
    expect(text).toContain('- a 1.0.0 (MIT): bundled into the program\n- b 1.0.0 (MIT)');
    expect(text).toContain('a 1.0.0\nb 1.0.0\n====');
    expect(text.match(/Permission is granted/g)).toHaveLength(1);
    expect(text).toContain('Whole (include/LICENSE)\n');
    expect(noticesText(components)).toBe(text);
  });
});
