import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOf, pageServer } from '../../src/main/desktop/protocol.ts';
import fc from '../property.ts';

let outside: string;
let folder: string;

beforeAll(() => {
  outside = mkdtempSync(join(tmpdir(), 'folio-page-'));
  folder = join(outside, 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  mkdirSync(join(outside, 'renderer-other'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets', 'a b.js'), 'export {}');
  writeFileSync(join(folder, 'assets', 'code.map'), '{}');
  writeFileSync(join(outside, 'secret.json'), '{}');
  writeFileSync(join(outside, 'renderer-other', 'index.html'), 'other');
});

afterAll(() => rmSync(outside, { recursive: true }));

const get = (url: string, method = 'GET') => pageServer(folder)({ url, method });

describe('app://folio/', () => {
  it('hands out the page’s files with their types', async () => {
    const page = await get('app://folio/index.html');
    expect([page.status, page.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toBe('<!doctype html>');
    const script = await get('app://folio/assets/a%20b.js?x=1#y');
    expect([script.status, script.headers.get('Content-Type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  });

  it.each([
    'app://folio/../secret.json',
    'app://folio/%2e%2e/secret.json',
    'app://folio/..%2fsecret.json',
    'app://folio/assets/..%2f..%2fsecret.json',
    'app://folio/..%5csecret.json',
    'app://folio/../renderer-other/index.html',
    'app://folio/..%2frenderer-other/index.html',
    'app://folio//etc/passwd',
    'app://folio/index.html%00.js',
    'app://folio/%E0%A4%A',
    'app://folio/',
    'app://folio/assets',
    'app://folio/assets/code.map',
    'app://folio/nothing.html',
    'app://other/index.html',
    'app://folio.example/index.html',
    'https://folio/index.html',
    'nonsense',
  ])('has nothing for %s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('takes nothing', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get('app://folio/index.html', method)).status).toBe(405);
    }
    expect(await (await get('app://folio/index.html', 'HEAD')).text()).toBe('');
  });

  it('never leaves its folder, whatever the address', () => {
    const piece = fc.constantFrom(
      '..',
      '%2e%2e',
      '%2F',
      '/',
      '\\',
      '%5c',
      'a',
      '.',
      '%00',
      'renderer',
      '?',
      '#',
      '%25',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), (pieces) => {
        const file = fileOf(`app://folio/${pieces.join('')}`, folder);
        return file === null || file.startsWith(`${folder}${sep}`);
      }),
    );
  });
});
