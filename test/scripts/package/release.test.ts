import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checksums, latestFile, notesOf, SUMS, sourceDate, versionOfTag } from '../../../scripts/package/release.ts';
import { billOfMaterials, billProblem } from '../../../scripts/package/sbom.ts';
import type { Component } from '../../../scripts/package/shipped.ts';

const DATE = new Date('2026-05-04T03:02:01Z');

describe('a tag', () => {
  it('is the version of package.json with a v', () => {
    expect(versionOfTag('v1.2.3', '1.2.3')).toBe('1.2.3');
    expect(versionOfTag('v1.2.3-beta.1', '1.2.3-beta.1')).toBe('1.2.3-beta.1');
  });

  it.each(['1.2.3', 'v1.2', 'v1.2.3;rm', 'release', ''])('%j is none of a release', (tag) => {
    expect(() => versionOfTag(tag, '1.2.3')).toThrow('is not that of a release');
  });

  it('of another version is refused, with both', () => {
    expect(() => versionOfTag('v1.2.4', '1.2.3')).toThrow('The tag says 1.2.4 and package.json 1.2.3');
  });

  it('the program’s own version could be one', () => {
    const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string };
    expect(versionOfTag(`v${version}`, version)).toBe(version);
  });
});

describe('what is new', () => {
  const log =
    '# Changelog\n\n## Unreleased\n\n- soon\n\n## [1.1.0] - 2026-01-01\n\n### Added\n\n- this\n\n## 1.0.0\n\n- that\n';

  it('is what stands under the version', () => {
    expect(notesOf(log, '1.1.0')).toBe('### Added\n\n- this');
    expect(notesOf(log, '1.0.0')).toBe('- that');
  });

  it.each(['1.1', '2.0.0', ''])('%j has nothing under it', (version) => {
    expect(() => notesOf(log, version)).toThrow(`CHANGELOG.md says nothing about ${version}`);
  });

  it('goes into latest.json with page and day, shortened where it is long', () => {
    const page = 'https://example.org/releases/v1.1.0';
    expect(JSON.parse(latestFile('1.1.0', page, 'new', DATE))).toEqual({
      version: '1.1.0',
      page,
      notes: 'new',
      date: '2026-05-04',
    });
    const { notes } = JSON.parse(latestFile('1.1.0', page, 'a line\n'.repeat(2000), DATE)) as { notes: string };
    expect(notes.length).toBeLessThanOrEqual(4000);
    expect(notes.endsWith('a line\n…')).toBe(true);
    expect(() => latestFile('1.1.0', 'http://example.org', 'new', DATE)).toThrow();
  });
});

describe('the date of a release', () => {
  it('is the commit’s, where it is given', () => {
    expect(sourceDate({ SOURCE_DATE_EPOCH: '1777863721' })).toEqual(DATE);
    expect(sourceDate({}, () => DATE)).toBe(DATE);
    expect(() => sourceDate({ SOURCE_DATE_EPOCH: 'yesterday' })).toThrow('SOURCE_DATE_EPOCH is "yesterday"');
  });
});

describe('checksums', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'folio-sums-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are of all files but themselves, in the order of names, as sha256sum writes them', async () => {
    writeFileSync(join(folder, 'b.deb'), 'b');
    writeFileSync(join(folder, 'A file.dmg'), '');
    writeFileSync(join(folder, SUMS), 'old');
    const of = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await checksums(folder)).toBe(`${of('')}  A file.dmg\n${of('b')}  b.deb\n`);
  });

  it('of nothing, or with a folder among the files, are refused', async () => {
    await expect(checksums(folder)).rejects.toThrow('holds no file');
    mkdirSync(join(folder, 'mac'));
    await expect(checksums(folder)).rejects.toThrow('mac is not a file');
    await expect(checksums(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});

describe('the bill of materials', () => {
  const program = { name: 'folio', version: '1.0.0', license: 'MIT', description: 'writes' };
  const components: Component[] = [
    {
      name: '@a/b',
      version: '2.0.0',
      licence: '(MIT OR Apache-2.0)',
      role: 'bundled',
      texts: [],
      purl: 'pkg:npm/%40a/b@2.0.0',
      integrity: { algorithm: 'SHA-512', hex: 'ab'.repeat(64) },
    },
    {
      name: 'Chromium',
      version: null,
      licence: 'BSD-3-Clause',
      role: 'inside',
      texts: [],
      purl: null,
      integrity: null,
    },
    { name: 'SQLite', version: '3.1.0', licence: 'blessing', role: 'inside', texts: [], purl: null, integrity: null },
  ];

  it('is valid by CycloneDX’s own schema, and the same each time', async () => {
    const bill = billOfMaterials(program, 'linux-x64', components, DATE);
    expect(await billProblem(bill)).toBeNull();
    expect(billOfMaterials(program, 'linux-x64', components, DATE)).toBe(bill);
    expect(billOfMaterials(program, 'linux-arm64', components, DATE)).not.toBe(bill);
    expect(bill).toContain('"timestamp": "2026-05-04T03:02:01.000Z"');
  });

  it('the check can fail', async () => {
    const broken = billOfMaterials(program, 'linux-x64', components, DATE).replace('"library"', '"book"');
    expect(await billProblem(broken)).toContain('type');
    const licence = billOfMaterials(program, 'linux-x64', components, DATE).replace('"BSD-3-Clause"', '"BSD-9"');
    expect(await billProblem(licence)).not.toBeNull();
  });
});
