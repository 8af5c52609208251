/** The folder that the command line opens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openApp } from '../../src/main/headless/open-app.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-open-'));
  for (const name of ['text.txt', 'folio.db']) writeFileSync(join(folder, name), 'no database');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('openApp', () => {
  it.each([
    ['text.txt', 'text.txt', /^Name a folder with --data/],
    ['text.txt/below/it', 'text.txt', /^Name a folder with --data/],
    ['folio.db', 'folio.db', /^The record is read from its folder: --data .*folio-open-\w+$/],
  ])('refuses %s: it is a file', async (name, file, hint) => {
    await expect(openApp(join(folder, name), 'write')).rejects.toMatchObject({
      code: 'usage',
      message: `${join(folder, file)} is a file, not a folder`,
      hint: expect.stringMatching(hint) as string,
    });
  });

  it('refuses a FOLIO_DATA that is a file, in every mode', async () => {
    vi.stubEnv('FOLIO_DATA', join(folder, 'text.txt'));
    for (const mode of ['read', 'auto', 'look'] as const) {
      await expect(openApp(undefined, mode)).rejects.toThrow('is a file, not a folder');
    }
  });

  it('makes folders that are not there yet', async () => {
    const app = await openApp(join(folder, 'new', 'one'), 'write');
    try {
      expect(app.runs.list()).toEqual([]);
    } finally {
      app.close();
    }
  });
});
