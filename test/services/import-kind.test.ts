import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/main/model/safetensors.ts';
import {
  importKind,
  refuseBackup,
  refuseOtherThanBackup,
  requireBackup,
  requireKind,
} from '../../src/main/services/import-kind.ts';
import { BUNDLE_ID } from '../../src/main/store/bundle-schema.ts';
import { openStore } from '../../src/main/store/open.ts';
import fc from '../property.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-import-'));
  path = join(folder, 'it');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NEITHER = {
  code: 'file',
  message: expect.stringMatching(
    /it is neither a run that Folio exported \(\.folio\) nor weights \(\.safetensors\)$/,
  ) as string,
};
const weights = (): void => writeFileSync(path, encodeSafetensors(new Map(), {}));

function database(owner: number): void {
  const db = new Database(path);
  db.exec('CREATE TABLE run (name TEXT)');
  db.pragma(`application_id = ${owner}`);
  db.close();
}

it('tells a whole run from weights, whatever they are called', async () => {
  weights();
  expect(await importKind(path)).toBe('weights');
  await requireKind(path, 'weights');
  await expect(requireKind(path, 'bundle')).rejects.toMatchObject({ hint: 'Let its name end in .safetensors.' });
  rmSync(path);
  database(BUNDLE_ID);
  expect(await importKind(path)).toBe('bundle');
  await requireKind(path, 'bundle');
  await expect(requireKind(path, 'weights')).rejects.toMatchObject({ hint: 'Let its name end in .folio.' });
});

it('knows a record, and says how one comes in', async () => {
  openStore(folder, { mode: 'write' }).close();
  await expect(importKind(join(folder, 'folio.db'))).rejects.toMatchObject({
    message: expect.stringMatching(/is a whole record/) as string,
    hint: expect.stringMatching(/^A backup is restored/) as string,
  });
});

it('takes nothing but a record for a backup, and says where a single run goes', async () => {
  openStore(folder, { mode: 'write' }).close();
  await requireBackup(join(folder, 'folio.db'));
  database(BUNDLE_ID);
  await expect(requireBackup(path)).rejects.toMatchObject({
    message: `${path} is a single run, not a backup`,
    hint: expect.stringContaining('`folio import`') as string,
  });
  weights();
  await expect(requireBackup(path)).rejects.toMatchObject({ message: `${path} is not a backup that Folio made` });
});

it('refuses the database of another program, a folder, and what is not there', async () => {
  database(7);
  await expect(importKind(path)).rejects.toMatchObject(NEITHER);
  await expect(importKind(folder)).rejects.toMatchObject({ message: `${folder} is a folder` });
  await expect(importKind(join(folder, 'none'))).rejects.toMatchObject({
    message: expect.stringMatching(/cannot be read: there is no such file/) as string,
  });
});

it.each(['', 'x', 'To be or not to be', 'PK\x03\x04 a file of PyTorch', '\x89HDF\r\n\x1a\n{ a file of Keras'])(
  'refuses %j',
  async (content) => {
    writeFileSync(path, content, 'latin1');
    await expect(importKind(path)).rejects.toMatchObject(NEITHER);
  },
);

it('refuses every text, and takes a file of weights that was cut off for what it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 0, maxLength: 200, unit: fc.constantFrom('{', '}', '"', 'a', ' ', '\n', '字') }),
      async (text) => {
        writeFileSync(path, text);
        await expect(importKind(path)).rejects.toMatchObject(NEITHER);
      },
    ),
    { numRuns: 50 },
  );
  writeFileSync(path, encodeSafetensors(new Map(), { some: 'metadata' }).subarray(0, 12));
  expect(await importKind(path)).toBe('weights');
});

it('lets only a backup take the place of a backup, and a backup the place of nothing else', async () => {
  const backup = join(folder, 'folio.db');
  openStore(folder, { mode: 'write' }).close();
  await refuseOtherThanBackup(backup);
  await expect(refuseBackup(backup)).rejects.toMatchObject({
    code: 'file',
    message: `${backup} is a backup of a whole record, and only another backup takes its place`,
  });
  const refusal = async (words: string): Promise<void> => {
    await expect(refuseOtherThanBackup(path)).rejects.toMatchObject({
      code: 'file',
      message: `${path} ${words}`,
      hint: 'Choose another name, or delete that file first.',
    });
    await refuseBackup(path);
    rmSync(path);
  };
  weights();
  await refusal('holds weights, and no backup takes its place');
  database(BUNDLE_ID);
  await refusal('is a run that was exported, and no backup takes its place');
  writeFileSync(path, 'a letter');
  await refusal('is there already and is no backup, so none takes its place');
  // Nothing, and what is told by who writes.
  for (const free of [path, folder]) await refuseOtherThanBackup(free);
  writeFileSync(path, '');
  await refuseOtherThanBackup(path);
});
